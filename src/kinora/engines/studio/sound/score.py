"""Chooses and mixes the sound of a film from words."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from kinora.engines.studio.reel import RATE, Waves
from kinora.engines.studio.sound import living, things, waves
from kinora.engines.studio.sound.listening import Heard, listen
from kinora.engines.studio.sound.music import Style, music
from kinora.engines.studio.sound.tools import Maker, Mono

LOUDNESS = -16.0
"""Target in LUFS, by the K-weighted mean of ITU-R BS.1770 without gating."""

CEILING = 0.89
"""Highest sample, -1 dBFS."""

MAKERS: dict[str, Maker] = {
    made.__name__: made
    for made in (
        waves.rain,
        waves.wind,
        waves.ocean,
        waves.thunder,
        waves.fire,
        waves.birds,
        waves.stream,
        waves.waterfall,
        waves.underwater,
        waves.crickets,
        waves.leaves,
        waves.drips,
        living.footsteps,
        living.hooves,
        living.crowd,
        living.applause,
        living.heartbeat,
        living.cat,
        living.dog,
        living.howl,
        living.whistle,
        living.bees,
        living.frogs,
        things.city,
        things.whoosh,
        things.bells,
        things.chimes,
        things.clock,
        things.engine,
        things.train,
        things.helicopter,
        things.plane,
        things.siren,
        things.alarm,
        things.laser,
        things.boom,
        things.drone,
        things.typing,
        things.door,
        things.glass,
        things.drums,
        things.guitar,
    )
}

REVERB_SECONDS = 1.4
MOST_LAYERS = 3
FAR = 0.25
"""How loud a distant layer is beside the first one."""


def score(*, content: str, prompt: str, seconds: float, seed: int) -> Waves:
    """Return `seconds` of stereo sound.

    | words                          | what is heard                                         |
    |--------------------------------|-------------------------------------------------------|
    | kinds in `content`             | the first three, the first one loudest                |
    | none in `content`              | those of `prompt`, less what `content` refuses        |
    | none in either                 | music, or wind where music is refused                 |
    | "distant dogs", "loud rain"    | that layer softer, or as loud as the first            |
    | a mood, a tempo, an instrument | how music goes; a mood is taken from `prompt` as well |
    | "no music", "rain, no thunder" | the rest                                              |
    | "silent", "no sound"           | silence                                               |
    """
    told, seen = listen(content), listen(prompt)
    n = round(seconds * RATE)
    if told.silent:
        return np.zeros((n, 2), np.float32)
    heard = told if told.kinds else seen
    kinds = tuple(kind for kind in heard.kinds if kind not in told.unwanted)
    if not kinds:
        kinds = ("wind",) if "music" in told.unwanted else ("music",)
    rng = np.random.default_rng(seed)
    mix = np.zeros(n, np.float32)
    for place, kind in enumerate(kinds[:MOST_LAYERS]):
        mix += _even(_made(kind, n, rng, told, seen)) * _level(kind, place, heard)
    return master(_widen(mix, rng))


def _made(kind: str, n: int, rng: np.random.Generator, told: Heard, seen: Heard) -> Mono:
    if kind != "music":
        return MAKERS[kind](n, rng)
    heard = told if told.kinds else seen
    style = Style(
        mood=told.mood or seen.mood or "calm",
        tempo=told.tempo or heard.tempo,
        instrument=told.instrument or heard.instrument,
    )
    return music(n, rng, style)


def _level(kind: str, place: int, heard: Heard) -> float:
    """Return how loud a layer is; a sound that is alone is evened afterwards in any case."""
    if kind in heard.far:
        return FAR
    return 1.0 if place == 0 or kind in heard.near else 0.6


def loudness(waves: Waves) -> float:
    """Return the loudness of stereo waves in LUFS, ungated."""
    shelf = signal.tf2sos(
        [1.53512485958697, -2.69169618940638, 1.19839281085285],
        [1.0, -1.69065929318241, 0.73248077421585],
    )
    high_pass = signal.tf2sos([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
    weighted = signal.sosfilt(np.vstack([shelf, high_pass]), waves, axis=0)
    power = float(np.mean(np.square(weighted), axis=0).sum())
    return -0.691 + 10 * float(np.log10(max(power, 1e-12)))


def _even(mono: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring a layer to the same level as the others."""
    level = float(np.sqrt(np.mean(np.square(mono))))
    return np.asarray(mono * (0.1 / max(level, 1e-5)), np.float32)


def _widen(mono: NDArray[np.float32], rng: np.random.Generator) -> Waves:
    """Put a mono mix into a room: a decaying noise for each ear."""
    t = np.arange(int(REVERB_SECONDS * RATE)) / RATE
    tail = np.exp(-6.9 * t / REVERB_SECONDS) * (t > 0.008)
    sides = []
    for _ in range(2):
        room = rng.standard_normal(len(t)) * tail
        wet = signal.fftconvolve(mono, room / np.sqrt((room**2).sum()))[: len(mono)]
        sides.append(mono * 0.78 + wet * 0.22)
    return np.stack(sides, -1).astype(np.float32)


def master(waves: Waves) -> Waves:
    """Return waves with soft ends, at the usual loudness, and never clipped."""
    fade = min(len(waves) // 2, RATE // 4)
    ramp = np.linspace(0, 1, fade, dtype=np.float32)[:, None]
    waves[:fade] *= ramp
    waves[len(waves) - fade :] *= ramp[::-1]
    gain = 10 ** ((LOUDNESS - loudness(waves)) / 20)
    # A soft knee keeps peaks below the ceiling without the clicks of clipping.
    return np.asarray(np.tanh(waves * gain / CEILING) * CEILING, np.float32)
