"""Sounds of people's things: engines, bells, clocks, sirens, blows."""

import numpy as np

from kinora.engines.studio.reel import RATE
from kinora.engines.studio.sound.tools import (
    Mono,
    Random,
    at_times,
    band,
    low_pass,
    noise,
    plucked,
    seconds,
    slow,
    struck,
    swept,
)

BELL = (
    (0.5, 0.6, 5.0),
    (1.0, 1.0, 4.0),
    (1.19, 0.6, 3.0),
    (1.5, 0.4, 2.4),
    (2.0, 0.7, 2.0),
    (2.74, 0.3, 1.2),
    (3.0, 0.25, 1.0),
    (4.1, 0.15, 0.6),
)
"""Modes of a church bell: hum, prime, tierce, quint, nominal and above (Rossing)."""

CHIME = ((1.0, 1.0, 2.2), (2.76, 0.5, 1.2), (5.4, 0.25, 0.6), (8.9, 0.12, 0.3))
"""Modes of a bar that is free at both ends."""

GLASS = ((1.0, 0.8, 0.5), (2.32, 0.6, 0.35), (4.25, 0.5, 0.25), (6.63, 0.4, 0.16))


def city(n: int, rng: Random) -> Mono:
    """Distant traffic: a hum, and cars that pass."""
    hum = low_pass(noise(n, rng), 220) * 0.5 * slow(n, 0.4, rng, 0.6, 1)
    t = np.arange(n) / RATE
    passing = np.zeros(n)
    for at in rng.uniform(0, n / RATE, max(1, n // (RATE * 3))):
        passing += np.exp(-(((t - at) / 0.8) ** 2))
    return np.asarray(hum + band(noise(n, rng), 120, 1400) * passing * 0.16, np.float32)


def whoosh(n: int, rng: Random) -> Mono:
    """Something rushes past, in the middle."""
    at = n / RATE * 0.42
    t = np.arange(n) / RATE
    shape = np.exp(-(((t - at) / 0.35) ** 2))
    bright = band(noise(n, rng), 700, 5000) * shape**2
    return np.asarray((bright + band(noise(n, rng), 150, 1500) * shape) * 0.9, np.float32)


def bells(n: int, rng: Random) -> Mono:
    """A church bell, struck every two seconds."""
    pitch = rng.uniform(240, 330)
    return at_times(n, np.arange(0.1, n / RATE, 2.1), lambda: struck(pitch, BELL, 5.0) * 0.3)


def chimes(n: int, rng: Random) -> Mono:
    """Wind chimes, or magic."""
    steps = (0, 2, 4, 7, 9, 12, 14)
    times = np.cumsum(rng.uniform(0.08, 0.5, int(n / RATE * 4) + 2))

    def one() -> Mono:
        return struck(1047 * 2 ** (float(rng.choice(steps)) / 12), CHIME, 2.2) * 0.16

    return at_times(n, times, one)


def clock(n: int, rng: Random) -> Mono:
    """A clock that ticks, and tocks."""
    turn = iter(range(n))

    def tick() -> Mono:
        pitch = 2600 if next(turn) % 2 == 0 else 2100
        click = struck(pitch, ((1, 1, 0.03), (2.7, 0.6, 0.02)), 0.06)
        return np.asarray(click + noise(len(click), rng) * np.exp(-seconds(0.06) * 400) * 0.3)

    return at_times(n, np.arange(0.2, n / RATE, 0.5), tick)


def engine(n: int, rng: Random) -> Mono:
    """A car's engine that revs and drops."""
    speed = 26 + 34 * slow(n, 0.45, rng, 0, 1).astype(np.float64)
    phase = 2 * np.pi * np.cumsum(speed) / RATE
    tone = sum(
        np.sin(phase * h + h * h) * a
        for h, a in ((1, 0.5), (2, 1.0), (3, 0.35), (4, 0.7), (6, 0.4), (8, 0.25), (12, 0.12))
    )
    rough = 1 + 0.35 * np.sin(phase * 0.5) + 0.25 * low_pass(noise(n, rng), 90)
    blown = band(noise(n, rng), 200, 2600) * 0.10
    return np.asarray(np.tanh(tone * rough * 0.5) * 0.6 + blown, np.float32)


def train(n: int, rng: Random) -> Mono:
    """A train over joints of rail, and its whistle once."""

    def clack() -> Mono:
        t = seconds(0.12)
        hit = low_pass(noise(len(t), rng), 1400) * np.exp(-t * 45)
        return np.asarray(hit * 1.6, np.float32)

    pairs = [at + gap for at in np.arange(0.1, n / RATE, 0.62) for gap in (0, 0.14)]
    rumble = low_pass(noise(n, rng), 240) * 0.5
    t = seconds(min(1.4, n / RATE))
    whistle = sum(np.sin(2 * np.pi * f * t) for f in (311, 370, 466)) * np.sin(np.pi * t / t[-1])
    blow = at_times(n, [0.3 * n / RATE], lambda: np.asarray(whistle * 0.12, np.float32))
    return np.asarray(rumble + at_times(n, pairs, clack) + blow, np.float32)


def helicopter(n: int, rng: Random) -> Mono:
    """Blades that chop the air."""
    t = np.arange(n) / RATE
    chop = (0.5 + 0.5 * np.sin(2 * np.pi * 11.5 * t)) ** 6
    whine = np.sin(2 * np.pi * 640 * t) * 0.02
    return np.asarray(low_pass(noise(n, rng), 500) * chop * 1.8 + whine, np.float32)


def plane(n: int, rng: Random) -> Mono:
    """A jet that passes overhead."""
    t = np.linspace(-1, 1, n)
    near = np.exp(-((t / 0.5) ** 2))
    roar = low_pass(noise(n, rng), 700) * 1.2 + band(noise(n, rng), 700, 3500) * 0.35
    return np.asarray(roar * near, np.float32)


def siren(n: int, _rng: Random) -> Mono:
    """A siren that wails up and down."""
    t = np.arange(n) / RATE
    wail = swept(700 + 420 * np.sin(2 * np.pi * 0.28 * t))
    return np.asarray(np.tanh(wail * 2.5) * 0.3, np.float32)


def alarm(n: int, _rng: Random) -> Mono:
    """An alarm clock: four beeps and a rest."""
    t = np.arange(n) / RATE
    on = ((t % 1.0) < 0.6) & ((t % 0.15) < 0.09)
    return np.asarray(np.sign(np.sin(2 * np.pi * 1960 * t)) * on * 0.22, np.float32)


def laser(n: int, rng: Random) -> Mono:
    """Shots that fall in pitch."""

    def shot() -> Mono:
        t = seconds(0.28)
        return np.asarray(swept(300 + 3200 * np.exp(-t * 16)) * np.exp(-t * 9) * 0.5, np.float32)

    return at_times(n, 0.1 + np.cumsum(np.r_[0, rng.uniform(0.25, 0.8, int(n / RATE * 4))]), shot)


def boom(n: int, rng: Random) -> Mono:
    """An explosion near the beginning, and its long fall."""

    def blast() -> Mono:
        t = seconds(3.5)
        body = low_pass(noise(len(t), rng), 180) * 5 * np.exp(-t * 1.4)
        crack = band(noise(len(t), rng), 200, 6000) * np.exp(-t * 9) * 1.2
        thump = swept(95 * np.exp(-t * 3) + 28) * np.exp(-t * 2.6)
        return np.asarray(np.tanh(body + crack + thump), np.float32)

    return at_times(n, [min(0.35, 0.15 * n / RATE)], blast)


def drone(n: int, rng: Random) -> Mono:
    """A dark, low tone that breathes."""
    t = np.arange(n) / RATE
    base = rng.uniform(48, 62)
    tone = sum(
        np.sin(2 * np.pi * base * h * t * d) / h for h in (1, 2, 3, 5) for d in (0.997, 1.0, 1.004)
    )
    return np.asarray(tone * slow(n, 0.25, rng, 0.5, 1) * 0.25, np.float32)


def typing(n: int, rng: Random) -> Mono:
    """Keys that are hit, fast and unevenly."""

    def key() -> Mono:
        t = seconds(0.05)
        tone = np.sin(2 * np.pi * rng.uniform(1800, 3400) * t) * 0.4
        return np.asarray((noise(len(t), rng) + tone) * np.exp(-t * 170) * 0.4, np.float32)

    return at_times(n, np.cumsum(rng.gamma(2.0, 0.06, int(n / RATE * 9) + 2)), key)


def door(n: int, rng: Random) -> Mono:
    """A door that creaks, then falls shut."""
    t = seconds(min(1.2, n / RATE * 0.5))
    rub = swept(160 + 90 * np.sin(2 * np.pi * 0.9 * t) + 30 * rng.standard_normal(len(t)))
    creak = np.asarray(np.tanh(rub * 3) * np.sin(np.pi * t / t[-1]) * 0.18, np.float32)

    def slam() -> Mono:
        u = seconds(0.5)
        return np.asarray(low_pass(noise(len(u), rng), 350) * np.exp(-u * 13) * 3, np.float32)

    out = at_times(n, [0.1], lambda: creak)
    return np.asarray(out + at_times(n, [0.15 + t[-1]], slam), np.float32)


def glass(n: int, rng: Random) -> Mono:
    """Glass that breaks."""

    def shard() -> Mono:
        loud = float(rng.pareto(2.2)) * 0.10
        return struck(rng.uniform(1500, 5200), GLASS, 0.5) * np.float32(min(0.5, loud + 0.04))

    start = min(0.4, 0.2 * n / RATE)
    return at_times(n, start + np.sort(rng.gamma(1.2, 0.16, 42)), shard)


def drums(n: int, rng: Random) -> Mono:
    """A beat: kick, snare and hat."""

    def kick() -> Mono:
        t = seconds(0.3)
        return np.asarray(swept(48 + 120 * np.exp(-t * 32)) * np.exp(-t * 11), np.float32)

    def snare() -> Mono:
        t = seconds(0.22)
        skin = np.sin(2 * np.pi * 190 * t) * np.exp(-t * 26) * 0.5
        return np.asarray(band(noise(len(t), rng), 900, 8000) * np.exp(-t * 20) + skin, np.float32)

    def hat() -> Mono:
        t = seconds(0.06)
        return np.asarray(band(noise(len(t), rng), 6000, 14000) * np.exp(-t * 80) * 0.5, np.float32)

    beat, end = 60 / 104, n / RATE
    kicks = [bar + at for bar in np.arange(0, end, 4 * beat) for at in (0, 1.5 * beat, 2.5 * beat)]
    snares = np.arange(beat, end, 2 * beat)
    hats = np.arange(0, end, beat / 2)
    return np.asarray(
        at_times(n, kicks, kick) + at_times(n, snares, snare) * 0.6 + at_times(n, hats, hat) * 0.5,
        np.float32,
    )


def guitar(n: int, rng: Random) -> Mono:
    """Broken chords on a guitar."""
    roots, shape = (40, 45, 43, 38), (0, 7, 12, 16, 19)
    step, turn = 60 / 88 / 2, iter(range(n))

    def note() -> Mono:
        k = next(turn)
        midi = roots[(k // 8) % 4] + shape[(0, 2, 3, 4, 1, 3, 2, 4)[k % 8]]
        return plucked(440 * 2 ** ((midi - 69) / 12), 1.6, rng) * 0.6

    return at_times(n, np.arange(0, n / RATE, step), note)
