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
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from kinora.adapters.media.probing import FirstPicture
from kinora.adapters.media.refusal import No
from kinora.adapters.parentage import die_with_parent
from kinora.adapters.walls import wall_calls, wall_files

MAX_SIDE = 10_000
KEPT_SIDE = 4096
"""Larger pictures are kept at this: no film is larger, and every engine has to hold them."""

SCALABLE = ("L", "RGB", "RGBA", "CMYK")
MAX_BYTES = 20 * 1024 * 1024
MEMORY = 1_400 * 1024 * 1024
CPU_SECONDS = 12
WALL_SECONDS = 15
OUT_OF_TIME = {signal.SIGALRM, signal.SIGXCPU}
OUT_OF_MEMORY = {signal.SIGKILL}
"""A system that runs out of memory kills; a decoder that breaks ends with other signals."""

THUMBNAIL = 640
TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}
"""A film's display matrix turns anticlockwise, as Pillow does."""

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
    return {
        "mime": MIMES[kind],
        "width": clean.width,
        "height": clean.height,
        "look": difference_hash(clean),
    }


def difference_hash(picture: Image.Image) -> int:
    """Return 64 bits: for 9 x 8 grey cells, whether each is darker than the one to its right."""
    small = picture.convert("L").resize((9, 8), Image.Resampling.BOX)
    cells = small.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            bits = bits << 1 | (cells[at] < cells[at + 1])
    return bits


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
        # A large JPEG is decoded at a half, a quarter or an eighth, never below what is kept.
        picture.draft(None, (KEPT_SIDE, KEPT_SIDE))
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombWarning) as error:
        raise No("unreadable", f"the image cannot be read: {error}") from None
    clear = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    if upright.mode.startswith(("I", "F")):
        upright = upright.convert("I").point(lambda value: value / 256).convert("L")
    mode = "RGBA" if clear and picture.format != "JPEG" else "RGB"
    if upright.mode in SCALABLE:
        return _kept(upright).convert(mode)
    return _kept(upright.convert(mode))


def _kept(picture: Image.Image) -> Image.Image:
    picture.thumbnail((KEPT_SIDE, KEPT_SIDE), reducing_gap=2.0)
    return picture


def answer(asked: dict[str, str]) -> dict[str, Any]:
    """Return what the gate is to hear about one file."""
    code, what = ("media", "file") if "media" in asked else ("unreadable", "image")
    try:
        return judged(asked)
    except No as no:
        return {"code": no.code, "text": str(no)}
    except MemoryError:
        return {"code": code, "text": f"the {what} needs too much memory to decode"}
    except Exception:  # noqa: BLE001 - the wall: a decoder may raise anything
        return {"code": code, "text": f"the {what} is broken and cannot be read"}


def judged(asked: dict[str, str]) -> dict[str, Any]:
    """Return the facts of a file; raise No and whatever its decoder raises."""
    if "eyes" in asked:
        looked: dict[str, Any] = import_module(asked["eyes"]).look(asked)
        return looked
    if "media" not in asked:
        return admit(Path(asked["source"]), Path(asked["target"]))
    # Loaded here, in the grandchild, so that the process that waits stays small.
    from kinora.adapters.media import films  # noqa: PLC0415

    thumbnail = asked.get("thumbnail")
    keep = partial(draw, target=Path(thumbnail)) if thumbnail else None
    return films.judge(Path(asked["media"]), keep=keep)


def draw(first: FirstPicture, *, target: Path) -> None:
    """Write a film's first picture as a small upright JPEG."""
    size = (first.width, first.height)
    picture = Image.frombytes("RGB", size, first.rows, "raw", "RGB", first.stride)
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    turn = TURNS.get(first.rotation)
    upright = picture if turn is None else picture.transpose(turn)
    upright.save(target, format="JPEG", quality=85)


def limit() -> None:
    """Put this process under its caps; a system that lacks one goes without."""
    caps = (
        (resource.RLIMIT_AS, MEMORY, MEMORY),
        # The lower one ends the process with a signal of its own, so that it can be told apart.
        (resource.RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1),
        (resource.RLIMIT_FSIZE, 1 << 30, 1 << 30),
        (resource.RLIMIT_CORE, 0, 0),
    )
    for kind, soft, hard in caps:
        try:
            resource.setrlimit(kind, (soft, hard))
        except (ValueError, OSError):
            continue
    signal.alarm(WALL_SECONDS)


def wall_in(asked: dict[str, str]) -> None:
    """Leave this process nothing but the file that it judges and where it writes its twin."""
    sources = ("source", "media", "picture", "film")
    read = [str(Path(asked[name]).resolve()) for name in sources if name in asked]
    targets = [Path(asked[name]) for name in ("target", "thumbnail") if name in asked]
    wall_files(tuple(read), tuple(str(target.parent.resolve()) for target in targets))


def in_grandchild(asked: dict[str, str]) -> dict[str, Any]:
    """Judge one file in a process of its own."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        # Whatever is raised here, a grandchild must never go on as a second gate.
        try:
            os.close(reads)
            limit()
            wall_in(asked)
            os.write(writes, json.dumps(answer(asked)).encode())
        finally:
            os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as stream:
        told = stream.read()
    _, status = os.waitpid(child, 0)
    if not told:
        code, what = ("media", "file") if "media" in asked else ("unreadable", "image")
        return {"code": code, "text": f"the {what} {ending(status)}"}
    heard: dict[str, Any] = json.loads(told)
    return heard


def ending(status: int) -> str:
    """Return what a grandchild's death without an answer says about its file."""
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if ended_by in OUT_OF_TIME:
        return "takes too long to decode"
    if ended_by in OUT_OF_MEMORY:
        return "needs too much memory to decode"
    return "breaks the decoder"


def main() -> None:
    """Judge files until the input ends."""
    die_with_parent()
    # Ctrl-C at the terminal is for the server, which then closes this process's input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wall_calls()
    Image.preinit()
    # Loaded before the first fork; Pillow's other thirty formats would only cost memory.
    for plugin in ("MpoImagePlugin", "WebPImagePlugin"):
        import_module(f"PIL.{plugin}")
    for module in sys.argv[1:]:
        import_module(module)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(in_grandchild(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
