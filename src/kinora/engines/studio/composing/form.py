"""The form of a piece: sections of bars, a chord for each, and how full each is."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import log

import numpy as np

from kinora.engines.studio.composing.brief import Brief

ENDING = 2.4
"""Seconds in which the last chord rings out."""

TURNS = ("VC", "VCVC", "VCVCBC", "VCVCBCC", "VCVBVC")
LENGTHS = (2, 4, 8, 12, 16)
"""Bars of a verse or a chorus."""

NAMES = {"V": "verse", "C": "chorus", "B": "bridge"}
LIKED = {"VC": 0.1, "VCVC": 0.03, "VCVCBC": 0.0, "VCVCBCC": 0.02, "VCVBVC": 0.05}
ENERGY = {"intro": 0.4, "verse": 0.65, "chorus": 1.0, "bridge": 0.55, "outro": 0.45}
BEND = 0.2
"""By how much, as a logarithm, a tempo that no word names may be bent to fit a length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the form; `lines` are the words that are sung in it."""

    name: str
    bars: int
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: when it begins and how long it is, in seconds; `chord` is a degree from 1.

    `place` counts from 0 within its section, which has `of` bars; `round` counts the sections of
    that name that came before.
    """

    start: float
    length: float
    section: str
    energy: float
    chord: int
    place: int
    of: int
    round: int

    @property
    def last(self) -> bool:
        """Whether its section ends with it."""
        return self.place == self.of - 1

    @property
    def step(self) -> float:
        """The length of a sixteenth."""
        return self.length / 16


def form_of(brief: Brief, *, seconds: float) -> tuple[Section, ...]:
    """Return the sections that fit a length best at about the brief's tempo."""
    wanted = max(8.0, (seconds - ENDING) * brief.tempo / 240)
    best, found = 1e9, ("VC", 4, 4, 2, 2)
    for turns, verse, chorus, intro, outro in product(TURNS, LENGTHS, LENGTHS, (2, 4), (2, 4)):
        bars = intro + outro + sum(_bars(turn, verse, chorus) for turn in turns)
        cost = abs(log(bars / wanted)) + LIKED[turns] + 0.02 * (verse == 2) + 0.02 * (chorus == 2)
        if cost < best:
            best, found = cost, (turns, verse, chorus, intro, outro)
    turns, verse, chorus, intro, outro = found
    middle = [Section(name=NAMES[turn], bars=_bars(turn, verse, chorus)) for turn in turns]
    ends = (Section(name="intro", bars=intro), Section(name="outro", bars=outro))
    return (ends[0], *middle, ends[1])


def sung_form(brief: Brief, stanzas: Sequence[Section], *, seconds: float) -> tuple[Section, ...]:
    """Return the form of words: each line has two bars, or one where time is short.

    Stanzas for which there is no time at all are left out, from the end on.
    """
    wanted = max(8.0, (seconds - ENDING) * brief.tempo / 240)
    fastest = wanted * (1 + BEND)
    sung = [_sung(stanza, 2) for stanza in stanzas]
    if _length(sung) > fastest:
        sung = [_sung(stanza, 1) for stanza in stanzas]
    while len(sung) > 1 and _length(sung) > fastest:
        sung.pop()
    over = int(wanted - sum(section.bars for section in sung))
    intro = 4 if over >= 8 else 2
    sung = _with_breaks(sung, over - intro - 2)
    return (Section(name="intro", bars=intro), *sung, Section(name="outro", bars=2))


def bars_of(sections: Sequence[Section], brief: Brief, *, seconds: float, seed: int) -> list[Bar]:
    """Return all bars; their length is bent so that the piece ends when it should."""
    rng = np.random.default_rng((seed, 23))
    chosen = {
        name: rows[int(rng.integers(len(rows)))]
        for name, rows in (
            ("verse", brief.mood.verse),
            ("chorus", brief.mood.chorus),
            ("bridge", brief.mood.bridge),
        )
    }
    chosen |= {"intro": chosen["verse"], "outro": chosen["verse"]}
    length = (seconds - ENDING) / sum(section.bars for section in sections)
    bars: list[Bar] = []
    rounds: dict[str, int] = {}
    for section in sections:
        row, turn = chosen[section.name], rounds.get(section.name, 0)
        rounds[section.name] = turn + 1
        for place in range(section.bars):
            bar = Bar(
                start=len(bars) * length,
                length=length,
                section=section.name,
                energy=min(1.0, ENERGY[section.name] + 0.06 * turn),
                chord=row[place % len(row)],
                place=place,
                of=section.bars,
                round=turn,
            )
            bars.append(bar)
    return bars


def _bars(turn: str, verse: int, chorus: int) -> int:
    return {"V": verse, "C": chorus, "B": 4}[turn]


def _length(sung: Sequence[Section]) -> int:
    """Return the bars of sung sections with the shortest intro and outro."""
    return sum(section.bars for section in sung) + 4


def _sung(stanza: Section, each: int) -> Section:
    bars = max(2, len(stanza.lines) * each)
    return Section(name=stanza.name, bars=bars + bars % 2, lines=stanza.lines)


def _with_breaks(sung: list[Section], over: int) -> list[Section]:
    """Put bars without words between stanzas, where there is time."""
    out: list[Section] = []
    for at, section in enumerate(sung):
        out.append(section)
        if over >= 4 and at % 2 == 1:
            out.append(Section(name="bridge", bars=4))
            over -= 4
    return out + _again(sung, over)


def _again(sung: Sequence[Section], over: int) -> list[Section]:
    """Return what fills the rest: breaks without words, and the last chorus after each of them."""
    chorus = next((each for each in reversed(sung) if each.name == "chorus"), sung[-1])
    out: list[Section] = []
    while over >= chorus.bars:
        if over >= chorus.bars + 4:
            out.append(Section(name="verse" if len(out) % 4 == 0 else "bridge", bars=4))
            over -= 4
        out.append(chorus)
        over -= chorus.bars
    if over >= 4:
        out.append(Section(name="bridge", bars=4))
    return out
