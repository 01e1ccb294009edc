"""Instruments: each tone is a table of partials, read at the pitch, shaped in time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import RATE
from kinora.engines.studio.sound import music
from kinora.engines.studio.sound.tools import Mono, plucked

SIZE = 8192
HIGHEST = 11_000.0
"""Hertz above which no partial is made."""

PARTIALS: Mapping[str, Callable[[int], float]] = {
    "saw": lambda h: 1 / h,
    "square": lambda h: (h % 2) / h,
    "organ": lambda h: {1: 1.0, 2: 0.6, 3: 0.45, 4: 0.3, 6: 0.15, 8: 0.12}.get(h, 0.0),
    "flute": lambda h: {1: 1.0, 2: 0.22, 3: 0.1, 4: 0.03}.get(h, 0.0),
    "reed": lambda h: (1.0 if h % 2 else 0.45) / h**1.25,
    "bow": lambda h: 1 / h**1.35,
    "brass": lambda h: min(1.0, 0.5 + h * 0.25) / h**1.1,
    "round": lambda h: 1 / h**2.2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """How an instrument sounds.

    Times are in seconds. `apart` is how far its two voices are detuned, `fall` how fast a tone
    dies away while it is held, `dull` how fast it loses its brightness, `wave` its vibrato.
    """

    table: str
    level: float
    attack: float = 0.005
    release: float = 0.08
    fall: float = 0.0
    dull: float = 0.0
    apart: float = 0.0
    wave: float = 0.0
    drive: float = 0.0


COLOURS: Mapping[str, Colour] = {
    "bass": Colour(table="round", level=0.5, release=0.05, fall=0.8, drive=0.6),
    "pulse": Colour(table="saw", level=0.34, release=0.04, fall=1.5, dull=9.0, apart=0.002),
    "synth": Colour(table="saw", level=0.16, release=0.12, dull=1.3, apart=0.005, wave=0.003),
    "pad": Colour(table="saw", level=0.1, attack=0.3, release=0.6, dull=1.5, apart=0.006),
    "strings": Colour(table="bow", level=0.2, attack=0.09, release=0.25, apart=0.003, wave=0.004),
    "brass": Colour(table="brass", level=0.14, attack=0.05, release=0.14, dull=1.2, wave=0.003),
    "flute": Colour(table="flute", level=0.26, attack=0.05, release=0.12, wave=0.006),
    "reed": Colour(table="reed", level=0.2, attack=0.03, release=0.1, wave=0.005, drive=0.5),
    "organ": Colour(table="organ", level=0.15, attack=0.01, release=0.06, wave=0.002),
    "drive": Colour(table="saw", level=0.16, release=0.06, fall=0.6, dull=2.0, drive=4.0),
}


@lru_cache(maxsize=160)
def tone(voice: str, midi: float, length: float) -> Mono:
    """Return one tone of an instrument; it rings on a little after its length."""
    pitch = 440 * 2 ** ((midi - 69) / 12)
    if voice in STRUCK:
        return STRUCK[voice](pitch, length)
    return _coloured(COLOURS[voice], pitch, length)


def forget_tones() -> None:
    """Give back the memory of tones that were kept to be played again."""
    tone.cache_clear()


def fade(mono: Mono, length: float, *, release: float) -> Mono:
    """Return a tone that is let go of after a length."""
    kept = mono[: int((length + release) * RATE)].copy()
    ending = min(len(kept), int(release * RATE))
    kept[len(kept) - ending :] *= np.linspace(1, 0, ending, dtype=np.float32)
    return kept


def _coloured(colour: Colour, pitch: float, length: float) -> Mono:
    t = np.arange(int((length + colour.release) * RATE), dtype=np.float32) / np.float32(RATE)
    sway = colour.wave * np.minimum(t / 0.4, 1) * np.sin(2 * np.pi * 5.4 * t)
    sides = (-colour.apart, colour.apart) if colour.apart else (0.0,)
    out = np.zeros(len(t), np.float32)
    for number, side in enumerate(sides):
        turn = pitch * (1 + side) * (t + np.cumsum(sway, dtype=np.float64) / RATE) + 0.37 * number
        out += _read(colour, pitch, turn, t)
    out /= np.float32(len(sides))
    if colour.drive:
        out = np.tanh(out * np.float32(1 + colour.drive)) / np.float32(1 + colour.drive * 0.5)
    held = np.clip((length + colour.release - t) / colour.release, 0, 1)
    shape = np.minimum(t / colour.attack, 1) * held * np.exp(-colour.fall * t)
    return np.asarray(out * shape * colour.level, np.float32)


def _read(colour: Colour, pitch: float, turn: NDArray[np.float64], t: Mono) -> Mono:
    most = max(1, int(HIGHEST / pitch))
    places = ((turn % 1.0) * SIZE).astype(np.int32) % SIZE
    bright = table(colour.table, min(most, 40))[places]
    if not colour.dull:
        return bright
    dark = table(colour.table, min(most, 6))[places]
    share = np.exp(-colour.dull * t)
    return np.asarray(bright * share + dark * (1 - share), np.float32)


@lru_cache(maxsize=256)
def table(kind: str, most: int) -> Mono:
    """Return one turn of a tone with so many partials, at a level of its own."""
    turn = 2 * np.pi * np.arange(SIZE) / SIZE
    level = PARTIALS[kind]
    made = sum(level(h) * np.sin(h * turn) for h in range(1, most + 1))
    return np.asarray(made / np.sqrt(np.mean(np.square(made)) + 1e-9) * 0.5, np.float32)


def _piano(pitch: float, length: float) -> Mono:
    return fade(music.piano(pitch), max(0.25, length), release=0.2) * np.float32(1.8)


def _guitar(pitch: float, length: float) -> Mono:
    rng = np.random.default_rng(round(pitch * 100))
    return fade(plucked(pitch, 2.0, rng), max(0.3, length), release=0.25) * np.float32(0.9)


def _bell(pitch: float, length: float) -> Mono:
    t = np.arange(int(2.2 * RATE)) / RATE
    parts = ((1.0, 1.0, 2.0), (2.76, 0.35, 4.0), (5.4, 0.16, 7.0))
    made = sum(
        level * np.sin(2 * np.pi * pitch * ratio * t) * np.exp(-fall * t)
        for ratio, level, fall in parts
        if pitch * ratio < HIGHEST
    )
    return fade(np.asarray(made * 0.14, np.float32), max(1.0, length), release=0.4)


def _keys(pitch: float, length: float) -> Mono:
    """Return an electric piano: one sine bends another (Chowning, 1973)."""
    t = np.arange(int((length + 0.35) * RATE)) / RATE
    bend = 1.4 * np.exp(-3.0 * t) * np.sin(2 * np.pi * pitch * t)
    bend += 0.25 * np.exp(-14.0 * t) * np.sin(2 * np.pi * pitch * 14 * t) * (pitch < 700)
    made = np.sin(2 * np.pi * pitch * t + bend) * np.exp(-1.3 * t) * np.minimum(t * 300, 1)
    shaken = made * (1 + 0.12 * np.sin(2 * np.pi * 4.2 * t))
    return fade(np.asarray(shaken * 0.2, np.float32), length, release=0.3)


STRUCK: Mapping[str, Callable[[float, float], Mono]] = {
    "piano": _piano,
    "guitar": _guitar,
    "bell": _bell,
    "keys": _keys,
}
