"""Bodies, read whole but never more than asked for."""

from starlette.requests import ClientDisconnect, Request

from kinora.domain.errors import Malformed, UploadFailed


async def read_body(request: Request, *, at_most: int) -> bytes:
    """Return the body; raise Malformed when it is longer, UploadFailed when it breaks off."""
    parts: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > at_most:
                raise Malformed(f"the body is larger than {at_most} bytes")
            parts.append(chunk)
    except ClientDisconnect:
        raise UploadFailed from None
    return b"".join(parts)
