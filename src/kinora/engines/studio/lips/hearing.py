"""Hears from any sound what a mouth does: how loud it is opens it, its colour shapes the lips.

Vowels are told by where the energy of their first formant (how open) and of their second one (how
far in front, which for lips is how wide) lies; a short dip between louder sounds is a closure,
high hiss is an s, and weak hiss an f.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from kinora.engines.studio.lips.mouths import (
    BITE,
    COLUMNS,
    OPEN,
    PRESS,
    ROUND,
    SPEAKING,
    WIDE,
    Mouths,
)
from kinora.engines.studio.lips.timeline import EARLY, presence
from kinora.engines.studio.reel import RATE, Waves

Line = NDArray[np.float32]

HOP = RATE // 100
LENGTH = 2048
STEPS = RATE / HOP
"""Looks at the sound in a second."""

DEEPEST = 34.0
"""Decibels below loud speech at which a mouth is closed."""

FLOOR = 9.0
"""Decibels above the quietest that are still background."""

DIP = 9.0
"""Decibels below what is heard around it, at which a short dip is a closure."""

SILENT = 1e-4


def mouths_of_sound(waves: Waves, *, fps: float, count: int) -> Mouths:
    """Return `count` mouths for a sound (samples x 2 at 48 kHz)."""
    mono = np.asarray(waves, np.float32).mean(1)
    if len(mono) < LENGTH or float(np.abs(mono).max()) < SILENT:
        return Mouths(np.zeros((count, COLUMNS), np.float32), fps)
    level, low, high, hiss, nasal = _heard(mono)
    steps = np.zeros((len(level), COLUMNS), np.float32)
    loud = _loudness(level)
    voiced = loud * (1 - hiss)
    steps[:, OPEN] = voiced**0.8 * (0.30 + 0.75 * low) + 0.12 * loud * hiss
    steps[:, WIDE] = np.where(hiss > 0.5, 0.4, (1.9 * high - 1.1) * np.minimum(1, 3 * voiced))
    steps[:, ROUND] = np.clip(-1.6 * steps[:, WIDE], 0, 1) * (1 - hiss)
    closed = np.maximum(_dips(level), nasal * loud)
    steps[:, PRESS] = np.clip((closed - 0.5) * 2.5, 0, 1)
    steps[:, BITE] = (
        np.clip((hiss - 0.6) * 2.5, 0, 1) * np.clip((0.62 - loud) * 4, 0, 1) * (loud > 0.12)
    )
    steps[:, OPEN] *= (1 - steps[:, PRESS]) * (1 - 0.7 * steps[:, BITE])
    values = _paced(steps, fps, count)
    spoken = _paced(loud[:, None] > 0.14, fps, count)[:, 0] > 0.2
    values[:, SPEAKING] = presence(spoken.astype(np.float32), fps)
    return Mouths(values, fps)


def _heard(mono: Line) -> tuple[Line, Line, Line, Line, Line]:
    """Return level (dB), first and second formant (0 to 1), hiss and nasal murmur, by steps."""
    padded = np.pad(mono, (LENGTH // 2, LENGTH // 2))
    window = np.hanning(LENGTH).astype(np.float32)
    views = np.lib.stride_tricks.sliding_window_view(padded, LENGTH)[::HOP]
    bins = np.asarray(np.fft.rfftfreq(LENGTH, 1 / RATE), np.float32)
    found = []
    for start in range(0, len(views), 256):
        power = np.abs(np.fft.rfft(views[start : start + 256] * window, axis=1)) ** 2
        found.append(_told(power.astype(np.float32), bins))
    level, low, high, hiss, nasal = np.concatenate(found).T
    smooth = [ndimage.gaussian_filter1d(line, 1.6) for line in (low, high)]
    return level, smooth[0], smooth[1], hiss, nasal


def _told(power: Line, bins: Line) -> Line:
    """Return the five values of each step (steps x 5) from its power spectrum."""

    def band(begin: float, end: float) -> Line:
        chosen = (bins >= begin) & (bins < end)
        return np.asarray(power[:, chosen].sum(1) + 1e-9, np.float32)

    def centre(begin: float, end: float, tilt: float) -> Line:
        chosen = (bins >= begin) & (bins < end)
        weight = power[:, chosen] ** 0.5 * (bins[chosen] / 1000) ** tilt + 1e-9
        return np.asarray((weight * bins[chosen]).sum(1) / weight.sum(1), np.float32)

    level = 10 * np.log10(band(120, 7000))
    first = np.clip((centre(220, 1050, 0.35) - 430) / 230, 0, 1)
    second = np.clip((centre(800, 2800, 0.9) - 1350) / 600, 0, 1)
    share = band(3800, 9000) / (band(150, 3800) + band(3800, 9000))
    hiss = np.clip((share - 0.35) / 0.35, 0, 1)
    # An m is a murmur: low in both formants.
    nasal = np.clip((0.28 - second) / 0.15, 0, 1) * np.clip((0.45 - first) / 0.2, 0, 1)
    return np.stack([level, first, second, hiss, nasal], -1).astype(np.float32)


def _loudness(level: Line) -> Line:
    """Return levels as 0 (silence) to 1 (as loud as this voice gets)."""
    top = float(np.percentile(level, 94))
    quiet = max(top - DEEPEST, min(float(np.percentile(level, 5)) + FLOOR, top - 16))
    return np.asarray(np.clip((level - quiet) / (top - quiet), 0, 1), np.float32)


def _dips(level: Line) -> Line:
    """Return how far each step lies in a short dip between louder ones, 0 to 1."""
    soft = ndimage.gaussian_filter1d(level, 0.8)
    reach = round(0.09 * STEPS)
    before = ndimage.maximum_filter1d(soft, reach, origin=reach // 2)
    after = ndimage.maximum_filter1d(soft, reach, origin=-(reach // 2))
    deep = np.minimum(before, after) - soft
    return np.asarray(np.clip(deep / (2 * DIP), 0, 1), np.float32)


def _paced(steps: Line | NDArray[np.bool_], fps: float, count: int) -> Line:
    """Return values for each frame; what happens briefly between two frames is not lost."""
    smooth = signal.windows.gaussian(7, 1.5)
    soft = ndimage.convolve1d(steps.astype(np.float32), smooth / smooth.sum(), axis=0)
    at = ((np.arange(count) + 0.5) / fps + EARLY) * STEPS
    known = np.arange(len(steps))
    columns = [np.interp(at, known, column, right=0.0) for column in soft.T]
    return np.asarray(np.stack(columns, -1), np.float32)
