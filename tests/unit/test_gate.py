"""Hostile and odd pictures at the gate."""

import asyncio
import io
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from kinora.adapters.media.gate import AT_ONCE, MOST_WAITING, GuardedGate
from kinora.domain.errors import (
    ImageDimensions,
    ImageFormat,
    ImageTooBig,
    ImageUnreadable,
    KinoraError,
    Overloaded,
)


@pytest.fixture
async def gate() -> AsyncIterator[GuardedGate]:
    made = GuardedGate()
    yield made
    await made.close()


def png_bomb(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    packer = zlib.compressobj(9)
    row = bytes(1 + side * 3)
    body = b"".join(packer.compress(row) for _ in range(200)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


PHOTO = Image.linear_gradient("L").convert("RGB").resize((60, 40))
GIF = encoded(PHOTO, "GIF")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (png_bomb(20_000), ImageDimensions),
        (encoded(PHOTO, "JPEG")[:-200], ImageUnreadable),
        (b"<html><body>not a picture", ImageFormat),
        (GIF, ImageFormat),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ImageFormat),
        (b"", ImageFormat),
        (b"\x89PNG\r\n\x1a\n" + bytes(21 * 1024 * 1024), ImageTooBig),
    ],
    ids=["bomb", "truncated", "html", "gif", "svg", "empty", "heavy"],
)
async def test_refused(
    gate: GuardedGate, tmp_path: Path, body: bytes, error: type[KinoraError]
) -> None:
    source = tmp_path / "given"
    source.write_bytes(body)
    with pytest.raises(error):
        await gate.admit(source, folder=tmp_path)


@pytest.mark.parametrize(
    ("picture", "kind", "mode"),
    [
        (PHOTO.convert("CMYK"), "JPEG", "RGB"),
        (PHOTO.convert("P"), "PNG", "RGB"),
        (PHOTO.convert("L"), "WEBP", "RGB"),
        (PHOTO.convert("RGBA"), "PNG", "RGBA"),
        (Image.new("I;16", (9, 7), 30_000), "PNG", "RGB"),
        (Image.new("RGB", (1, 1)), "PNG", "RGB"),
        (Image.new("1", (8, 8)), "PNG", "RGB"),
    ],
    ids=["cmyk", "palette", "grey", "clear", "16-bit", "1x1", "bilevel"],
)
async def test_admitted(
    gate: GuardedGate, tmp_path: Path, picture: Image.Image, kind: str, mode: str
) -> None:
    source = tmp_path / "given"
    source.write_bytes(encoded(picture, kind))
    still = await gate.admit(source, folder=tmp_path)
    with Image.open(still.path) as clean:
        assert (clean.format, clean.mode, clean.size) == (kind, mode, picture.size)
    assert (still.width, still.height) == picture.size


async def test_turned_upright_and_stripped(gate: GuardedGate, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a secret place"
    source = tmp_path / "given"
    source.write_bytes(
        encoded(PHOTO, "JPEG", exif=exif, comment=b"a secret", icc_profile=b"x" * 99)
    )
    still = await gate.admit(source, folder=tmp_path)
    assert (still.width, still.height) == (40, 60)
    body = still.path.read_bytes()
    assert b"secret" not in body
    assert b"Exif" not in body
    assert b"ICC_PROFILE" not in body


async def test_a_phones_two_in_one_jpeg(gate: GuardedGate, tmp_path: Path) -> None:
    source = tmp_path / "given"
    source.write_bytes(encoded(PHOTO, "MPO", save_all=True, append_images=[PHOTO.rotate(180)]))
    still = await gate.admit(source, folder=tmp_path)
    assert still.mime == "image/jpeg"
    with Image.open(still.path) as clean:
        assert (clean.format, clean.size) == ("JPEG", PHOTO.size)


async def test_first_frame_of_an_animation(gate: GuardedGate, tmp_path: Path) -> None:
    source = tmp_path / "given"
    other = PHOTO.rotate(180)
    source.write_bytes(encoded(PHOTO, "WEBP", save_all=True, append_images=[other], lossless=True))
    still = await gate.admit(source, folder=tmp_path)
    with Image.open(still.path) as clean:
        assert not getattr(clean, "is_animated", False)
        near = clean.convert("RGB").getpixel((30, 2))
    assert isinstance(near, tuple)
    assert abs(near[0] - PHOTO.getpixel((30, 2))[0]) < 12  # type: ignore[index]


async def test_many_at_once_and_after_a_crash(gate: GuardedGate, tmp_path: Path) -> None:
    async def one(number: int) -> tuple[int, int]:
        folder = tmp_path / str(number)
        folder.mkdir()
        source = folder / "given"
        source.write_bytes(encoded(PHOTO.resize((10 + number, 20)), "PNG"))
        still = await gate.admit(source, folder=folder)
        return still.width, still.height

    assert await asyncio.gather(*map(one, range(6))) == [(10 + n, 20) for n in range(6)]
    guards = [
        child for child in psutil.Process().children() if "zygote" in " ".join(child.cmdline())
    ]
    assert guards
    for guard in guards:
        guard.kill()
    assert [await one(number) for number in (9, 10)] == [(19, 20), (20, 20)]


async def test_a_crowd_is_sent_away_and_those_who_wait_are_served(
    gate: GuardedGate, tmp_path: Path
) -> None:
    """Two are judged, 32 may wait, the others hear at once that the server is busy."""
    source = tmp_path / "given"
    source.write_bytes(encoded(PHOTO, "PNG"))

    async def one(number: int) -> bool:
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            await gate.admit(source, folder=folder)
        except Overloaded:
            return False
        return True

    served = await asyncio.gather(*map(one, range(40)))
    assert served.count(False) == 40 - AT_ONCE - MOST_WAITING
    assert await one(41)
