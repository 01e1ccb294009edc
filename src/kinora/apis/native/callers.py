"""Who calls: the key that came with a request."""

from starlette.requests import Request

BEARER = "bearer "


def key_of(request: Request) -> str:
    """Return the key of `Authorization: Bearer KEY`, else of `API-KEY: KEY`, else ""."""
    told = request.headers.get("authorization", "")
    bearer = told[len(BEARER) :].strip() if told.lower().startswith(BEARER) else ""
    return bearer or request.headers.get("api-key", "")
