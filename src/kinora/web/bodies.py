"""Bodies, read whole but never more than asked for."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from kinora.domain.errors import Malformed, UploadFailed

PATIENCE = 60.0
"""Seconds that a whole body may take."""


async def read_body(request: Request, *, at_most: int) -> bytes:
    """Return the body; raise Malformed when it is longer, UploadFailed when it breaks off."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await _whole(request, at_most)
    except (ClientDisconnect, TimeoutError):
        raise UploadFailed from None


async def _whole(request: Request, at_most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > at_most:
            raise Malformed(f"the body is larger than {at_most} bytes")
        parts.append(chunk)
    return b"".join(parts)
