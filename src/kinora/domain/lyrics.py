"""What is sung: lines of a song, with or without the seconds at which they are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kinora.domain.errors import BadLyrics

LONGEST_SONG = 360.0
"""Seconds after which no line can begin."""

STAMP = re.compile(r"\[(\d{1,3}):([0-5]?\d)(?:[.:](\d{1,3}))?\]")
"""One time of an LRC file: minutes, seconds, and hundredths or thousandths."""

NUMERIC = re.compile(r"\[\s*-?\d+\s*[:.,][^\]]*\]?")
"""A bracket that begins like a time; one that is none is a mistake, not a remark."""

OFFSET = re.compile(r"\[offset:\s*([+-]?\d{1,9})\s*\]", re.IGNORECASE)
REMARK = re.compile(r"^\s*[\[(\uff08\u3010][^\])\uff09\u3011]*[\])\uff09\u3011]\s*$")
"""A line that is only a name in brackets: `[Chorus]`, `(x2)`, `[ar:Ada]`."""

SUNG_AT = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>")
"""The time of one word in enhanced LRC; lines are shown whole, so it is dropped."""


@dataclass(frozen=True, slots=True)
class LyricLine:
    """One line of a song, and the second at which it begins; None where nobody said when.

    Lines with the same `stanza` stand together; `heading` is what stands in brackets over it.
    """

    text: str
    begin: float | None = None
    stanza: int = field(default=0, compare=False)
    heading: str = field(default="", compare=False)


def read_lyrics(text: str) -> tuple[LyricLine, ...]:
    """Return the lines of a lyric; raise BadLyrics and say which line is wrong.

    The text is plain, a line for each line sung, or LRC with `[mm:ss.xx]` before its lines. What
    is only a name in brackets, such as `[Chorus]`, is not sung and heads what follows.
    """
    lines = list(_lines(text))
    return _in_order(lines) if any(line.begin is not None for line in lines) else tuple(lines)


def _lines(text: str) -> Iterator[LyricLine]:
    """Yield the lines of a written lyric with their stanzas, which gaps and headings part."""
    offset = OFFSET.search(text)
    shift = int(offset.group(1)) / 1000 if offset else 0.0
    stanza, heading = 0, ""
    for number, raw in enumerate(text.splitlines(), start=1):
        written = list(_written(raw, number, shift))
        yield from (replace(line, stanza=stanza, heading=heading) for line in written)
        remark = REMARK.match(raw) and not STAMP.search(raw)
        if remark or not raw.strip():
            stanza, heading = stanza + 1, raw.strip() if remark else ""


def _written(raw: str, number: int, shift: float) -> Iterator[LyricLine]:
    """Yield what a written line holds: nothing, a line, or the same line at several times."""
    times = list(STAMP.finditer(raw))
    rest = SUNG_AT.sub("", STAMP.sub("", raw))
    wrong = NUMERIC.search(rest)
    if wrong:
        raise BadLyrics(
            f"line {number} of the lyric has the time {wrong.group()!r}, not [mm:ss.xx]"
        )
    sung = " ".join(rest.split())
    if not sung or REMARK.match(sung):
        return
    if not times:
        yield LyricLine(sung)
    for found in times:
        minutes, seconds, part = found.groups()
        fraction = int(part) / 10 ** len(part) if part else 0.0
        # A positive offset of LRC means that lines come sooner.
        begin = max(0.0, int(minutes) * 60 + int(seconds) + fraction - shift)
        if begin > LONGEST_SONG:
            raise BadLyrics(f"line {number} of the lyric is at {found.group()}, after every song")
        yield LyricLine(sung, begin)


def _in_order(lines: Sequence[LyricLine]) -> tuple[LyricLine, ...]:
    """Return lines in the order of time; a line without a time stays behind the one before it."""
    reached = 0.0
    keyed = []
    for line in lines:
        reached = reached if line.begin is None else line.begin
        keyed.append((reached, line))
    return tuple(line for _, line in sorted(keyed, key=lambda each: each[0]))
