"""Sounds of people and animals."""

import numpy as np
from scipy import signal

from kinora.engines.studio.reel import RATE
from kinora.engines.studio.sound.tools import (
    Mono,
    Random,
    at_times,
    band,
    grains,
    low_pass,
    noise,
    seconds,
    slow,
    swept,
)


def footsteps(n: int, rng: Random) -> Mono:
    """Steps: a heel's thud and a sole's scrape."""

    def step() -> Mono:
        t = seconds(0.25)
        thud = low_pass(noise(len(t), rng), 190) * np.exp(-t * 38) * 3.2
        scrape = band(noise(len(t), rng), 1200, 5200) * np.exp(-(((t - 0.07) / 0.03) ** 2)) * 0.28
        return np.asarray(thud + scrape, np.float32)

    times = np.arange(0.15, n / RATE, 0.54) + rng.uniform(-0.02, 0.02)
    return at_times(n, times, step)


def hooves(n: int, rng: Random) -> Mono:
    """A horse that gallops."""

    def hit() -> Mono:
        t = seconds(0.12)
        tone = np.sin(2 * np.pi * rng.uniform(380, 560) * t) * np.exp(-t * 60)
        return np.asarray(tone + low_pass(noise(len(t), rng), 700) * np.exp(-t * 40), np.float32)

    bars = np.arange(0.05, n / RATE, 0.46)
    return at_times(n, [bar + gap for bar in bars for gap in (0, 0.11, 0.21)], hit)


def _voiced(pitch: Mono | float, length: float, formants: tuple[float, ...], rng: Random) -> Mono:
    """Return a throat's tone through the resonances of a mouth."""
    t = seconds(length)
    curve = np.full(len(t), pitch) if np.isscalar(pitch) else np.asarray(pitch, np.float64)
    phase = np.cumsum(curve) / RATE % 1
    throat = (2 * phase - 1) + 0.04 * rng.standard_normal(len(t))
    out = np.zeros(len(t))
    for number, centre in enumerate(formants):
        w = 2 * np.pi * centre / RATE
        out += signal.lfilter([0.05], [1, -2 * 0.985 * np.cos(w), 0.985**2], throat) / (number + 1)
    return np.asarray(out, np.float32)


def crowd(n: int, rng: Random) -> Mono:
    """Many voices at once, no word to be made out."""

    def syllable(r: Random) -> Mono:
        length = float(r.uniform(0.12, 0.32))
        vowels = ((700, 1200, 2500), (400, 2000, 2600), (450, 900, 2400), (320, 2200, 2900))
        made = _voiced(float(r.uniform(95, 250)), length, vowels[int(r.integers(4))], r)
        return made * np.sin(np.pi * seconds(length) / length).astype(np.float32) * np.float32(0.10)

    bed = band(noise(n, rng), 250, 1800) * 0.05 * slow(n, 3, rng, 0.6, 1)
    return np.asarray(bed + grains(n, 34, rng, syllable), np.float32)


def applause(n: int, rng: Random) -> Mono:
    """Hands that clap."""

    def clap(r: Random) -> Mono:
        t = seconds(0.05)
        centre = r.uniform(900, 2200)
        burst = band(noise(len(t), r), centre * 0.6, centre * 1.6) * np.exp(-t * r.uniform(80, 160))
        return np.asarray(burst * r.uniform(0.1, 0.6), np.float32)

    return grains(n, 160, rng, clap)


def heartbeat(n: int, rng: Random) -> Mono:
    """A heart: lub and dub."""

    def beat(pitch: float, loud: float) -> Mono:
        t = seconds(0.16)
        return np.asarray(np.sin(2 * np.pi * pitch * t) * np.exp(-t * 26) * loud, np.float32)

    pulse = np.arange(0.2, n / RATE, 0.86)
    low = at_times(n, pulse, lambda: beat(52, 1.0))
    high = at_times(n, pulse + 0.28, lambda: beat(68, 0.65))
    return np.asarray(low + high + low_pass(noise(n, rng), 60) * 0.03, np.float32)


