"""`/api/uploads`: uploads that can be taken up again where they broke off (tus 1.0.0).

The protocol: https://tus.io/protocols/resumable-upload, core with the extensions creation,
creation-with-upload, expiration and termination.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kinora.apis.native.callers import key_of
from kinora.apis.native.problems import problem, refuse
from kinora.domain.account import Account
from kinora.domain.asset import Asset
from kinora.domain.errors import (
    ImageTooBig,
    KinoraError,
    Malformed,
    MediaNotFound,
    Overloaded,
    QuotaReached,
    TooOften,
    UploadFailed,
)
from kinora.domain.scopes import Call
from kinora.ports.parts import Busy, OpenPart, Part, Parts
from kinora.ports.store import Store
from kinora.usecases.keep_quota import TakeIn
from kinora.usecases.upload_image import MAX_IMAGE_BYTES
from kinora.usecases.upload_media import MAX_MEDIA_BYTES
from kinora.web.callers import call_of
from kinora.web.links import Links

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,termination"
BYTES = "application/offset+octet-stream"
LONGEST_NUMBER = 18
LONGEST_METADATA = 4096
IDLE = 30.0
"""Seconds that a sender may be silent; what came until then is kept."""

Handler = Callable[[Request], Awaitable[Response]]
Upload = Callable[..., Awaitable[Asset]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadDoor:
    """Takes pictures, films and sounds in parts."""

    parts: Parts
    store: Store
    links: Links
    open_account: Callable[[str, Call], Awaitable[Account]]
    upload_image: Upload
    upload_media: Upload
    take_in: TakeIn
    public_url: str = ""

    async def options(self, request: Request) -> Response:
        """Answer what this server can do; no key is needed."""
        told = {"tus-version": VERSION, "tus-extension": EXTENSIONS}
        return _empty(204, {**told, "tus-max-size": str(MAX_MEDIA_BYTES)})

    async def create(self, request: Request) -> Response:
        """Begin an upload; the body may already hold its first bytes."""
        account = await self._account(request)
        length = _whole(request, "upload-length")
        metadata = request.headers.get("upload-metadata", "")
        if not 0 < length <= MAX_MEDIA_BYTES:
            detail = f"Upload-Length must be from 1 to {MAX_MEDIA_BYTES}"
            return problem(413, "too_big", detail, **{"tus-resumable": VERSION})
        if len(metadata) > LONGEST_METADATA:
            raise Malformed(f"Upload-Metadata is longer than {LONGEST_METADATA} characters")
        part = await self.parts.begin(account=account.id, length=length, metadata=metadata)
        place = {"location": f"{self._base(request)}/api/uploads/{part.name}"}
        if request.headers.get("content-type", "") == BYTES:
            return await self._receive(request, part, status=201, extra=place)
        return _empty(201, {**place, **_progress(part)})

    async def head(self, request: Request) -> Response:
        """Answer how much has arrived."""
        part = await self._part(request)
        known = {"upload-metadata": part.metadata} if part.metadata else {}
        length = {"upload-length": str(part.length), "cache-control": "no-store"}
        return _empty(200, {**_progress(part), **length, **known})

    async def patch(self, request: Request) -> Response:
        """Add bytes; the last ones make the upload a picture, a film or a sound."""
        part = await self._part(request)
        if request.headers.get("content-type", "") != BYTES:
            return problem(415, "wrong_type", f"Content-Type must be {BYTES}")
        return await self._receive(request, part, status=204, extra={})

    async def read(self, request: Request) -> Response:
        """Answer what became of an upload, for people and programs that know no tus."""
        part = await self._part(request)
        body: dict[str, object] = {"offset": part.offset, "length": part.length}
        asset = await self._asset(part)
        if asset is not None:
            link = self.links.url(asset, base=self._base(request))
            body |= {"media_id": asset.id, "type": asset.kind.value, "url": link}
        return JSONResponse(body, headers=_progress(part))

    async def delete(self, request: Request) -> Response:
        """Forget an upload; what it became stays."""
        part = await self._part(request)
        async with self.parts.hold(part.name) as held:
            await held.drop()
        return _empty(204, {})

    async def _receive(
        self, request: Request, part: Part, *, status: int, extra: dict[str, str]
    ) -> Response:
        account = await self._account(request)
        begun = request.method == "POST"
        async with self.take_in.place(account.id), self.parts.hold(part.name) as held:
            offset = 0 if begun else _whole(request, "upload-offset")
            if offset != held.part.offset:
                detail = f"Upload-Offset must be {held.part.offset}"
                return problem(409, "wrong_offset", detail, **{"tus-resumable": VERSION})
            if not held.part.whole:
                await held.append(_chunks(request))
            settled = await self._settled(held, account) if held.part.whole else held.part
        return _empty(status, {**extra, **_progress(settled)})

    async def _settled(self, held: OpenPart, account: Account) -> Part:
        """Make a whole upload what it is; one that cannot be used is forgotten."""
        if held.part.asset is not None:
            return held.part
        picture = await asyncio.to_thread(_is_picture, held.path)
        try:
            if picture and held.part.length >= MAX_IMAGE_BYTES:
                raise ImageTooBig(f"a picture must be smaller than {MAX_IMAGE_BYTES} bytes")
            upload = self.upload_image if picture else self.upload_media
            asset = await upload(held.path, account=account.id)
        except (Overloaded, QuotaReached, TooOften):
            raise
        except KinoraError:
            await held.drop()
            raise
        return await held.settle(asset.id)

    async def _asset(self, part: Part) -> Asset | None:
        return None if part.asset is None else await self.store.view.assets.get(part.asset)

    async def _part(self, request: Request) -> Part:
        """Return the upload of the path, if it is the caller's: others' are not told apart."""
        account = await self._account(request)
        part = await self.parts.look(request.path_params["name"])
        if part is None or part.account != account.id:
            raise MediaNotFound("there is no upload of this name, or it has expired")
        return part

    async def _account(self, request: Request) -> Account:
        return await self.open_account(key_of(request), call_of(request))

    def _base(self, request: Request) -> str:
        return self.public_url or f"{request.url.scheme}://{request.url.netloc}"


def routes(door: UploadDoor) -> list[Route]:
    """Return the routes."""
    each = {
        "HEAD": door.head,
        "PATCH": door.patch,
        "GET": door.read,
        "DELETE": door.delete,
    }
    return [
        Route("/api/uploads", door.options, methods=["OPTIONS"]),
        Route("/api/uploads/{name:str}", door.options, methods=["OPTIONS"]),
        Route("/api/uploads", _answering(door.create), methods=["POST"], name="uploads"),
        Route("/api/uploads/{name:str}", _by_method(each), methods=list(each), name="upload"),
    ]


def _by_method(handlers: Mapping[str, Handler]) -> Handler:
    """Return one handler for several methods: Starlette would answer HEAD by GET's."""
    wrapped = {method: _answering(handler) for method, handler in handlers.items()}

    async def answer(request: Request) -> Response:
        return await wrapped[request.method](request)

    return answer


