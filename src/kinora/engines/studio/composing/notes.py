"""Pitches of a key, chords in it, and tunes over chords."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinora.engines.studio.composing.brief import Brief
from kinora.engines.studio.composing.form import Bar

MIDDLE, LOW, HIGH = 52, 33, 69
"""The lowest MIDI notes of chords, of the bass and of tunes; each has an octave from there."""

STEPS_A_BAR = 16
Rhythm = tuple[tuple[int, int], ...]
"""Steps at which notes begin, and their lengths in steps."""

SPARSE: tuple[Rhythm, ...] = (((0, 8), (8, 8)), ((0, 6), (6, 8)), ((4, 4), (8, 6)))
MEDIUM: tuple[Rhythm, ...] = (
    ((0, 4), (4, 4), (8, 6), (14, 2)),
    ((0, 6), (6, 2), (8, 6)),
    ((2, 2), (4, 4), (8, 4), (12, 3)),
    ((0, 3), (3, 3), (6, 4), (10, 4)),
)
DENSE: tuple[Rhythm, ...] = (
    ((0, 2), (2, 2), (4, 4), (8, 2), (10, 2), (12, 4)),
    ((0, 3), (3, 3), (6, 2), (8, 3), (11, 3), (14, 2)),
    ((0, 4), (4, 2), (6, 2), (8, 2), (10, 6)),
)


@dataclass(frozen=True, slots=True)
class Sung:
    """One note of a tune: its second, its length in seconds, its MIDI number."""

    at: float
    length: float
    midi: float


def in_octave(pitch: int, lowest: int) -> int:
    """Return the note of the same name in the octave from `lowest` on."""
    return lowest + (pitch - lowest) % 12


def chord(brief: Brief, degree: int) -> list[int]:
    """Return a chord's notes around the middle, so that chords lead into each other."""
    count = 4 if brief.genre.sevenths else 3
    names = [brief.mood.scale[(degree - 1 + 2 * third) % 7] for third in range(count)]
    return sorted(in_octave(brief.root + name, MIDDLE) for name in names)


def bass_note(brief: Brief, degree: int, *, above: int = 0) -> int:
    """Return the root of a chord, low, or the note so many degrees `above` it."""
    return in_octave(brief.root + brief.mood.scale[(degree - 1 + above) % 7], LOW)


def pitch_of(brief: Brief, degree: int, *, lowest: int = HIGH) -> int:
    """Return the pitch of a degree of the scale, 0 for the tonic that is nearest to `lowest`."""
    octave, step = divmod(degree, 7)
    return in_octave(brief.root, lowest - 5) + 12 * octave + brief.mood.scale[step]


def phrase(brief: Brief, bars: Sequence[Bar], *, seed: int) -> list[Sung]:
    """Return a tune over the bars of a section: a motif that comes back, changed at its end."""
    first = bars[0]
    rng = np.random.default_rng((seed, sum(map(ord, first.section)), 5))
    pool = DENSE if first.energy > 0.9 else MEDIUM if first.energy > 0.5 else SPARSE
    pool = SPARSE + MEDIUM if brief.feeling in ("calm", "sad", "dark") else pool
    motifs = [pool[int(rng.integers(len(pool)))] for _ in range(2)]
    moves = rng.choice((-2, -1, -1, 0, 1, 1, 2), (2, 16))
    height = 3 if first.section == "chorus" else 1
    tune: list[Sung] = []
    for bar in bars:
        place = bar.place % 4
        which = int(place == 2)
        degree = height + int(place == 2)
        if place == 3:
            tune.append(_long(brief, bar, degree))
            continue
        for number, (step, length) in enumerate(motifs[which]):
            degree = min(8, max(-2, degree + int(moves[which][number])))
            sure = step % 8 == 0
            shown = _near_chord(degree, bar.chord) if sure else degree
            tune.append(_sung(brief, bar, step, length, shown))
    return tune


def line_tune(
    brief: Brief, bars: Sequence[Bar], count: int, *, seed: int, lowest: int
) -> list[Sung]:
    """Return a tune with one note for each of `count` syllables, over the bars of a line."""
    step, steps = bars[0].step, STEPS_A_BAR * len(bars)
    unit = 2 if count <= (steps - 6) // 2 else 1
    grid = np.arange(2, steps - 3, unit)
    spread = np.linspace(0, len(grid) - 1 - min(4 // unit, len(grid) - 1), count)
    places = grid[np.clip(np.round(spread).astype(int), 0, len(grid) - 1)].astype(float)
    if count > len(grid):
        places = np.linspace(2, steps - 3, count)
    rng = np.random.default_rng((seed, 31, len(bars)))
    moves = rng.choice((-2, -1, -1, 0, 0, 1, 1, 2), max(count, 1))
    degree = 3 if bars[0].section == "chorus" else 1
    tune = []
    for number in range(count):
        bar = bars[min(len(bars) - 1, int(places[number] // STEPS_A_BAR))]
        degree = min(6, max(-2, degree + int(moves[number])))
        ending = number == count - 1
        sure = ending or places[number] % 8 < 2
        shown = _near_chord(degree, bar.chord) if sure else degree
        until = steps - 2 if ending else places[number + 1]
        tune.append(
            Sung(
                bars[0].start + places[number] * step,
                float(until - places[number]) * step,
                pitch_of(brief, shown, lowest=lowest),
            )
        )
    return tune


def third_above(brief: Brief, note: Sung) -> Sung:
    """Return a note two degrees of the scale higher."""
    names = {(brief.root + step) % 12 for step in brief.mood.scale}
    higher = [midi for midi in range(int(note.midi) + 1, int(note.midi) + 8) if midi % 12 in names]
    return Sung(note.at, note.length, higher[1])


def _long(brief: Brief, bar: Bar, degree: int) -> Sung:
    return _sung(brief, bar, 0, 10, _near_chord(degree - 1, bar.chord))


def _sung(brief: Brief, bar: Bar, step: int, length: int, degree: int) -> Sung:
    return Sung(bar.start + step * bar.step, length * bar.step, pitch_of(brief, degree))


def _near_chord(degree: int, chord_degree: int) -> int:
    """Return the note of a chord that is nearest to a degree."""
    tones = {(chord_degree - 1 + third) % 7 for third in (0, 2, 4)}
    near = (degree + off for off in (0, -1, 1, -2, 2))
    return next(each for each in near if each % 7 in tones)
