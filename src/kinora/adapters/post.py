"""Posts to URLs that strangers name, and never to places that they should not reach."""

import asyncio
import ipaddress
from collections.abc import Iterable, Mapping
from contextlib import suppress

import httpx
import structlog

from kinora.adapters.fetch import (
    Forbidden,
    Names,
    Network,
    Resolve,
    check_link,
    may_reach,
    safe_client,
)
from kinora.domain.errors import BadLink
from kinora.ports.post import OK, REDIRECT, Answer

log = structlog.get_logger()

MOST_READ = 64 * 1024
"""Bytes of an answer that are read; its status is all that counts."""

MOST_KEPT = 1024
"""Characters of an answer that are kept, to show in a log."""

ERROR = 400
FAILURES = (httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError, BadLink)


class SafePost:
    """Sends JSON with a Content-Length, follows no redirect, and waits no longer than told."""

    def __init__(
        self,
        *,
        allowed: Iterable[Network] = (),
        patience: float = 10.0,
        find: Resolve | None = None,
    ) -> None:
        """Allow private networks by name; `patience` bounds a whole post, in seconds."""
        self._names = Names()
        self._client = safe_client(allowed=allowed, patience=patience, find=find or self._names)
        self._patience = patience

    async def __call__(
        self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return what became of it; nothing is raised."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            check_link(url)
            async with asyncio.timeout(self._patience):
                answer = await self._send(url, body, headers or {})
        except FAILURES as error:
            answer = Answer(status=None, millis=0, error=self._sentence(error))
            log.info("post.failed", reason=answer.error)
        millis = round((loop.time() - begun) * 1000)
        return Answer(
            status=answer.status,
            millis=millis,
            error=answer.error,
            text=answer.text,
            retry_after=answer.retry_after,
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()
        self._names.close()

    async def _send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        sent = {"content-type": "application/json", **headers}
        async with self._client.stream("POST", url, content=body, headers=sent) as answer:
            text = await _beginning(answer)
            return Answer(
                status=answer.status_code,
                millis=0,
                error=_refusal(answer.status_code),
                text=text,
                retry_after=answer.headers.get("retry-after", ""),
            )

    def _sentence(self, error: Exception) -> str:
        """Say what went wrong in words that hold nothing of the URL."""
        if isinstance(error, TimeoutError | httpx.TimeoutException):
            return f"no whole answer within {self._patience:g} s"
        if isinstance(error.__cause__, Forbidden):
            return "the host is not on the open internet; the setting allowed_networks names others"
        if isinstance(error, BadLink):
            return str(error)
        if isinstance(error, httpx.ConnectError):
            return "no connection"
        return "the connection broke off, or what came was not HTTP"


def check_target(url: str, *, allowed: Iterable[Network] = ()) -> None:
    """Raise BadLink for a URL to which no post can ever go; names are judged at each post."""
    check_link(url)
    try:
        host = httpx.URL(url).host
    except httpx.InvalidURL:
        # Names that no name server can be asked for, and control characters.
        raise BadLink("the link is not a URL") from None
    with suppress(ValueError):
        address = ipaddress.ip_address(host)
        if not may_reach(address, allowed):
            raise BadLink("the address is not on the open internet, and not in allowed_networks")


async def _beginning(answer: httpx.Response) -> str:
    kept, size = b"", 0
    async for chunk in answer.aiter_raw():
        kept += chunk[: MOST_KEPT - len(kept)]
        size += len(chunk)
        if size > MOST_READ:
            break
    return "".join(
        letter if letter.isprintable() else " " for letter in kept.decode(errors="replace")
    )


def _refusal(status: int) -> str:
    if OK <= status < REDIRECT:
        return ""
    if REDIRECT <= status < ERROR:
        return f"answered with status {status}, a redirect, which is never followed"
    return f"answered with status {status}"
