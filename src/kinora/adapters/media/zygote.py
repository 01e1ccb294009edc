"""The process behind the gate: `python -m kinora.adapters.media.zygote`.

It holds Pillow, reads one JSON line a file from its standard input, and forks a grandchild for
each, with caps on memory, processor time and file size. A hostile file can at worst kill its
own grandchild. PyAV is loaded in the grandchildren only, for films and sounds. Only Pillow ever
decodes a stranger's picture: of the decoders tried, it alone refused a 20,000 x 20,000 bomb at
once and truncated files always.
"""

import json
import os
import resource
import signal
import sys
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from kinora.adapters.media.refusal import No

MAX_SIDE = 10_000
MAX_BYTES = 20 * 1024 * 1024
MEMORY = 1_400 * 1024 * 1024
CPU_SECONDS = 12
WALL_SECONDS = 15
MIMES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
SAVING: dict[str, dict[str, Any]] = {
    "PNG": {"compress_level": 1},
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"quality": 95, "method": 2},
}


def admit(source: Path, target: Path) -> dict[str, Any]:
    """Check a picture and write its clean twin; raise No."""
    if source.stat().st_size >= MAX_BYTES:
        raise No("too_big", "the image must be smaller than 20 MB")
    picture = _open(source)
    width, height = picture.size
    if max(width, height) > MAX_SIDE:
        text = f"the image is {width}x{height}, at most {MAX_SIDE} pixels a side are allowed"
        raise No("dimensions", text)
    # Many phones write JPEGs with a second picture inside, which Pillow calls MPO.
    kind = "JPEG" if picture.format == "MPO" else str(picture.format)
    clean = _upright(picture)
    clean.info.clear()
    clean.save(target, format=kind, **SAVING[kind])
    return {"mime": MIMES[kind], "width": clean.width, "height": clean.height}


def _open(source: Path) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = MAX_SIDE * MAX_SIDE
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        return Image.open(source, formats=list(MIMES))
    except UnidentifiedImageError:
        raise No("format", "the file is not a PNG, JPEG or WebP picture") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        text = f"the image has more pixels than {MAX_SIDE} x {MAX_SIDE}"
        raise No("dimensions", text) from None


def _upright(picture: Image.Image) -> Image.Image:
    """Decode the first frame, turn it as its EXIF says, and bring it to RGB or RGBA."""
    try:
        picture.seek(0)
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombWarning) as error:
        raise No("unreadable", f"the image cannot be read: {error}") from None
    clear = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    if upright.mode.startswith(("I", "F")):
        upright = upright.convert("I").point(lambda value: value / 256).convert("L")
    return upright.convert("RGBA" if clear and picture.format != "JPEG" else "RGB")


def answer(asked: dict[str, str]) -> dict[str, Any]:
    """Return what the gate is to hear about one file."""
    code, what = ("media", "file") if "media" in asked else ("unreadable", "image")
    try:
        return judged(asked)
    except No as no:
        return {"code": no.code, "text": str(no)}
    except MemoryError:
        return {"code": code, "text": f"the {what} needs too much memory to decode"}
    except Exception as error:  # noqa: BLE001 - the wall: a decoder may raise anything
        return {"code": code, "text": f"the {what} cannot be read ({type(error).__name__})"}


def judged(asked: dict[str, str]) -> dict[str, Any]:
    """Return the facts of a file; raise No and whatever its decoder raises."""
    if "media" not in asked:
        return admit(Path(asked["source"]), Path(asked["target"]))
    # Loaded here, in the grandchild, so that the process that waits stays small.
    from kinora.adapters.media import films  # noqa: PLC0415

    return films.judge(Path(asked["media"]))


def limit() -> None:
    """Put this process under its caps; a system that lacks one goes without."""
    caps = (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 1 << 30),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, value in caps:
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            continue
    signal.alarm(WALL_SECONDS)


def in_grandchild(asked: dict[str, str]) -> dict[str, Any]:
    """Judge one picture in a process of its own."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reads)
        limit()
        os.write(writes, json.dumps(answer(asked)).encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as stream:
        told = stream.read()
    os.waitpid(child, 0)
    if not told:
        code, what = ("media", "file") if "media" in asked else ("unreadable", "image")
        return {"code": code, "text": f"the {what} needs too much time or memory to decode"}
    heard: dict[str, Any] = json.loads(told)
    return heard


def main() -> None:
    """Judge pictures until the input ends."""
    # Ctrl-C at the terminal is for the server, which then closes this process's input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Image.preinit()
    Image.init()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(in_grandchild(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
