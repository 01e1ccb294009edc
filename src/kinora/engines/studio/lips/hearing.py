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
UNROUNDED = (335.0, 2450.0, -2.82)
"""Measured on the built-in voices: from "ee" (first, second formant's energy in Hz) the second one
falls by so much per Hz of the first down to "ah", lips being spread or at rest."""


def mouths_of_sound(waves: Waves, *, fps: float, count: int) -> Mouths:
    """Return `count` mouths for a sound (samples x 2 at 48 kHz)."""
    mono = np.asarray(waves, np.float32).mean(1)
    if len(mono) < LENGTH or float(np.abs(mono).max()) < SILENT:
        return Mouths(np.zeros((count, COLUMNS), np.float32), fps)
    low, high, hiss, murmur = _heard(mono)
    level = _level(mono, len(low))
    loud = _loudness(level)
    voiced = loud * (1 - hiss)
    open_ = np.clip((low - 360) / 360, 0, 1)
    front = np.clip((high - 1250) / 1050, 0, 1)
    steps = np.zeros((len(level), COLUMNS), np.float32)
    # Lips that are put forward lower the second formant below what the first one leads to expect.
    below = UNROUNDED[1] + UNROUNDED[2] * (low - UNROUNDED[0]) - high
    steps[:, ROUND] = np.clip((below - 120) / 350, 0, 1) * np.minimum(1, 2 * voiced) * (1 - murmur)
    steps[:, OPEN] = voiced**0.8 * (0.30 + 0.75 * open_) + 0.12 * loud * hiss
    steps[:, WIDE] = np.where(hiss > 0.5, 0.4, (1.3 * front - 0.3) * np.minimum(1, 3 * voiced))
    steps[:, WIDE] -= 1.2 * steps[:, ROUND]
    closed = np.maximum(_dips(level) * (1 - hiss), murmur * (loud > 0.2))
    steps[:, PRESS] = np.clip((closed - 0.45) * 3, 0, 1)
    steps[:, BITE] = (
        np.clip((hiss - 0.6) * 2.5, 0, 1) * np.clip((0.62 - loud) * 4, 0, 1) * (loud > 0.12)
    )
    values = _paced(steps, fps, count)
    values[:, PRESS] = _pressed(steps[:, PRESS], fps, count)
    values[:, OPEN] *= (1 - values[:, PRESS]) * (1 - 0.7 * values[:, BITE])
    spoken = _paced(loud[:, None] > 0.14, fps, count)[:, 0] > 0.2
    values[:, SPEAKING] = presence(spoken.astype(np.float32), fps)
    return Mouths(np.clip(values, -1, 1), fps)


def _heard(mono: Line) -> tuple[Line, Line, Line, Line]:
    """Return the formants (Hz), hiss and nasal murmur (0 to 1), by steps."""
    padded = np.pad(mono, (LENGTH // 2, LENGTH // 2))
    window = np.hanning(LENGTH).astype(np.float32)
    views = np.lib.stride_tricks.sliding_window_view(padded, LENGTH)[::HOP]
    bins = np.asarray(np.fft.rfftfreq(LENGTH, 1 / RATE), np.float32)
    found = []
    for start in range(0, len(views), 256):
        power = np.abs(np.fft.rfft(views[start : start + 256] * window, axis=1)) ** 2
        found.append(_told(power.astype(np.float32), bins))
    low, high, hiss, murmur = np.concatenate(found).T
    smooth = [ndimage.gaussian_filter1d(line, 1.6) for line in (low, high)]
    return smooth[0], smooth[1], hiss, murmur


def _told(power: Line, bins: Line) -> Line:
    """Return the four values of each step (steps x 4) from its power spectrum."""

    def band(begin: float, end: float) -> Line:
        chosen = (bins >= begin) & (bins < end)
        return np.asarray(power[:, chosen].sum(1) + 1e-9, np.float32)

    def centre(begin: float, end: float, tilt: float) -> Line:
        chosen = (bins >= begin) & (bins < end)
        weight = power[:, chosen] ** 0.5 * (bins[chosen] / 1000) ** tilt + 1e-9
        return np.asarray((weight * bins[chosen]).sum(1) / weight.sum(1), np.float32)

    low, high = centre(220, 1050, 0.35), centre(800, 2800, 0.9)
    share = band(3800, 9000) / (band(150, 3800) + band(3800, 9000))
    hiss = np.clip((share - 0.35) / 0.35, 0, 1)
    # An m is a murmur: all its energy lies lowest, and what little is higher lies low as well.
    deep = 10 * np.log10(band(150, 450) / band(450, 900))
    murmur = np.clip((deep - 13) / 8, 0, 1) * np.clip((1800 - high) / 200, 0, 1)
    return np.stack([low, high, hiss, murmur], -1).astype(np.float32)


def _level(mono: Line, count: int) -> Line:
    """Return how loud each step is, in decibels, over twice a step."""
    padded = np.pad(mono, (HOP, 2 * HOP))
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * HOP)[::HOP][:count]
    return np.asarray(10 * np.log10(np.square(views).mean(1) + 1e-9), np.float32)


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
    return np.asarray(np.clip(deep / (1.6 * DIP), 0, 1), np.float32)


def _pressed(press: Line, fps: float, count: int) -> Line:
    """Return closures for each frame: the strongest of its time, since one may be very short."""
    within = max(1, round(STEPS / fps))
    most = ndimage.maximum_filter1d(press, within)
    at = np.round(((np.arange(count) + 0.5) / fps + EARLY) * STEPS).astype(np.intp)
    return np.where(at < len(most), most[np.minimum(at, len(most) - 1)], 0).astype(np.float32)


def _paced(steps: Line | NDArray[np.bool_], fps: float, count: int) -> Line:
    """Return values for each frame."""
    smooth = signal.windows.gaussian(7, 1.5)
    soft = ndimage.convolve1d(steps.astype(np.float32), smooth / smooth.sum(), axis=0)
    at = ((np.arange(count) + 0.5) / fps + EARLY) * STEPS
    known = np.arange(len(steps))
    columns = [np.interp(at, known, column, right=0.0) for column in soft.T]
    return np.asarray(np.stack(columns, -1), np.float32)
