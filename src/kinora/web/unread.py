"""What happens to a large body that is not read to its end: the connection is closed.

Without that a server goes on to read what it has refused, gigabytes of it, only to drop it and keep
the connection (RFC 9112, section 9.3).
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SMALL = 1 << 20
"""Bytes that are sooner read than a connection is made anew."""

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
            await send(message)

        await self.app(scope, receive_noted, send_marked)


def _may_be_large(scope: Scope) -> bool:
    """Tell whether a body has no length, or more than a small one."""
    headers = dict(scope["headers"])
    told = headers.get(b"content-length", b"")
    if told.isdigit():
        return len(told) > len(str(SMALL)) or int(told) > SMALL
    return b"transfer-encoding" in headers
