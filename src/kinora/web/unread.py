"""What happens to a large body that is not read to its end: the connection is closed.

Without that a server goes on to read what it has refused, gigabytes of it, only to drop it and keep
the connection (RFC 9112, section 9.3).
"""

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SMALL = 1 << 20
"""Bytes that are sooner read than a connection is made anew."""

LINGER, MOST = 0.5, 4 << 20
"""Seconds, and bytes, that are still read before the connection is closed: what lies unread then
would reset it, and the caller might never see why it was refused."""

CLOSE = (b"connection", b"close")


class CloseUnread:
    """Wraps an application."""

    def __init__(self, app: ASGIApp) -> None:
        """Serve `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, and close its connection when its body was not worth reading."""
        if scope["type"] != "http" or not _may_be_large(scope):
            await self.app(scope, receive, send)
            return
        unread = True

        async def receive_noted() -> Message:
            nonlocal unread
            message = await receive()
            unread = unread and bool(message.get("more_body", False))
            return message

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start" and unread:
                message["headers"] = [*message.get("headers", ()), CLOSE]
                await _linger(receive_noted)
            await send(message)

        await self.app(scope, receive_noted, send_marked)


async def _linger(receive: Receive) -> None:
    """Read what is on its way, and drop it."""
    with suppress(TimeoutError):
        await asyncio.wait_for(_drop(receive), LINGER)


async def _drop(receive: Receive) -> None:
    size, more = 0, True
    while more and size < MOST:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)


def _may_be_large(scope: Scope) -> bool:
    """Tell whether a body has no length, or more than a small one."""
    headers = dict(scope["headers"])
    told = headers.get(b"content-length", b"")
    if told.isdigit():
        return len(told) > len(str(SMALL)) or int(told) > SMALL
    return b"transfer-encoding" in headers