def _answering(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        if request.method != "GET" and request.headers.get("tus-resumable") != VERSION:
            detail = f"Tus-Resumable must be {VERSION}"
            return problem(412, "wrong_version", detail, **{"tus-version": VERSION})
        try:
            return await handler(request)
        except KinoraError as error:
            refusal = refuse(error)
        except Busy:
            refusal = problem(423, "locked", "another request is writing to this upload")
        except KeyError:
            refusal = refuse(MediaNotFound("there is no upload of this name, or it has expired"))
        refusal.headers["tus-resumable"] = VERSION
        return refusal

    return answer


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """Yield a body's bytes until its end, or until its sender is silent for too long."""
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(IDLE):
                chunk = await anext(stream, None)
        except (ClientDisconnect, TimeoutError):
            raise UploadFailed(
                "the upload broke off; ask with HEAD how much arrived, and go on from there"
            ) from None
        if chunk is None:
            return
        yield chunk


def _progress(part: Part) -> dict[str, str]:
    expires = format_datetime(part.expires_at, usegmt=True)
    known = {} if part.asset is None else {"kinora-media-id": str(int(part.asset))}
    return {"upload-offset": str(part.offset), "upload-expires": expires, **known}


def _empty(status: int, headers: dict[str, str]) -> Response:
    return Response(status_code=status, headers={"tus-resumable": VERSION, **headers})


def _whole(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise Malformed(f"{name.title()} must be a whole number")
    return int(text)


def _is_picture(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(12)
    webp = head[:4] == b"RIFF" and head[8:] == b"WEBP"
    return webp or head.startswith((b"\x89PNG", b"\xff\xd8\xff"))
