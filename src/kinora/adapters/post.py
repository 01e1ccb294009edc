"""Posts to URLs that strangers name, and never to places that they should not reach."""

import asyncio
from collections.abc import Iterable

import httpx
import structlog

from kinora.adapters.fetch import Network, Resolve, check_link, resolve, safe_client
from kinora.domain.errors import BadLink

log = structlog.get_logger()

MOST_READ = 64 * 1024
"""Bytes of an answer that are read; its status is all that counts."""


class SafePost:
    """Sends JSON with a Content-Length, follows no redirect, and waits no longer than told."""

    def __init__(
        self, *, allowed: Iterable[Network] = (), patience: float = 10.0, find: Resolve = resolve
    ) -> None:
        """Allow private networks by name; `patience` bounds a whole post, in seconds."""
        self._client = safe_client(allowed=allowed, patience=patience, find=find)
        self._patience = patience

    async def __call__(self, url: str, body: bytes) -> bool:
        """Return whether the receiver took it, with any status of 200 to 299."""
        try:
            check_link(url)
            async with asyncio.timeout(self._patience):
                return await self._send(url, body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError, BadLink) as error:
            log.info("post.failed", reason=type(error).__name__)
            return False

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _send(self, url: str, body: bytes) -> bool:
        headers = {"content-type": "application/json"}
        async with self._client.stream("POST", url, content=body, headers=headers) as answer:
            size = 0
            async for chunk in answer.aiter_raw():
                size += len(chunk)
                if size > MOST_READ:
                    break
            return answer.is_success
