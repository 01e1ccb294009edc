"""Which number the wire has for which mistake: section "Error codes" of the public reference."""

from math import ceil

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.pixverse.answers import refusal
from kinora.domain import errors
from kinora.domain.job import WrongState

UNEXPECTED = 99999
BUSY = 10
"""Seconds after which to try again when the server is too busy."""

ERR_CODES: dict[type[errors.KinoraError], int] = {
    errors.KinoraError: UNEXPECTED,
    errors.Unauthorised: 400012,
    errors.NotAllowed: 500020,
    errors.KeyNotAllowed: 500020,
    errors.QuotaReached: 500020,
    errors.TooOften: 500069,
    errors.Malformed: 400013,
    errors.Missing: 400011,
    errors.Invalid: 400017,
    errors.PromptTooLong: 400018,
    errors.NegativePromptTooLong: 400019,
    errors.ImageNotFound: 400032,
    errors.MediaNotFound: 400017,
    errors.JobNotFound: 500008,
    errors.EndpointNotFound: 400017,
    errors.ContentDeleted: 500064,
    errors.UnderLegalHold: 500020,
    errors.TemplateInactive: 500070,
    errors.TemplateQuality: 500071,
    errors.TooManyRunning: 500044,
    errors.NotEnoughCredits: 500090,
    errors.CapReached: 500090,
    errors.Overloaded: 500069,
    errors.LaneBroken: 500069,
    errors.ImageTooBig: 500030,
    errors.ImageUnreadable: 500031,
    errors.ImageFormat: 500032,
    errors.ImageDimensions: 500033,
    errors.UploadFailed: 500041,
    errors.BadLink: 500042,
    errors.Moderated: 500063,
    errors.ImageModerated: 500054,
    errors.SongNotFit: 701020,
    errors.BadLyrics: 400080,
    errors.NoSubject: 701002,
    errors.NoPerson: 701003,
    errors.Unexpected: UNEXPECTED,
    WrongState: 400017,
}

MESSAGES = {
    400011: "Empty parameter",
    400012: "Invalid account",
    400013: "Invalid binding request: incorrect parameter type or value",
    400017: "Invalid parameter",
    400032: "Invalid image ID",
    500008: "Requested data not found",
    500020: "User does not have permission for this operation",
    500031: "Failed to retrieve image information",
    500032: "Invalid image format",
    500033: "Invalid image width or height",
    500041: "Image upload failed",
    500042: "Invalid image path",
    500044: "Reached the limit for concurrent generations.",
    500064: "Content has been deleted",
    500069: "System is currently experiencing high load",
    500070: "Current template is not activated",
    500071: "This effect does not support 720p or 1080p.",
    500090: "Insufficient balance",
    400080: "Music MV: invalid lyrics",
    701002: "Mimic: image needs a clear subject",
    701003: "Mimic: video needs a person as primary focus",
    701020: "Music MV: audio not verified",
    99999: "Unknown error",
}
"""The reference's own sentences, which clients match on; ours follow after a colon."""

ABSENT = {"missing", "empty"}
WRONG_TYPE = {"wrong_type", "int_type", "string_type", "bool_type", "model_type"}


def refuse(error: errors.KinoraError) -> Response:
    """Answer a mistake of the core."""
    code = ERR_CODES[type(error)]
    sentence = _sentence(code, error)
    if isinstance(error, errors.TooOften):
        return refusal(code, sentence, status=429, wait=ceil(error.wait))
    return refusal(code, sentence, wait=BUSY if code == ERR_CODES[errors.Overloaded] else 0)


def from_validation(error: ValidationError) -> errors.KinoraError:
    """Return the first mistake that the wire models found, by its kind."""
    first = error.errors(include_url=False, include_context=True)[0]
    field = ".".join(str(part) for part in first["loc"]) or "body"
    if first["type"] in ABSENT:
        return errors.Missing(field)
    if first["type"] == "json_invalid":
        return errors.Malformed("the body is not valid JSON")
    if first["type"] in WRONG_TYPE:
        return errors.Malformed(f"{field} {_lower(first['msg'])}")
    return errors.Invalid(f"{field} {_rule(first)}")


def crash() -> Response:
    """Answer a fault of the server."""
    return refusal(UNEXPECTED, MESSAGES[UNEXPECTED], status=500)


def no_such_operation(request: Request, error: Exception) -> Response:
    """Answer a path or method that this dialect does not have."""
    status = getattr(error, "status_code", 404)
    text = f"Invalid parameter: there is no {request.method} {request.url.path}"
    return refusal(ERR_CODES[errors.Invalid], text, status=status)


def _sentence(code: int, error: errors.KinoraError) -> str:
    known, text = MESSAGES.get(code), str(error)
    if known is None:
        return text
    return known if text in (known, str(type(error)())) else f"{known.rstrip('.')}: {text}"


def _rule(first: ErrorDetails) -> str:
    told = _lower(first["msg"]).replace("value should have", "must have")
    return told.replace(" after validation", "")


def _lower(text: str) -> str:
    return (text[:1].lower() + text[1:]).replace("input should be", "must be")
