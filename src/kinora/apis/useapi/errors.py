"""Which status the wire has for which mistake, and the one envelope of refusals."""

from math import ceil

import msgspec
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from kinora.domain import errors
from kinora.domain.job import WrongState

STATUS: dict[type[errors.KinoraError], int] = {
    errors.KinoraError: 500,
    errors.Unauthorised: 401,
    errors.NotAllowed: 404,
    errors.KeyNotAllowed: 403,
    errors.QuotaReached: 412,
    errors.TooOften: 429,
    errors.Malformed: 400,
    errors.Missing: 400,
    errors.Invalid: 400,
    errors.PromptTooLong: 400,
    errors.NegativePromptTooLong: 400,
    errors.ImageNotFound: 404,
    errors.MediaNotFound: 404,
    errors.JobNotFound: 404,
    errors.ContentDeleted: 404,
    errors.UnderLegalHold: 400,
    errors.TemplateInactive: 400,
    errors.TemplateQuality: 400,
    errors.TooManyRunning: 429,
    errors.LaneBroken: 596,
    errors.EndpointNotFound: 404,
    errors.NotEnoughCredits: 412,
    errors.CapReached: 412,
    errors.Overloaded: 503,
    errors.ImageTooBig: 400,
    errors.ImageUnreadable: 400,
    errors.ImageFormat: 400,
    errors.ImageDimensions: 400,
    errors.UploadFailed: 400,
    errors.BadLink: 400,
    errors.SongNotFit: 400,
    errors.BadLyrics: 400,
    errors.NoSubject: 422,
    errors.NoPerson: 422,
    errors.Moderated: 422,
    errors.ImageModerated: 422,
    errors.Unexpected: 500,
    WrongState: 404,
}
"""402 is not among them: a server of one's own has no subscription that could expire."""

SENTENCES: dict[type[errors.KinoraError], str] = {
    errors.Unauthorised: "Unauthorized",
    errors.NotAllowed: "there is nothing with this id",
    errors.NotEnoughCredits: (
        "All Credits have been used up. Please upgrade your membership or purchase credits."
    ),
    errors.Unexpected: "something went wrong; nothing was charged",
    errors.KinoraError: "something went wrong; nothing was charged",
}
"""The vendor's own sentences, which clients match on; what is another's is not told apart from
what does not exist."""

RETRY = {429: "10", 503: "10"}
"""Seconds that clients of the vendor wait before they come again."""

ABSENT = {"missing", "empty"}


class Refusal(msgspec.Struct, frozen=True):
    """What every refusal holds; `code` is the HTTP status."""

    error: str
    code: int


_write = msgspec.json.Encoder().encode


def refuse(error: errors.KinoraError) -> Response:
    """Answer a mistake of the core."""
    kind = type(error)
    sentence = SENTENCES.get(kind) or str(error)
    if isinstance(error, errors.Missing):
        sentence = f"{error} is required"
    if isinstance(error, errors.TooOften):
        return refusal(STATUS[kind], sentence, wait=ceil(error.wait))
    return refusal(STATUS[kind], sentence)


def refusal(status: int, sentence: str, *, wait: int = 0) -> Response:
    """Return a refusal; `wait` is how many seconds to wait, where it is not as long as usual."""
    headers = {"retry-after": str(wait or RETRY[status])} if status in RETRY else None
    body = _write(Refusal(sentence, status))
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def from_validation(error: ValidationError) -> errors.KinoraError:
    """Return the first mistake that the wire models found."""
    first = error.errors(include_url=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "body"
    if first["type"] in ABSENT:
        return errors.Missing(field)
    rule = first["msg"][:1].lower() + first["msg"][1:]
    return errors.Invalid(f"{field} {rule.replace('input should', 'must')}")


def crash() -> Response:
    """Answer a fault of the server."""
    return refusal(500, SENTENCES[errors.Unexpected])


def no_such_operation(request: Request, error: Exception) -> Response:
    """Answer a path or method that this dialect does not have."""
    status = getattr(error, "status_code", 404)
    return refusal(status, f"there is no {request.method} {request.url.path}")
