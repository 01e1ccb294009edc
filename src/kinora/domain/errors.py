"""What can go wrong, in the product's own language. Doors translate these to their wire."""

import inspect
from typing import ClassVar


class KinoraError(Exception):
    """Something the caller should know went wrong."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str = "") -> None:
        """Take the docstring's first line as the message when none is given."""
        super().__init__(message or (inspect.getdoc(type(self)) or "").splitlines()[0])


class Unauthorised(KinoraError):
    """The key is missing, unknown or revoked."""

    code = "unauthorised"


class NotAllowed(KinoraError):
    """The account has no permission for this operation or this id."""

    code = "not_allowed"


class KeyNotAllowed(KinoraError):
    """The key may not do this: it lacks a scope."""

    code = "key_not_allowed"


class TooOften(KinoraError):
    """Too many calls; wait a moment before the next one."""

    code = "too_often"

    def __init__(self, message: str = "", *, wait: float = 1.0) -> None:
        """Say how many seconds to `wait`."""
        super().__init__(message)
        self.wait = wait


class QuotaReached(KinoraError):
    """The account keeps as many bytes as its quota allows; delete something first."""

    code = "quota_reached"


class Malformed(KinoraError):
    """The body cannot be parsed, or a field has the wrong type."""

    code = "malformed"


class Missing(KinoraError):
    """A required field is missing or empty."""

    code = "missing"


class Invalid(KinoraError):
    """A field has a value, or fields a combination, that is not allowed."""

    code = "invalid"


class PromptTooLong(KinoraError):
    """The prompt is longer than the model allows."""

    code = "prompt_too_long"


class NegativePromptTooLong(KinoraError):
    """The negative prompt is longer than the model allows."""

    code = "negative_prompt_too_long"


class ImageNotFound(KinoraError):
    """No picture with this id was uploaded by this account."""

    code = "image_not_found"


class MediaNotFound(KinoraError):
    """No video or audio with this id was uploaded or made by this account."""

    code = "media_not_found"


class JobNotFound(KinoraError):
    """No job with this id."""

    code = "job_not_found"


class EndpointNotFound(KinoraError):
    """No webhook with this id."""

    code = "webhook_not_found"


class ContentDeleted(KinoraError):
    """The content has been deleted."""

    code = "content_deleted"


class UnderLegalHold(KinoraError):
    """The media is under a legal hold and must not be deleted."""

    code = "under_legal_hold"


class TemplateInactive(KinoraError):
    """The template is not activated for this account."""

    code = "template_inactive"


class TemplateQuality(KinoraError):
    """The template is not made at this quality."""

    code = "template_quality"


class LaneBroken(KinoraError):
    """The lane cannot be used until its owner has mended it."""

    code = "lane_broken"


class TooManyRunning(KinoraError):
    """The account already runs as many jobs as its plan allows."""

    code = "too_many_running"


class NotEnoughCredits(KinoraError):
    """The account holds fewer credits than the job costs."""

    code = "not_enough_credits"


class CapReached(NotEnoughCredits):
    """The key may not spend as much as the job costs."""

    code = "cap_reached"


class Overloaded(KinoraError):
    """The server is too busy to take more; try again later."""

    code = "overloaded"


class ImageTooBig(KinoraError):
    """The picture has more bytes or pixels than allowed."""

    code = "image_too_big"


class ImageUnreadable(KinoraError):
    """The picture cannot be read."""

    code = "image_unreadable"


class ImageFormat(KinoraError):
    """The file is not a PNG, JPEG or WebP picture."""

    code = "image_format"


class ImageDimensions(KinoraError):
    """The picture's width or height is outside the allowed range."""

    code = "image_dimensions"


class UploadFailed(KinoraError):
    """The upload did not arrive whole."""

    code = "upload_failed"


class BadLink(KinoraError):
    """The link cannot be fetched from."""

    code = "bad_link"


class Moderated(KinoraError):
    """The content was refused by moderation."""

    code = "moderated"


class ImageModerated(KinoraError):
    """The picture was refused by moderation."""

    code = "image_moderated"


class SongNotFit(KinoraError):
    """The audio is no song that a music video can be made of."""

    code = "song_not_fit"


class BadLyrics(KinoraError):
    """The lyrics cannot be read."""

    code = "bad_lyrics"


class NoSubject(KinoraError):
    """The picture has no clear subject that could move."""

    code = "no_subject"


class NoPerson(KinoraError):
    """The video has no person as its primary focus."""

    code = "no_person"


class Unexpected(KinoraError):
    """Something went wrong inside the server; nothing was charged."""

    code = "unexpected"
