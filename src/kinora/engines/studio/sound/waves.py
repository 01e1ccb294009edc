"""Sounds of nature. Each returns mono float32 at `RATE`, about -1 to 1."""

import math

import numpy as np
from scipy import signal

from kinora.engines.studio.reel import RATE
from kinora.engines.studio.sound.tools import (
    Mono,
    Random,
    band,
    grains,
    low_pass,
    noise,
    seconds,
    slow,
    swept,
)


def rain(n: int, rng: Random) -> Mono:
    """Steady rain with single drops."""

    def drop(r: Random) -> Mono:
        t = np.arange(int(RATE * 0.006)) / RATE
        tone = np.sin(2 * np.pi * r.uniform(1500, 7000) * t * (1 + t * 20))
        return (tone * np.exp(-t * 900) * min(6, r.pareto(2.5)) * 0.05).astype(np.float32)

    bed = band(noise(n, rng), 400, 9000) * 0.12 * slow(n, 0.6, rng, 0.7, 1)
    return np.asarray(bed + low_pass(noise(n, rng), 350) * 0.15 + grains(n, 400, rng, drop))


def wind(n: int, rng: Random) -> Mono:
    """Gusts: noise through a resonance that wanders."""
    strength = slow(n, 0.7, rng, 0.15, 1) ** 1.6
    centre = slow(n, 0.9, rng, 250, 900)
    source, out, state, block = noise(n, rng), np.zeros(n, np.float32), np.zeros(2), 1024
    for i in range(0, n, block):
        w = 2 * math.pi * float(centre[i]) / RATE
        poles = [1, -2 * 0.985 * math.cos(w), 0.985**2]
        out[i : i + block], state = signal.lfilter([0.015], poles, source[i : i + block], zi=state)
    return np.asarray(out * strength * 2.2 + low_pass(noise(n, rng), 180) * strength * 0.35)


def ocean(n: int, rng: Random) -> Mono:
    """Waves that come in and run out."""
    t = np.arange(n) / RATE
    out = low_pass(noise(n, rng), 120) * 0.2
    for k, period in enumerate((7.3, 9.1, 5.9)):
        phase = (t / period + k * 0.37 + rng.random()) % 1
        swell = np.where(phase < 0.45, (phase / 0.45) ** 2.2, np.exp(-(phase - 0.45) * 4.5))
        wash = band(noise(n, rng), 150, 2500) * swell * 0.3
        spray = band(noise(n, rng), 2500, 9000) * swell**3 * 0.14
        out = (out + wash + spray).astype(np.float32)
    return np.asarray(out)


def thunder(n: int, rng: Random) -> Mono:
    """A roll of thunder now and then."""
    out = np.zeros(n, np.float32)
    for at in np.arange(min(0.4, n / RATE * 0.2), n / RATE, 5.0):
        start = int(at * RATE)
        length = min(n - start, 4 * RATE)
        t = np.arange(length) / RATE
        shape = np.zeros(length)
        for delay in np.sort(rng.uniform(0, 1.2, 6)):
            fall = np.exp(-np.maximum(t - delay, 0) * rng.uniform(1.2, 7))
            shape += fall * (t > delay) * rng.uniform(0.3, 1)
        deep = low_pass(noise(length, rng), 140) * 6 * shape
        crack = band(noise(length, rng), 100, 900) * shape * np.exp(-t * 4)
        out[start : start + length] += (deep + crack).astype(np.float32)
    return np.tanh(out * 1.2).astype(np.float32)


def fire(n: int, rng: Random) -> Mono:
    """A fire that crackles."""

    def crackle(r: Random) -> Mono:
        t = np.arange(int(RATE * r.uniform(0.002, 0.012))) / RATE
        burst = r.standard_normal(len(t)) * np.exp(-t * r.uniform(300, 1500))
        return (burst * min(4, r.pareto(1.8)) * 0.22).astype(np.float32)

    roar = low_pass(noise(n, rng), 500) * 0.25 * slow(n, 5, rng, 0.6, 1)
    hiss = band(noise(n, rng), 800, 3500) * 0.04
    return np.tanh(roar + hiss + grains(n, 28, rng, crackle)).astype(np.float32)


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

    return np.asarray(grains(n, 1.1, rng, song) + band(noise(n, rng), 200, 1200) * 0.012)


def stream(n: int, rng: Random) -> Mono:
    """A brook: many small bubbles that rise in pitch as they leave the water (van den Doel)."""

    def bubble(r: Random) -> Mono:
        t = seconds(r.uniform(0.01, 0.05))
        pitch = r.uniform(350, 2400) * (1 + t * r.uniform(4, 16))
        return np.asarray(swept(pitch) * np.exp(-t * r.uniform(60, 200)) * 0.10, np.float32)

    bed = band(noise(n, rng), 300, 4000) * 0.06 * slow(n, 2.0, rng, 0.7, 1)
    return np.asarray(bed + grains(n, 120, rng, bubble), np.float32)


def waterfall(n: int, rng: Random) -> Mono:
    """Falling water: wide noise with a deep rumble."""
    rumble = low_pass(noise(n, rng), 160) * 0.6
    return np.asarray(band(noise(n, rng), 250, 7500) * 0.35 + rumble, np.float32)


def underwater(n: int, rng: Random) -> Mono:
    """Under water: a muffled hum, and bubbles that rise now and then."""

    def bubble(r: Random) -> Mono:
        t = seconds(r.uniform(0.05, 0.14))
        pitch = r.uniform(160, 520) * (1 + t * 7)
        return np.asarray(swept(pitch) * np.exp(-t * 28) * 0.28, np.float32)

    deep = low_pass(noise(n, rng), 210) * 1.4 * slow(n, 0.5, rng, 0.5, 1)
    return np.asarray(deep + low_pass(grains(n, 7, rng, bubble), 900), np.float32)


def crickets(n: int, rng: Random) -> Mono:
    """A warm night: crickets that chirp in their own time."""
    t = np.arange(n) / RATE
    out = low_pass(noise(n, rng), 300) * 0.02
    for _ in range(5):
        pitch, rate, phase = rng.uniform(3800, 5200), rng.uniform(1.4, 2.6), rng.random()
        chirp = np.clip(np.sin(2 * np.pi * (t * rate + phase)) - 0.35, 0, 1)
        pulse = np.clip(np.sin(2 * np.pi * 31 * t + phase), 0, 1) ** 2
        out = np.asarray(out + np.sin(2 * np.pi * pitch * t) * chirp * pulse * 0.10, np.float32)
    return np.asarray(out, np.float32)


def leaves(n: int, rng: Random) -> Mono:
    """Leaves that rustle."""
    gusts = slow(n, 1.6, rng, 0.0, 1) ** 2
    flutter = slow(n, 14.0, rng, 0.4, 1)
    return np.asarray(band(noise(n, rng), 1500, 9500) * gusts * flutter * 0.35, np.float32)


def drips(n: int, rng: Random) -> Mono:
    """Drops that fall in a cave."""

    def drop(r: Random) -> Mono:
        t = seconds(0.25)
        pitch = r.uniform(700, 1600) * (1 + 1.6 * np.exp(-t * 60))
        return np.asarray(swept(pitch) * np.exp(-t * 26) * 0.5, np.float32)

    return np.asarray(grains(n, 1.6, rng, drop) + low_pass(noise(n, rng), 120) * 0.05, np.float32)
