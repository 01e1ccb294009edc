"""Kokoro-82M's voices: one model, and beside it an archive with the styles of its speakers.

The archive is NumPy's `.npz`, under the name `voices-v1.0.bin`. It is read here by hand: nothing in
it is unpickled, and no more of it is read than a table of styles has bytes.
"""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import msgspec

from kinora.catalog.onnx import BadVoice

INPUTS = ({"tokens", "style", "speed"}, {"input_ids", "style", "speed"})
ARCHIVES = "voices*.bin"
VERSION = re.compile(r"v(\d+)[._](\d+)")
KNOWN = ("1", "0")
"""The version whose signs and languages are known here; others learned other signs."""

ROWS, WIDTH = 510, 256
"""A speaker's styles, one for each length of a text."""

TABLE = ROWS * WIDTH * 4
LARGEST, MOST_MEMBERS, MOST_SPEAKERS = 256 << 20, 1000, 100
ENDING = ".npy"
MAGIC = b"\x93NUMPY"
TOLD = tuple(
    re.compile(each)
    for each in (
        rb"'descr': *'<f4'",
        rb"'fortran_order': *False",
        rb"'shape': *\(%d, *1, *%d\)" % (ROWS, WIDTH),
    )
)
"""What NumPy says before such a table: 32-bit numbers, row by row."""

SPEAKER = re.compile(r"([a-z])[fm]_([a-z0-9_]{1,40})")
FEW = 12


class _Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    spelled: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KokoroVoice:
    """One speaker of an archive; `language` is the synthesiser's name of what it speaks."""

    id: str
    name: str
    model: Path
    archive: Path
    speaker: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The speakers of an archive; and which of them are left out and why, empty when none is."""

    voices: tuple[KokoroVoice, ...]
    archive: str
    left_out: str


def takes(inputs: set[str]) -> bool:
    """Tell whether a model with these inputs is in Kokoro's form."""
    return inputs in INPUTS


def voices_of(model: Path, *, name: str) -> Cast:
    """Return the speakers of the archive beside a model; raise BadVoice."""
    archive = _archive_beside(model)
    voices: list[KokoroVoice] = []
    left_out: dict[str, list[str]] = {}
    with _opened(archive) as members:
        for speaker in _speakers(members):
            try:
                _table(members, speaker)
                voices.append(_voice(model, name, archive, speaker))
            except BadVoice as error:
                left_out.setdefault(str(error), []).append(speaker[:40])
    told = "; ".join(f"{_listed(names)}: {reason}" for reason, names in left_out.items())
    if not voices:
        raise BadVoice(
            f"has no speaker in {archive.name} that can be used: {told or 'it is empty'}"
        )
    return Cast(
        voices=tuple(voices[:MOST_SPEAKERS]),
        archive=archive.name,
        left_out=f"leaves out {told}" if told else "",
    )


def styles(archive: Path, speaker: str) -> bytes:
    """Return a speaker's styles, 510 x 256 little-endian 32-bit numbers; raise BadVoice."""
    with _opened(archive) as members:
        return _table(members, speaker)


def _archive_beside(model: Path) -> Path:
    if not _known(model.name):
        raise BadVoice("is of another version of Kokoro than 1.0, which learned other signs")
    found = [each for each in sorted(model.parent.glob(ARCHIVES)) if _known(each.name)]
    if not found:
        raise BadVoice("has no voices-v1.0.bin beside it")
    if len(found) > 1:
        names = ", ".join(each.name for each in found)
        raise BadVoice(f"has more than one archive of voices beside it: {names}")
    return found[0]


def _known(name: str) -> bool:
    version = VERSION.search(name)
    return version is None or version.groups() == KNOWN


def _voice(model: Path, name: str, archive: Path, speaker: str) -> KokoroVoice:
    named = SPEAKER.fullmatch(speaker)
    language = _languages().get(named[1]) if named else None
    if named is None or language is None:
        raise BadVoice("no name of a speaker of Kokoro's, such as af_heart")
    if not language.spelled:
        raise BadVoice(f"espeak-ng does not spell {language.name} as Kokoro learned it")
    return KokoroVoice(
        id=f"{name}#{speaker}",
        name=f"{named[2].replace('_', ' ').title()} ({language.name})",
        model=model,
        archive=archive,
        speaker=speaker,
        language=language.spelled,
    )


@cache
def _languages() -> dict[str, _Language]:
    text = (files("kinora.catalog") / "kokoro.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, _Language])


@contextmanager
def _opened(archive: Path) -> Iterator[ZipFile]:
    """Open an archive; whatever turns out to be wrong with it is a BadVoice."""
    try:
        if archive.stat().st_size > LARGEST:
            raise BadVoice(f"has a {archive.name} that is far too large")
        with ZipFile(archive) as members:
            yield members
    except (BadZipFile, zlib.error, EOFError, KeyError, RuntimeError, OSError) as error:
        raise BadVoice(f"has a {archive.name} that cannot be read: {error}"[:200]) from None


def _speakers(members: ZipFile) -> list[str]:
    names = [name.removesuffix(ENDING) for name in members.namelist() if name.endswith(ENDING)]
    if len(names) > MOST_MEMBERS:
        raise BadVoice("has far too many voices in its archive")
    return sorted(set(names))


def _table(members: ZipFile, speaker: str) -> bytes:
    info = members.getinfo(speaker + ENDING)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadVoice("packed in a way that NumPy does not use")
    with members.open(info) as body:
        begin = body.read(10)
        length = int.from_bytes(begin[8:10], "little")
        told = body.read(length)
        if not begin.startswith(MAGIC) or not all(each.search(told) for each in TOLD):
            raise BadVoice(f"no table of {ROWS} x 1 x {WIDTH} 32-bit numbers")
        # One more than it has, so that its checksum is looked at, too.
        table = body.read(TABLE + 1)
    if len(table) != TABLE:
        raise BadVoice(f"no table of {ROWS} x 1 x {WIDTH} 32-bit numbers")
    return table


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more
