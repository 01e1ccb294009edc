"""Sounds out of noise and sines. Each returns mono float32 at `RATE`, about -1 to 1."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from kinora.engines.studio.reel import RATE

Mono = NDArray[np.float32]
Random = np.random.Generator
Maker = Callable[[int, Random], Mono]


def _noise(n: int, rng: Random) -> Mono:
    return rng.standard_normal(n, np.float32)


def _band(x: Mono, low: float, high: float) -> Mono:
    filtered = signal.sosfilt(signal.butter(2, [low, high], "band", fs=RATE, output="sos"), x)
    return np.asarray(filtered, np.float32)


def _low(x: Mono, cut: float) -> Mono:
    filtered = signal.sosfilt(signal.butter(2, cut, fs=RATE, output="sos"), x)
    return np.asarray(filtered, np.float32)


def _slow(n: int, rate: float, rng: Random, low: float, high: float) -> Mono:
    """Return a slow random curve with about `rate` turns a second."""
    points = rng.uniform(low, high, max(4, int(n / RATE * rate) + 4))
    smooth = np.convolve(np.pad(points, 1, "edge"), [0.25, 0.5, 0.25], "valid")
    places = np.linspace(0, len(smooth) - 1.001, n)
    return np.interp(places, np.arange(len(smooth)), smooth).astype(np.float32)


def _grains(n: int, rate: float, rng: Random, make: Callable[[Random], Mono]) -> Mono:
    """Return grains strewn at random, `rate` a second."""
    out = np.zeros(n + RATE, np.float32)
    for start in np.sort(rng.uniform(0, n, rng.poisson(rate * n / RATE))).astype(int):
        grain = make(rng)
        out[start : start + len(grain)] += grain[: len(out) - start]
    return out[:n]


def rain(n: int, rng: Random) -> Mono:
    """Steady rain with single drops."""

    def drop(r: Random) -> Mono:
        t = np.arange(int(RATE * 0.006)) / RATE
        tone = np.sin(2 * np.pi * r.uniform(1500, 7000) * t * (1 + t * 20))
        return (tone * np.exp(-t * 900) * min(6, r.pareto(2.5)) * 0.05).astype(np.float32)

    bed = _band(_noise(n, rng), 400, 9000) * 0.12 * _slow(n, 0.6, rng, 0.7, 1)
    return np.asarray(bed + _low(_noise(n, rng), 350) * 0.15 + _grains(n, 400, rng, drop))


def wind(n: int, rng: Random) -> Mono:
    """Gusts: noise through a resonance that wanders."""
    strength = _slow(n, 0.7, rng, 0.15, 1) ** 1.6
    centre = _slow(n, 0.9, rng, 250, 900)
    source, out, state, block = _noise(n, rng), np.zeros(n, np.float32), np.zeros(2), 1024
    for i in range(0, n, block):
        w = 2 * math.pi * float(centre[i]) / RATE
        poles = [1, -2 * 0.985 * math.cos(w), 0.985**2]
        out[i : i + block], state = signal.lfilter([0.015], poles, source[i : i + block], zi=state)
    return np.asarray(out * strength * 2.2 + _low(_noise(n, rng), 180) * strength * 0.35)


def ocean(n: int, rng: Random) -> Mono:
    """Waves that come in and run out."""
    t = np.arange(n) / RATE
    out = _low(_noise(n, rng), 120) * 0.2
    for k, period in enumerate((7.3, 9.1, 5.9)):
        phase = (t / period + k * 0.37 + rng.random()) % 1
        swell = np.where(phase < 0.45, (phase / 0.45) ** 2.2, np.exp(-(phase - 0.45) * 4.5))
        wash = _band(_noise(n, rng), 150, 2500) * swell * 0.3
        spray = _band(_noise(n, rng), 2500, 9000) * swell**3 * 0.14
        out = (out + wash + spray).astype(np.float32)
    return np.asarray(out)


def thunder(n: int, rng: Random) -> Mono:
    """A roll of thunder now and then."""
    out = np.zeros(n, np.float32)
    for at in np.arange(0.4, n / RATE, 5.0):
        start = int(at * RATE)
        length = min(n - start, 4 * RATE)
        t = np.arange(length) / RATE
        shape = np.zeros(length)
        for delay in np.sort(rng.uniform(0, 1.2, 6)):
            fall = np.exp(-np.maximum(t - delay, 0) * rng.uniform(1.2, 7))
            shape += fall * (t > delay) * rng.uniform(0.3, 1)
        deep = _low(_noise(length, rng), 140) * 6 * shape
        crack = _band(_noise(length, rng), 100, 900) * shape * np.exp(-t * 4)
        out[start : start + length] += (deep + crack).astype(np.float32)
    return np.tanh(out * 1.2).astype(np.float32)


def fire(n: int, rng: Random) -> Mono:
    """A fire that crackles."""

    def crackle(r: Random) -> Mono:
        t = np.arange(int(RATE * r.uniform(0.002, 0.012))) / RATE
        burst = r.standard_normal(len(t)) * np.exp(-t * r.uniform(300, 1500))
        return (burst * min(4, r.pareto(1.8)) * 0.22).astype(np.float32)

    roar = _low(_noise(n, rng), 500) * 0.25 * _slow(n, 5, rng, 0.6, 1)
    hiss = _band(_noise(n, rng), 800, 3500) * 0.04
    return np.tanh(roar + hiss + _grains(n, 28, rng, crackle)).astype(np.float32)


def birds(n: int, rng: Random) -> Mono:
    """Birdsong over a quiet meadow."""

    def song(r: Random) -> Mono:
        parts, base = [], r.uniform(2200, 4800)
        for _ in range(int(r.integers(2, 7))):
            t = np.linspace(0, 1, int(RATE * r.uniform(0.05, 0.14)))
            bend = 1 + r.uniform(-0.25, 0.35) * np.sin(np.pi * t * r.uniform(0.6, 2))
            pitch = base * bend * (1 + 0.03 * np.sin(2 * np.pi * 28 * t))
            parts.append(np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * np.sin(np.pi * t) ** 1.5)
            parts.append(np.zeros(int(RATE * r.uniform(0.02, 0.09))))
        return (np.concatenate(parts) * 0.12).astype(np.float32)

    return np.asarray(_grains(n, 1.1, rng, song) + _band(_noise(n, rng), 200, 1200) * 0.012)


def city(n: int, rng: Random) -> Mono:
    """Distant traffic: a hum, and cars that pass."""
    hum = _low(_noise(n, rng), 220) * 0.5 * _slow(n, 0.4, rng, 0.6, 1)
    t = np.arange(n) / RATE
    passing = np.zeros(n)
    for at in rng.uniform(0, n / RATE, max(1, n // (RATE * 3))):
        passing += np.exp(-(((t - at) / 0.8) ** 2))
    return np.asarray(hum + _band(_noise(n, rng), 120, 1400) * passing * 0.16, np.float32)


def whoosh(n: int, rng: Random) -> Mono:
    """Something rushes past, in the middle."""
    at = n / RATE * 0.42
    t = np.arange(n) / RATE
    shape = np.exp(-(((t - at) / 0.35) ** 2))
    bright = _band(_noise(n, rng), 700, 5000) * shape**2
    return np.asarray((bright + _band(_noise(n, rng), 150, 1500) * shape) * 0.9, np.float32)


CHORDS = {
    "calm": (220.0, 72, ((0, 4, 7, 11), (-3, 0, 4, 7), (5, 9, 12, 16), (-5, -1, 2, 7))),
    "dark": (130.81, 60, ((0, 3, 7, 10), (1, 5, 8, 12), (0, 3, 6, 10), (-2, 1, 5, 8))),
    "happy": (261.63, 112, ((0, 4, 7, 12), (7, 11, 14, 19), (9, 12, 16, 21), (5, 9, 12, 17))),
}


def music(n: int, rng: Random, mood: str = "calm") -> Mono:
    """Slow chords and an arpeggio over them."""
    root, tempo, chords = CHORDS[mood]
    beat = 60 / tempo
    out = np.zeros(n + 8 * RATE, np.float32)
    for k in range(int(n / RATE / (4 * beat)) + 1):
        start, chord = int(k * 4 * beat * RATE), chords[k % len(chords)]
        for step in chord:
            _add(out, start, _pad(root * 2 ** (step / 12) / 2, 4 * beat))
        for b in range(8):
            step = chord[int(rng.integers(0, 4))] + 12 * int(rng.integers(0, 2))
            _add(out, start + int(b * beat / 2 * RATE), _pluck(root * 2 ** (step / 12)))
    return out[:n]


def _add(out: Mono, start: int, part: Mono) -> None:
    end = min(len(out), start + len(part))
    out[start:end] += part[: max(0, end - start)]


def _pad(pitch: float, seconds: float) -> Mono:
    t = np.arange(int(seconds * 1.15 * RATE)) / RATE
    shape = np.minimum(t / 0.6, 1) * np.exp(-np.maximum(t - seconds * 0.8, 0) * 2.2)
    voices = sum(
        np.sin(2 * np.pi * pitch * h * t * (1 + d) + h) * a
        for h, a in ((1, 0.5), (2, 0.22), (3, 0.10), (4, 0.05))
        for d in (-0.0018, 0.0018)
    )
    return (voices * shape * 0.05).astype(np.float32)


def _pluck(pitch: float) -> Mono:
    t = np.arange(int(1.2 * RATE)) / RATE
    tone = np.sin(2 * np.pi * pitch * t) + 0.4 * np.sin(4 * np.pi * pitch * t) * np.exp(-t * 6)
    return (tone * np.exp(-t * 4.5) * np.minimum(t * 400, 1) * 0.07).astype(np.float32)


MAKERS: dict[str, Maker] = {
    "rain": rain,
    "wind": wind,
    "ocean": ocean,
    "thunder": thunder,
    "fire": fire,
    "birds": birds,
    "city": city,
    "whoosh": whoosh,
    "music": music,
}
