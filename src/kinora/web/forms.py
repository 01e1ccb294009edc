"""Forms, parsed as they stream in: file parts go straight to disk, never through memory."""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qsl

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from kinora.domain.errors import ImageTooBig, Malformed, UploadFailed
from kinora.web.bodies import read_body

MAX_FIELD = 64 * 1024
MAX_FIELDS = 64
OVERHEAD = 1 << 20
"""What a form may weigh beside its file."""

LONGEST_LENGTH = 18
IDLE = 30.0
"""Seconds that a sender may be silent."""

WHOLE = 600.0
"""Seconds that a whole form may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file part on disk; `filename` is what its sender called it."""

    path: Path
    filename: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a form held. Empty file parts count as absent."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, ReceivedFile] = field(default_factory=dict)


@asynccontextmanager
async def workplace(
    place: AbstractAsyncContextManager[None], *, within: Path
) -> AsyncIterator[Path]:
    """Hold a place for a file that comes in, and a folder for it, which is removed at the end."""
    async with place:
        with tempfile.TemporaryDirectory(dir=within, ignore_cleanup_errors=True) as folder:
            yield Path(folder)


async def receive_form(request: Request, *, folder: Path, max_file: int) -> Form:
    """Read a multipart or urlencoded form, files into `folder`.

    Raises ImageTooBig as soon as a file is larger than `max_file` bytes, Malformed for a broken
    form, UploadFailed when it does not arrive whole or too slowly.
    """
    told = request.headers.get("content-length", "")
    if (
        told.isascii()
        and told.isdigit()
        and len(told) <= LONGEST_LENGTH
        and int(told) > max_file + OVERHEAD
    ):
        raise ImageTooBig(f"the form must be smaller than {max_file} bytes")
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind == "application/x-www-form-urlencoded":
        return _urlencoded(await read_body(request, at_most=MAX_FIELD))
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise Malformed("the body must be multipart/form-data or urlencoded")
    with ExitStack() as open_files:
        receiver = _Receiver(folder=folder, max_file=max_file, open_files=open_files)
        try:
            async with asyncio.timeout(WHOLE):
                await _feed(request, receiver, boundary)
        except (ClientDisconnect, TimeoutError):
            raise UploadFailed from None
        except MultipartError as error:
            # Some hold an exception of Python beside their sentence, which is for us alone.
            raise Malformed(f"the form is broken: {error.args[0]}") from None
    return Form(fields=receiver.fields, files=receiver.files)


async def _feed(request: Request, receiver: "_Receiver", boundary: str) -> None:
    chunks = aiter(request.stream())
    with PushMultipartParser(
        boundary,
        max_segment_size=receiver.max_file + OVERHEAD,
        max_segment_count=MAX_FIELDS,
    ) as parser:
        left = receiver.max_file + OVERHEAD
        while not parser.closed:
            chunk = await _next(chunks)
            left -= len(chunk)
            if left < 0:
                raise ImageTooBig(f"the form must be smaller than {receiver.max_file} bytes")
            if not chunk:
                # Nothing more comes; the parser says whether that was the end.
                parser.close()
            for part in parser.parse(chunk):
                receiver.take(part)


async def _next(chunks: AsyncIterator[bytes]) -> bytes:
    try:
        async with asyncio.timeout(IDLE):
            while not (chunk := await anext(chunks, None)) and chunk is not None:
                pass
    except TimeoutError:
        raise UploadFailed(f"nothing arrived for {IDLE:.0f} s") from None
    return chunk or b""


def _urlencoded(body: bytes) -> Form:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError:
        raise Malformed("the form is broken: it is no UTF-8") from None
    except ValueError as error:
        raise Malformed(f"the form is broken: {error}") from None
    return Form(fields=dict(pairs))


@dataclass(slots=True, kw_only=True)
class _Receiver:
    """Takes the parser's pieces: a segment's head, its bytes, and None at its end."""

    folder: Path
    max_file: int
    open_files: ExitStack
    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, ReceivedFile] = field(default_factory=dict)
    segment: MultipartSegment | None = None
    target: BinaryIO | None = None
    path: Path = Path()
    text: bytearray = field(default_factory=bytearray)
    size: int = 0

    def take(self, part: MultipartSegment | bytes | None) -> None:
        match part:
            case MultipartSegment():
                self._begin(part)
            case None:
                self._end()
            case _:
                self._add(part)

    def _begin(self, segment: MultipartSegment) -> None:
        self.segment, self.size, self.text, self.target = segment, 0, bytearray(), None
        if segment.filename is not None:
            self.path = self.folder / secrets.token_hex(8)
            self.target = self.open_files.enter_context(self.path.open("wb"))

    def _add(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.target is None:
            if self.size > MAX_FIELD:
                raise Malformed(f"a field is larger than {MAX_FIELD} bytes")
            self.text += piece
            return
        if self.size > self.max_file:
            raise ImageTooBig(f"the file must be smaller than {self.max_file} bytes")
        self.target.write(piece)

    def _end(self) -> None:
        if self.segment is None:
            return
        name = self.segment.name
        if self.target is None:
            self.fields[name] = self.text.decode(errors="replace")
            return
        self.target.close()
        if self.size:
            filename = self.segment.filename or ""
            self.files[name] = ReceivedFile(path=self.path, filename=filename, size=self.size)
