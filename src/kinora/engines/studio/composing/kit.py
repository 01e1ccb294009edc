"""Drums of several kits."""

from functools import lru_cache

import numpy as np

from kinora.engines.studio.reel import RATE
from kinora.engines.studio.sound.tools import Mono, band, low_pass, noise, seconds, swept

SOFTER = {"soft": 0.55, "brushes": 0.5, "orchestral": 0.9}
TAKES = 3
"""How many takes of each drum there are, so that no two beats are quite alike."""


@lru_cache(maxsize=96)
def drum(kit: str, name: str, take: int = 0) -> Mono:
    """Return one hit on a drum of a kit."""
    rng = np.random.default_rng((len(kit), sum(map(ord, name)), take % TAKES))
    made = MAKERS[name](kit, rng)
    return np.asarray(made * SOFTER.get(kit, 1.0), np.float32)


def _kick(kit: str, rng: np.random.Generator) -> Mono:
    low, drop, fall = {
        "electronic": (44, 190, 7.0),
        "orchestral": (58, 40, 3.2),
        "soft": (52, 70, 12.0),
    }.get(kit, (50, 120, 10.0))
    t = seconds(0.9 if kit == "orchestral" else 0.42)
    body = swept(low + drop * np.exp(-t * 30)) * np.exp(-t * fall)
    click = band(noise(len(t), rng), 1500, 6000) * np.exp(-t * 180) * 0.25
    end = np.clip((t[-1] - t) / 0.05, 0, 1)
    return np.asarray((np.tanh(body * 1.6) + click) * end * 0.62, np.float32)


def _snare(kit: str, rng: np.random.Generator) -> Mono:
    t = seconds(0.35)
    if kit == "brushes":
        swish = band(noise(len(t), rng), 1500, 9000) * np.sin(np.pi * t / t[-1]) ** 2 * 0.3
        return np.asarray(swish, np.float32)
    if kit == "orchestral":
        roll = band(noise(len(t), rng), 300, 5000) * np.exp(-t * 12) * 0.35
        return np.asarray(roll + np.sin(2 * np.pi * 160 * t) * np.exp(-t * 18) * 0.3, np.float32)
    rattle = band(noise(len(t), rng), 1100, 9500) * np.exp(-t * (24 if kit == "soft" else 17))
    skin = np.sin(2 * np.pi * (188 + 40 * np.exp(-t * 60)) * t) * np.exp(-t * 24) * 0.6
    if kit == "electronic":
        for late in (0.011, 0.023):
            rattle = rattle + np.roll(rattle, int(late * RATE)) * 0.6
        skin *= 0.3
    return np.asarray((rattle * 0.5 + skin) * 0.55, np.float32)


def _hat(kit: str, rng: np.random.Generator) -> Mono:
    t = seconds(0.09)
    low = 4500 if kit in ("brushes", "soft") else 6500
    return np.asarray(band(noise(len(t), rng), low, 15000) * np.exp(-t * 60) * 0.2, np.float32)


def _open(_kit: str, rng: np.random.Generator) -> Mono:
    t = seconds(0.35)
    return np.asarray(band(noise(len(t), rng), 6000, 14000) * np.exp(-t * 11) * 0.16, np.float32)


def _crash(_kit: str, rng: np.random.Generator) -> Mono:
    t = seconds(2.2)
    wash = band(noise(len(t), rng), 3000, 14000) * np.exp(-t * 2.2)
    return np.asarray(wash * np.clip((t[-1] - t) / 0.3, 0, 1) * 0.22, np.float32)


def _tom(_kit: str, rng: np.random.Generator) -> Mono:
    t = seconds(0.4)
    body = swept(95 + 60 * np.exp(-t * 14)) * np.exp(-t * 9)
    skin = low_pass(noise(len(t), rng), 900) * np.exp(-t * 40) * 0.4
    return np.asarray((body + skin) * np.clip((t[-1] - t) / 0.05, 0, 1) * 0.45, np.float32)


MAKERS = {
    "kick": _kick,
    "snare": _snare,
    "hat": _hat,
    "open": _open,
    "crash": _crash,
    "tom": _tom,
}
