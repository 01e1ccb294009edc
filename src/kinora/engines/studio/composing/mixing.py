"""Mixes sounds into stereo, bar by bar, with a room and the beat's breathing."""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import signal

from kinora.engines.studio.composing.parts import Sound
from kinora.engines.studio.reel import RATE, Waves
from kinora.engines.studio.sound.tools import Mono, Random

AHEAD = 14.0
"""Seconds that a sound of a bar may reach from the bar's beginning on."""

ROOM = 1.9
DARK = 5200.0
RECOVERY = 0.45
"""How much of a beat it takes until what a beat pressed down is loud again."""


class Mixer:
    """Holds what has begun and not ended; gives out stereo from the beginning on."""

    def __init__(self, *, beat: float, pump: float, rng: Random) -> None:
        """Mix for a beat of so many seconds, pressed down by `pump` of its loudness."""
        size = int(AHEAD * RATE)
        self._beats = np.zeros((size, 2), np.float32)
        self._rest = np.zeros((size, 2), np.float32)
        self._wet = np.zeros((size, 2), np.float32)
        self._tail = np.zeros((size, 2), np.float32)
        self._room = _room(rng)
        self._done = 0
        self._beat, self._pump = beat, pump

    def add(self, sounds: Sequence[Sound]) -> None:
        """Take sounds that begin after what was given out."""
        for sound in sounds:
            start = max(0, round(sound.at * RATE) - self._done)
            bus = self._beats if sound.beat else self._rest
            end = min(len(bus), start + len(sound.mono))
            if start < end:
                sides = sound.mono[: end - start, None] * _sides(sound.pan, sound.loud)
                bus[start:end] += sides
                self._wet[start:end] += sides * np.float32(sound.wet)

    def take(self, until: float) -> Waves:
        """Return stereo up to a second, and forget it."""
        n = round(until * RATE) - self._done
        self._tail[: n + len(self._room) - 1] += np.asarray(
            signal.fftconvolve(self._wet[:n], self._room, axes=0), np.float32
        )[: len(self._tail)]
        rest = self._rest[:n] * self._pressed(n)[:, None] if self._pump else self._rest[:n]
        made = self._beats[:n] + rest + self._tail[:n]
        for bus in (self._beats, self._rest, self._wet, self._tail):
            bus[:-n] = bus[n:]
            bus[-n:] = 0
        self._done += n
        return np.asarray(made, np.float32)

    def _pressed(self, n: int) -> Mono:
        since = (np.arange(self._done, self._done + n) / RATE) % self._beat / self._beat
        return np.asarray(1 - self._pump * np.exp(-since / (RECOVERY / 2)), np.float32)


def _sides(pan: float, loud: float) -> Mono:
    """Return how loud left and right are, at a constant power."""
    turn = (pan + 1) * np.pi / 4
    return np.asarray((np.cos(turn) * loud * 1.2, np.sin(turn) * loud * 1.2), np.float32)


def _room(rng: Random) -> Waves:
    """Return a room's echo: noise that decays and darkens, another for each ear."""
    t = np.arange(int(ROOM * RATE)) / RATE
    tail = np.exp(-6.9 * t / ROOM)[:, None] * (t > 0.012)[:, None]
    echo = rng.standard_normal((len(t), 2)) * tail
    dark = signal.sosfilt(signal.butter(1, DARK, fs=RATE, output="sos"), echo, axis=0)
    thin = signal.sosfilt(signal.butter(1, 180, "high", fs=RATE, output="sos"), dark, axis=0)
    return np.asarray(1.5 * thin / np.sqrt((thin**2).sum(0)), np.float32)


def blocks(waves: Waves, size: int) -> Iterator[Waves]:
    """Yield waves in blocks."""
    for start in range(0, len(waves), size):
        yield waves[start : start + size]
