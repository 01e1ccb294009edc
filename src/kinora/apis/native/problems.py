"""How Kinora's own door says no: problem details (RFC 9457)."""

from collections.abc import Awaitable, Callable, Mapping
from math import ceil

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinora.domain import errors

Handler = Callable[[Request], Awaitable[Response]]

STATUS: Mapping[type[errors.KinoraError], int] = {
    errors.Unauthorised: 401,
    errors.NotAllowed: 403,
    errors.KeyNotAllowed: 403,
    errors.QuotaReached: 507,
    errors.TooOften: 429,
    errors.NotEnoughCredits: 402,
    errors.CapReached: 402,
    errors.JobNotFound: 404,
    errors.EndpointNotFound: 404,
    errors.MediaNotFound: 404,
    errors.ImageNotFound: 404,
    errors.ContentDeleted: 410,
    errors.UnderLegalHold: 409,
    errors.ImageTooBig: 413,
    errors.ImageFormat: 415,
    errors.TooManyRunning: 429,
    errors.UploadFailed: 408,
    errors.Overloaded: 503,
    errors.Malformed: 400,
    errors.Missing: 400,
    errors.Invalid: 422,
}
"""HTTP's status for an error; what is not named here is 422, something that cannot be used."""

UNUSABLE = 422


def problem(status: int, code: str, detail: str, **headers: str) -> Response:
    """Return an answer that names what is wrong: `code` for programs, `detail` for people."""
    body = {"status": status, "code": code, "detail": detail}
    return JSONResponse(
        body, status_code=status, headers=headers, media_type="application/problem+json"
    )


def refuse(error: errors.KinoraError) -> Response:
    """Return the answer for one of the product's errors."""
    status = STATUS.get(type(error), UNUSABLE)
    headers = {}
    if isinstance(error, errors.Unauthorised):
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, errors.TooOften | errors.Overloaded):
        headers["retry-after"] = str(ceil(error.wait) if isinstance(error, errors.TooOften) else 10)
    return problem(status, error.code, str(error), **headers)


def answering(handler: Handler) -> Handler:
    """Wrap a handler so that the product's errors become problems."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except errors.KinoraError as error:
            return refuse(error)

    return answer
