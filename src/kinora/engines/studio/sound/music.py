"""Music by mood."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import RATE
from kinora.engines.studio.sound.things import drums
from kinora.engines.studio.sound.tools import Mono, Random, add

DRIVEN = {"happy", "epic"}
CHORDS: dict[str, tuple[float, int, tuple[tuple[int, ...], ...]]] = {
    "calm": (220.0, 72, ((0, 4, 7, 11), (-3, 0, 4, 7), (5, 9, 12, 16), (-5, -1, 2, 7))),
    "dark": (130.81, 60, ((0, 3, 7, 10), (1, 5, 8, 12), (0, 3, 6, 10), (-2, 1, 5, 8))),
    "happy": (261.63, 112, ((0, 4, 7, 12), (7, 11, 14, 19), (9, 12, 16, 21), (5, 9, 12, 17))),
    "sad": (196.00, 58, ((0, 3, 7, 10), (-4, 0, 3, 7), (3, 7, 10, 14), (-2, 2, 5, 9))),
    "epic": (146.83, 92, ((0, 3, 7, 12), (-4, 0, 3, 8), (3, 7, 10, 15), (-2, 2, 5, 10))),
    "tense": (123.47, 104, ((0, 1, 6, 7), (0, 3, 6, 9), (1, 4, 7, 10), (0, 2, 6, 8))),
    "romantic": (233.08, 66, ((0, 4, 7, 11), (2, 5, 9, 12), (-3, 0, 4, 7), (-5, -1, 2, 5))),
}


TEMPI = {"slow": 0.7, "fast": 1.5}


@dataclass(frozen=True, slots=True)
class Style:
    """How music goes: a mood of `CHORDS`, a tempo of `TEMPI`, an instrument of `VOICES`."""

    mood: str = "calm"
    tempo: str = ""
    instrument: str = ""


def music(n: int, rng: Random, style: Style) -> Mono:
    """Return chords and an arpeggio over them; epic and happy music has a beat."""
    made = _chords(n, rng, style)
    if style.mood in DRIVEN:
        made = np.asarray(made + drums(n, rng) * 0.16, np.float32)
    return made


def _chords(n: int, rng: Random, style: Style) -> Mono:
    root, tempo, chords = CHORDS[style.mood]
    voice = VOICES.get(style.instrument, pluck)
    # Chords that a named instrument plays lie under it, not over it.
    under = np.float32(0.35 if style.instrument else 1.0)
    beat = 60 / (tempo * TEMPI.get(style.tempo, 1.0))
    out = np.zeros(n + 8 * RATE, np.float32)
    for k in range(int(n / RATE / (4 * beat)) + 1):
        start, chord = int(k * 4 * beat * RATE), chords[k % len(chords)]
        for step in chord:
            add(out, start, pad(root * 2 ** (step / 12) / 2, 4 * beat) * under)
        for b in range(8):
            step = chord[int(rng.integers(0, 4))] + 12 * int(rng.integers(0, 2))
            add(out, start + int(b * beat / 2 * RATE), voice(root * 2 ** (step / 12)))
    return out[:n]


def pad(pitch: float, length: float) -> Mono:
    """Return a long, soft chord tone."""
    t = np.arange(int(length * 1.15 * RATE)) / RATE
    shape = np.minimum(t / 0.6, 1) * np.exp(-np.maximum(t - length * 0.8, 0) * 2.2)
    voices = sum(
        np.sin(2 * np.pi * pitch * h * t * (1 + d) + h) * a
        for h, a in ((1, 0.5), (2, 0.22), (3, 0.10), (4, 0.05))
        for d in (-0.0018, 0.0018)
    )
    return (voices * shape * 0.05).astype(np.float32)


def pluck(pitch: float) -> Mono:
    """Return a short, bright tone."""
    t = np.arange(int(1.2 * RATE)) / RATE
    tone = np.sin(2 * np.pi * pitch * t) + 0.4 * np.sin(4 * np.pi * pitch * t) * np.exp(-t * 6)
    return (tone * np.exp(-t * 4.5) * np.minimum(t * 400, 1) * 0.07).astype(np.float32)


def piano(pitch: float) -> Mono:
    """Return a struck string: stiff, so that its partials lie a little sharp (Fletcher, 1964)."""
    t = np.arange(int(2.0 * RATE)) / RATE
    stiff = [(h, h * np.sqrt(1 + 0.0004 * h * h)) for h in range(1, 9)]
    tone = sum(
        np.sin(2 * np.pi * pitch * ratio * t) * np.exp(-t * (1.6 + 0.7 * h)) / h**1.2
        for h, ratio in stiff
        if pitch * ratio < RATE / 2
    )
    return np.asarray(tone * np.minimum(t * 500, 1) * _end(t) * 0.09, np.float32)


def strings(pitch: float) -> Mono:
    """Return a bowed tone: many partials, a slow beginning, a vibrato that grows."""
    t = np.arange(int(1.4 * RATE)) / RATE
    turn = pitch * t + 0.004 * pitch / 5.5 * np.minimum(t, 0.5) * np.sin(2 * np.pi * 5.5 * t)
    tone = sum(np.sin(2 * np.pi * h * turn) / h**1.3 for h in range(1, 12) if h * pitch < 9000)
    return np.asarray(tone * np.minimum(t / 0.18, 1) * _end(t) * 0.05, np.float32)


def synth(pitch: float) -> Mono:
    """Return two saws, a little apart, whose brightness falls."""
    t = np.arange(int(0.9 * RATE)) / RATE
    tone = sum(
        np.sin(2 * np.pi * h * pitch * apart * t) / h * np.exp(-t * 0.9 * (h - 1))
        for h in range(1, 16)
        for apart in (0.996, 1.004)
        if h * pitch < 12000
    )
    return np.asarray(tone * np.exp(-t * 2.5) * np.minimum(t * 300, 1) * _end(t) * 0.04, np.float32)


def _end(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a fall to nothing over the last fifth of a second, so that no tone ends in a click."""
    return np.asarray(np.clip((t[-1] - t) / 0.2, 0, 1))


VOICES: dict[str, Callable[[float], Mono]] = {"piano": piano, "strings": strings, "synth": synth}
