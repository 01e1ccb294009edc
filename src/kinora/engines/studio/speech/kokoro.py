"""Writes a text as Kokoro learned to read it (StyleTTS 2), in lines of a length that suits it.

Li, Han, Raghavan, Mischler and Mesgarani, "StyleTTS 2", 2023. The table is kokoro.toml.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kinora.catalog.kokoro import KokoroVoice
from kinora.engines.studio.speech.spelling import Line, sentences

RATE, HOP = 24000, 600
TIE, PAD = "^", 0
BEST, MOST = 200, 400
"""Signs to which sentences are joined, and after which one is cut.

The model takes 510. By its makers' account it does best between 100 and 200, and rushes above 400.
"""

ENGLISH = {"en-us": ("english", "american"), "en": ("english", "british")}


@dataclass(frozen=True, slots=True)
class _Table:
    """See kokoro.toml."""

    respelled: dict[str, list[tuple[str, str]]]
    heard: dict[str, str]
    numbers: dict[str, int]


def lines(text: str, voice: KokoroVoice) -> list[Line]:
    """Return what the model is to say, one call after the other."""
    told = sentences(text, language=voice.language, voice=voice.id, tie=TIE)
    spelled = [[_learned(clause, voice.language) for clause in clauses] for clauses in told]
    pieces = [piece for clauses in spelled for piece in _pieces(clauses)]
    return [_line(spoken) for spoken in _joined(pieces, most=BEST) if _sounds(spoken)]


def manner(voice: KokoroVoice, *, speed: float) -> dict[str, Any]:
    """Return how the model is to speak; it makes its pauses by itself."""
    return {
        "kind": "kokoro",
        "archive": str(voice.archive),
        "speaker": voice.speaker,
        "speed": speed,
        "rate": RATE,
        "hop": HOP,
        "pause": 0.0,
    }


@cache
def _table() -> _Table:
    text = (files("kinora.engines.studio.speech") / "kokoro.toml").read_text("utf-8")
    return _Table(**tomllib.loads(text))


def _learned(clause: str, language: str) -> str:
    """Return a clause in the signs that the model learned; others are left out."""
    table = _table()
    for name in ENGLISH.get(language, ("others",)):
        for old, new in table.respelled[name]:
            clause = clause.replace(old, new)
    return "".join(sign for sign in clause if sign in table.numbers).strip()


def _pieces(clauses: list[str]) -> Iterator[str]:
    """Yield a sentence whole, or cut at its stops when it is long, or between words."""
    whole = " ".join(clauses)
    if len(whole) <= MOST:
        yield whole
        return
    yield from _joined((part for clause in clauses for part in _cut(clause)), most=MOST)


def _cut(clause: str) -> Iterator[str]:
    while len(clause) > MOST:
        place = clause.rfind(" ", 1, MOST)
        place = place if place > 0 else MOST
        yield clause[:place]
        clause = clause[place:].lstrip()
    yield clause


def _joined(parts: Iterable[str], *, most: int) -> Iterator[str]:
    """Yield parts, those together that have no more than `most` signs together."""
    waiting = ""
    for part in parts:
        if waiting and len(waiting) + 1 + len(part) > most:
            yield waiting
            waiting = part
        else:
            waiting = f"{waiting} {part}".strip()
    if waiting:
        yield waiting


def _sounds(spelled: str) -> bool:
    return any(sign.isalpha() for sign in spelled)


def _line(spelled: str) -> Line:
    table = _table()
    ids = [table.numbers[sign] for sign in spelled]
    signs = [table.heard.get(sign, sign) for sign in spelled]
    return Line([PAD, *ids, PAD], ["", *signs, ""])
