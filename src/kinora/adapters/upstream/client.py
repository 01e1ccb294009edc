"""Speaks the PixVerse Platform API with other servers."""

import asyncio
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx

from kinora.adapters.fetch import Forbidden, Names, Network, Resolve, SafeFetcher, safe_client
from kinora.adapters.upstream.answers import number_in, opened, standing_of
from kinora.adapters.upstream.calls import read_call
from kinora.domain.asset import AssetKind
from kinora.domain.errors import BadLink, ImageTooBig
from kinora.ports.upstream import Declined, Door, Media, Standing, Unclear, Unreachable

PREFIX = "/openapi/v2/"
PATIENCE = 60.0
"""Seconds for one call; submits answer within 15 s, uploads may take longer."""

PATIENCE_WITH_FILES = 600.0
MOST_READ = 1 << 20
LARGEST = 4 << 30
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
)
"""What went wrong before the first byte of a call had left."""

SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "audio/mpeg": ".mp3"}


class PlatformUpstreams:
    """Sends calls one by one, never twice by itself, and follows no redirect.

    Addresses are judged as those of all other links: public ones only, unless a network is
    allowed. A key goes to its own server and into no message.
    """

    def __init__(self, *, allowed: Iterable[Network] = (), find: Resolve | None = None) -> None:
        """Allow private networks by name."""
        allowed = tuple(allowed)
        self._names = Names()
        find = find or self._names
        self._client = safe_client(allowed=allowed, patience=PATIENCE, find=find)
        self._fetcher = SafeFetcher(allowed=allowed, patience=PATIENCE_WITH_FILES, find=find)

    async def upload(self, door: Door, media: Media) -> int:
        """Send a file and return its number there."""
        image = media.kind is AssetKind.IMAGE
        path, field = ("image/upload", "image") if image else ("media/upload", "file")
        name = "media" + SUFFIXES.get(media.mime, f".{media.mime.rpartition('/')[2]}")
        with media.path.open("rb") as file:
            files = {field: (name, file, media.mime)}
            try:
                resp = await self._ask(
                    door, "POST", path, patience=PATIENCE_WITH_FILES, files=files
                )
                return number_in(resp, "img_id" if image else "media_id")
            except Unclear as error:
                # It costs nothing to send a file again.
                raise Unreachable(str(error)) from None

    async def send(self, door: Door, call: str, *, trace: str) -> int:
        """Send a call once and return the job's number there."""
        wanted = read_call(call)
        resp = await self._ask(door, "POST", wanted.path, trace=trace, json=wanted.body)
        return number_in(resp, f"{wanted.kind}_id")

    async def look(self, door: Door, call: str, there: int) -> Standing:
        """Ask how a job stands."""
        try:
            resp = await self._ask(door, "GET", f"{read_call(call).kind}/result/{there}")
        except (Unclear, Declined) as error:
            raise Unreachable(str(error)) from None
        return standing_of(resp)

    async def fetch(self, link: str, *, folder: Path) -> Path:
        """Download a file into a folder."""
        try:
            fetched = await self._fetcher.fetch(link, folder=folder, at_most=LARGEST)
        except (BadLink, ImageTooBig) as error:
            raise Unreachable(f"the result could not be fetched: {error}") from None
        return fetched.path

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()
        await self._fetcher.close()
        self._names.close()

    async def _ask(
        self,
        door: Door,
        method: str,
        path: str,
        *,
        trace: str = "",
        patience: float = PATIENCE,
        **sent: Any,
    ) -> dict[str, Any]:
        headers = {"API-KEY": door.key, "Ai-trace-id": trace or str(uuid.uuid4())}
        try:
            call = self._client.build_request(
                method, door.url + PREFIX + path, headers=headers, timeout=patience, **sent
            )
            async with asyncio.timeout(patience):
                status, body = await self._read(call)
        except NOT_SENT as error:
            if isinstance(error.__cause__, Forbidden):
                raise Unreachable("the upstream's address is not a public one") from None
            raise Unreachable("the upstream could not be reached") from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unclear(f"the upstream gave no answer ({type(error).__name__})") from None
        # Whoever echoes a key shall not put it into our log.
        return opened(status, body.replace(door.key.encode(), b"..."))

    async def _read(self, call: httpx.Request) -> tuple[int, bytes]:
        answer = await self._client.send(call, stream=True)
        try:
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > MOST_READ:
                    break
        finally:
            await answer.aclose()
        return answer.status_code, bytes(body)
