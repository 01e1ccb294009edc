"""Cuts a song into shots: on beats, long where it is calm and short where it is strong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from kinora.domain.order import Motion, Words
from kinora.engines.studio.songs.beats import Beats
from kinora.engines.studio.songs.lyrics import Caption
from kinora.engines.studio.songs.scenery import (
    VIEWS,
    View,
    in_daylight,
    line_view,
    looked,
    mood_of,
    table,
    views_of,
)
from kinora.engines.studio.songs.sections import Section
from kinora.ports.engine import Shape

LONG, SHORT = 5.2, 1.5
"""Seconds of a shot in the calmest and in the strongest section."""

LEAST = 0.9
"""Seconds below which there is no cut: faster ones would flicker."""

MULTIPLES = (1, 2, 3, 4, 6, 8, 12, 16)
"""How many beats a shot may have; bars of three take 3, 6 and 12, bars of four the others."""

PHRASE = (1.0, 1.0, 0.5, 0.5, 1.0)
"""How the shots of a strong section go, against their usual length: two of them are quick."""

SEEN = 0.35
"""How much of a shot a line must be on the screen for it to show what the line sings of."""

MELT = 0.8
"""Seconds of a dissolve at most."""

ORDER = (0, 1, 2, 3, 0, 2, 1, 3)
"""In which order a section goes through its views, so that no two alike follow."""

FRAMINGS = 4
"""In how many ways a view is framed when it comes back: see `touches.framed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One shot, from frame `begin` up to frame `end`.

    `picture` is the number of a given picture, or None for a scene from words. `melt` is how many
    frames it takes the shot before to give way; 0 is a hard cut. `opens` tells that a section
    begins with it. `framing` is in which way the scene is framed, 0 as it is.
    """

    begin: int
    end: int
    words: Words
    seed: int
    energy: float
    picture: int | None = None
    close: bool = False
    framing: int = 0
    melt: int = 0
    opens: bool = False

    @property
    def frames(self) -> int:
        """How many frames it has, without those it shares with its neighbours."""
        return self.end - self.begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the caller wants to see: `words` for it, and `music` for what kind of music it is.

    `pictures` is how many are given; the first shot of a section shows one, and each `every`th.
    """

    words: Words
    music: str = ""
    pictures: int = 0
    every: int = 3


class _LineViews:
    """What lines sing of: each is shown once while it is sung, and alike when it comes back."""

    def __init__(self, captions: Sequence[Caption]) -> None:
        self._captions = captions
        self._shown: set[Caption] = set()
        self._known: dict[str, View | None] = {}

    def view(self, begin: float, end: float, usual: View) -> View | None:
        """Return the view of the line that is on the screen for most of a shot, if it has one."""
        shared = [(min(end, each.end) - max(begin, each.begin), each) for each in self._captions]
        most, line = max(shared, key=lambda each: each[0], default=(0.0, None))
        if line is None or most < SEEN * (end - begin) or line in self._shown:
            return None
        self._shown.add(line)
        return self._known.setdefault(line.text, line_view(line.text, usual))


def cut_times(sections: Sequence[Section], beats: Beats) -> list[list[float]]:
    """Return, for each section, the seconds at which its shots begin, and its end."""
    return [_cuts(each, beats) for each in sections]


def plan_song(
    wishes: Wishes,
    sections: Sequence[Section],
    beats: Beats,
    captions: Sequence[Caption],
    *,
    shape: Shape,
    seed: int,
) -> tuple[Shot, ...]:
    """Return the shots of a song, which follow one another through all of its frames."""
    words = looked(wishes.words)
    views = views_of(words, sections, seed=seed, music=wishes.music)
    lines = _LineViews(captions)
    shots: list[Shot] = []
    for section, times in zip(sections, cut_times(sections, beats), strict=True):
        for place, (begin, end) in enumerate(pairwise(times)):
            number = len(shots)
            picture = (
                number % wishes.pictures if wishes.pictures and place % wishes.every == 0 else None
            )
            view = views[section.letter][ORDER[place % len(ORDER)]]
            if picture is None:
                view = lines.view(begin, end, view) or view
            mood = mood_of(section.energy)
            turn = sum((shot.picture is None) == (picture is None) for shot in shots)
            shot = Shot(
                begin=round(begin * shape.fps),
                end=round(end * shape.fps),
                words=_words(words, view if picture is None else None, mood, turn),
                seed=view.seed,
                energy=section.energy,
                picture=picture,
                close=turn % 2 == 1,
                framing=place // VIEWS % FRAMINGS if picture is None else 0,
                melt=_melt(mood, begin, end, shape) if shots else 0,
                opens=place == 0,
            )
            shots.append(shot)
    return tuple(_fitted(shots, shape))


def _cuts(section: Section, beats: Beats) -> list[float]:
    inside = [float(t) for t in beats.times if section.begin - 1e-3 <= t < section.end - 1e-3]
    usual = _beats_a_shot(section.energy, beats)
    cuts, place, turn = [section.begin], 0, 0
    strong = mood_of(section.energy) == "strong"
    while True:
        share = PHRASE[turn % len(PHRASE)] if strong else 1.0
        place += max(1, round(usual * share)) if usual * share * beats.period >= LEAST else usual
        turn += 1
        if place >= len(inside) or section.end - inside[place] < LEAST:
            return [*cuts, section.end]
        if inside[place] - cuts[-1] >= LEAST - 1e-3:
            cuts.append(inside[place])


def _beats_a_shot(energy: float, beats: Beats) -> int:
    """Return how many beats come nearest to the length that an energy wants."""
    wanted = LONG * (SHORT / LONG) ** energy
    fit = [
        count
        for count in MULTIPLES
        if count * beats.period >= LEAST and (count < 3 or count % beats.bar == 0)
    ]
    return min(fit, key=lambda count: abs(np.log(count * beats.period / wanted)), default=1)


def _words(words: Words, view: View | None, mood: str, turn: int) -> Words:
    """Return the words of a shot: a view's, or the caller's own for a given picture."""
    moves = table().cameras[mood]
    return replace(
        words,
        prompt=view.prompt if view else in_daylight(words.prompt),
        camera=words.camera or moves[turn % len(moves)],
        motion=Motion.FAST if mood == "strong" else words.motion,
    )


def _melt(mood: str, begin: float, end: float, shape: Shape) -> int:
    """Return the frames of the dissolve that begins a calm shot."""
    return round(min(MELT, 0.3 * (end - begin)) * shape.fps) if mood == "calm" else 0


def _fitted(shots: Sequence[Shot], shape: Shape) -> Iterator[Shot]:
    """Yield shots that are at least two frames long and end with the film's last frame."""
    kept: list[Shot] = []
    for shot in shots:
        begin = kept[-1].end if kept else 0
        end = min(shot.end, shape.frames)
        if end - begin >= 2:
            kept.append(replace(shot, begin=begin, end=end))
    if not kept:
        kept = [replace(shots[0], begin=0, end=shape.frames)]
    kept[-1] = replace(kept[-1], end=shape.frames)
    for before, shot in pairwise([kept[0], *kept]):
        yield replace(shot, melt=min(shot.melt, before.frames // 2, shot.frames // 2))
