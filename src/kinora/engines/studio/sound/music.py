"""Music by mood."""

import numpy as np

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


def music(n: int, rng: Random, mood: str = "calm") -> Mono:
    """Return chords and an arpeggio over them, in a mood; epic and happy music has a beat."""
    made = _chords(n, rng, mood)
    if mood in DRIVEN:
        made = np.asarray(made + drums(n, rng) * 0.16, np.float32)
    return made


def _chords(n: int, rng: Random, mood: str) -> Mono:
    root, tempo, chords = CHORDS[mood]
    beat = 60 / tempo
    out = np.zeros(n + 8 * RATE, np.float32)
    for k in range(int(n / RATE / (4 * beat)) + 1):
        start, chord = int(k * 4 * beat * RATE), chords[k % len(chords)]
        for step in chord:
            add(out, start, pad(root * 2 ** (step / 12) / 2, 4 * beat))
        for b in range(8):
            step = chord[int(rng.integers(0, 4))] + 12 * int(rng.integers(0, 2))
            add(out, start + int(b * beat / 2 * RATE), pluck(root * 2 ** (step / 12)))
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
