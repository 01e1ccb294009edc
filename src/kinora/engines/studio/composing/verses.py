"""The words of a song: a caller's own, in stanzas, or simple ones of our own."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from itertools import groupby

from kinora.engines.studio.composing.form import Section

MARK = re.compile(r"^\s*[\[(]([^\])]{1,40})[\])]\s*:?\s*$")
TIME = re.compile(r"\[\d{1,2}:\d{2}(?:\.\d{1,3})?\]")
ABOUT = re.compile(
    r"\babout\s+([\w' -]{3,40}?)(?=[,.;:!?\n]|\s(?:and|with|in|at)\b|$)", re.IGNORECASE
)
LONGEST_LINE = 90
MOST_LINES = 8
KINDS = {
    "chorus": ("chorus", "hook", "refrain", "drop", "estribillo", "refrán"),
    "bridge": ("bridge", "break", "middle", "puente", "pont"),
}
OWN = {"epic": "dark", "tense": "dark"}


Stanza = tuple[str, tuple[str, ...]]
"""The name of a section, empty when none is given, and its lines."""


def stanzas_of(lyrics: str) -> tuple[Section, ...]:
    """Return a caller's words in sections.

    A line such as `[Chorus]` names what follows; other stanzas, parted by empty lines, are verse
    and chorus in turn, and a stanza that comes again is a chorus.
    """
    found: list[Stanza] = []
    name = ""
    lines = [TIME.sub("", line).strip() for line in lyrics.splitlines()]
    for empty, group in groupby(lines, key=lambda line: not line):
        if empty:
            continue
        kept: list[str] = []
        for line in group:
            if mark := MARK.match(line):
                found += [(name, tuple(kept))] if kept else []
                name, kept = _kind(mark[1]), []
            elif any(letter.isalnum() for letter in line):
                kept += _short(line)
        if kept:
            found.append((name, tuple(kept)))
            name = ""
    return _named([part for stanza in found for part in _parted(stanza)])


def own_verses(words: str, feeling: str, *, turns: int) -> tuple[Section, ...]:
    """Return simple words by a mood, about what `words` say the song is about."""
    told = _table()[OWN.get(feeling, feeling)]
    about = ABOUT.search(words)
    it = about[1].strip() if about else str(told["it"])
    parts = {
        name: tuple(line.format(it=it) for line in told[name])
        for name in ("verse", "chorus", "bridge")
    }
    order = ("verse", "chorus", "verse", "chorus", "bridge", "chorus")[: max(2, turns)]
    return tuple(Section(name=name, bars=0, lines=parts[name]) for name in order)


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    text = (files("kinora.engines.studio.composing") / "verses.toml").read_text("utf-8")
    return tomllib.loads(text)


def _kind(mark: str) -> str:
    spoken = mark.lower()
    for name, words in KINDS.items():
        if any(word in spoken for word in words):
            return name
    return "verse"


def _parted(stanza: Stanza) -> list[Stanza]:
    """Return a stanza in parts of a length that a section can have."""
    name, lines = stanza
    return [(name, lines[at : at + MOST_LINES]) for at in range(0, len(lines), MOST_LINES)]


def _named(found: list[Stanza]) -> tuple[Section, ...]:
    texts = [lines for _, lines in found]
    out: list[Section] = []
    for at, (name, lines) in enumerate(found):
        again = texts.count(lines) > 1
        usual = "chorus" if again or (at % 2 and len(found) > 1) else "verse"
        out.append(Section(name=name or usual, bars=0, lines=lines))
    return tuple(out)


def _short(line: str) -> list[str]:
    """Return a line in parts that can be sung in one breath."""
    parts: list[str] = []
    rest = line
    while len(rest) > LONGEST_LINE:
        cut = rest.rfind(" ", 0, LONGEST_LINE)
        cut = cut if cut > LONGEST_LINE // 2 else LONGEST_LINE
        parts.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return [*parts, rest] if rest else parts