def cat(n: int, rng: Random) -> Mono:
    """A cat that miaows, and purrs in between."""

    def miaow() -> Mono:
        length = float(rng.uniform(0.55, 0.85))
        t = seconds(length) / length
        pitch = 420 + 330 * np.sin(np.pi * t**0.7)
        voice = _voiced(pitch.astype(np.float32), length, (900, 1600, 3000), rng)
        return voice * np.sin(np.pi * t**0.8).astype(np.float32) * np.float32(0.5)

    t = np.arange(n) / RATE
    purr = low_pass(noise(n, rng), 220) * (0.5 + 0.5 * np.sin(2 * np.pi * 26 * t)) * 0.35
    return np.asarray(at_times(n, np.arange(0.25, n / RATE, 2.2), miaow) + purr, np.float32)


def dog(n: int, rng: Random) -> Mono:
    """A dog that barks twice and waits."""

    def bark() -> Mono:
        length = 0.22
        t = seconds(length) / length
        pitch = 230 + 260 * np.exp(-(((t - 0.25) / 0.3) ** 2))
        voice = _voiced(pitch.astype(np.float32), length, (650, 1150, 2300), rng)
        rough = 1 + 0.6 * low_pass(noise(len(t), rng), 240) * 3
        return np.asarray(voice * rough * np.sin(np.pi * t**0.5) * 0.6, np.float32)

    starts = np.arange(0.2, n / RATE, 1.5)
    return at_times(n, [start + gap for start in starts for gap in (0, 0.32)], bark)


def howl(n: int, rng: Random) -> Mono:
    """A wolf that howls."""

    def one() -> Mono:
        length = 2.6
        t = seconds(length) / length
        rise = 1 - np.exp(-t * 9)
        pitch = 300 + 260 * rise - 130 * t**3 + 6 * np.sin(2 * np.pi * 5 * t * length)
        return np.asarray(swept(pitch) * np.sin(np.pi * t**0.6) * 0.5, np.float32)

    return np.asarray(at_times(n, np.arange(0.2, n / RATE, 3.4), one) + 0 * noise(n, rng))


def bees(n: int, rng: Random) -> Mono:
    """Insects that buzz around."""
    out = np.zeros(n)
    for _ in range(4):
        pitch = 185 + 60 * slow(n, 1.3, rng, -1, 1).astype(np.float64)
        out += np.tanh(swept(pitch) * 3) * slow(n, 0.9, rng, 0, 1) ** 2 * 0.16
    return np.asarray(out, np.float32)


def frogs(n: int, rng: Random) -> Mono:
    """Frogs by a pond."""

    def croak(r: Random) -> Mono:
        t = seconds(0.24)
        pulse = np.clip(np.sin(2 * np.pi * r.uniform(38, 60) * t), 0, 1)
        tone = np.sin(2 * np.pi * r.uniform(500, 1100) * t)
        return np.asarray(tone * pulse * np.sin(np.pi * t / 0.24) * 0.3, np.float32)

    return np.asarray(grains(n, 3.2, rng, croak) + low_pass(noise(n, rng), 400) * 0.02, np.float32)


def whistle(n: int, rng: Random) -> Mono:
    """Somebody whistles a few notes: nearly a sine, with breath around it."""
    steps = (0, 2, 4, 7, 9, 12)

    def note() -> Mono:
        length = float(rng.uniform(0.28, 0.5))
        t = seconds(length)
        pitch = 1100 * 2 ** (float(rng.choice(steps)) / 12) * (1 - 0.08 * np.exp(-t * 35))
        pitch = pitch * (1 + 0.008 * np.sin(2 * np.pi * 5.6 * t))
        breath = band(noise(len(t), rng), 1000, 3200) * 0.05
        return np.asarray((swept(pitch) + breath) * np.sin(np.pi * t / length) ** 0.5, np.float32)

    gaps = rng.choice([0.5, 0.5, 0.75, 1.0], int(n / RATE * 2) + 2)
    return at_times(n, 0.05 + np.cumsum(gaps) - gaps[0], note) * np.float32(0.3)
