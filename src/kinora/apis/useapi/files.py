"""POST files: one picture, film or sound as the body itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from kinora.apis.useapi.answers import UploadedImage, UploadedMedia, UploadedPicture
from kinora.apis.useapi.desk import LONGEST_NUMBER, Desk, good
from kinora.apis.useapi.names import path_of
from kinora.domain.asset import Asset, AssetKind
from kinora.domain.errors import ImageTooBig, Missing, UploadFailed
from kinora.usecases.keep_quota import TakeIn
from kinora.usecases.upload_image import MAX_IMAGE_BYTES
from kinora.usecases.upload_media import MAX_MEDIA_BYTES
from kinora.web.forms import receive_form, workplace
from kinora.web.links import Links

IDLE = 30.0
"""Seconds that a sender may be silent."""

MULTIPART = "multipart/form-data"
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
Upload = Callable[..., Awaitable[Asset]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Takes files in; they are judged by their bytes, whatever type the caller names."""

    desk: Desk
    links: Links
    upload_image: Upload
    upload_media: Upload
    take_in: TakeIn

    async def upload(self, request: Request) -> Response:
        """POST files."""
        account = await self.desk.caller(request)
        await self.desk.lane(request, account)
        _refuse_early(request)
        async with workplace(self.take_in.place(account.id), within=self.desk.folder) as folder:
            source = await _received(request, folder)
            picture = await asyncio.to_thread(_is_picture, source)
            if picture and source.stat().st_size >= MAX_IMAGE_BYTES:
                raise ImageTooBig(f"a picture must be smaller than {MAX_IMAGE_BYTES} bytes")
            upload = self.upload_image if picture else self.upload_media
            asset = await upload(source, account=account.id)
        return good(self._told(asset, self.links.url(asset, base=self.desk.base(request))))

    def _told(self, asset: Asset, link: str) -> UploadedPicture | UploadedMedia:
        path = path_of(asset)
        if asset.kind is not AssetKind.IMAGE:
            return UploadedMedia(path, link)
        item = UploadedImage(asset.id, link, path, asset.size, asset.filename)
        return UploadedPicture([item], path, link)


def _refuse_early(request: Request) -> None:
    told = request.headers.get("content-length", "")
    if (
        told.isascii()
        and told.isdigit()
        and (len(told) > LONGEST_NUMBER or int(told) > MAX_MEDIA_BYTES + 1024)
    ):
        raise ImageTooBig(_limit())


async def _received(request: Request, folder: Path) -> Path:
    """Return the file that a call sent: its body, or the first file of a form."""
    if request.headers.get("content-type", "").lower().startswith(MULTIPART):
        form = await receive_form(request, folder=folder, max_file=MAX_MEDIA_BYTES)
        if not form.files:
            raise Missing("a file as the body")
        return next(iter(form.files.values())).path
    path = folder / "upload"
    with path.open("wb") as file:
        async for chunk in _chunks(request):
            file.write(chunk)
    if not path.stat().st_size:
        raise Missing("a file as the body")
    return path


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """Yield a body's bytes; raises ImageTooBig, UploadFailed."""
    stream, left = aiter(request.stream()), MAX_MEDIA_BYTES
    while True:
        try:
            async with asyncio.timeout(IDLE):
                chunk = await anext(stream, None)
        except (ClientDisconnect, TimeoutError):
            raise UploadFailed from None
        if chunk is None:
            return
        left -= len(chunk)
        if left < 0:
            raise ImageTooBig(_limit())
        yield chunk


def _limit() -> str:
    return f"a file must have at most {MAX_MEDIA_BYTES} bytes"


def _is_picture(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(12)
    return head.startswith(PICTURES) or (head[:4] == b"RIFF" and head[8:] == b"WEBP")
