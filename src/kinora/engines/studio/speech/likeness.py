"""Takes from a recording what makes a voice: how high it is, how lively, and its colour.

The pitch is the peak of the autocorrelation of voiced frames (Boersma, 1993); the colour is the
long-term average spectrum of those frames, in bands. Words themselves are not listened to.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from kinora.engines.studio.reel import RATE, Waves

Mono = NDArray[np.float32]
FRAME, HOP = 0.045, 0.02
LOWEST, HIGHEST = 65.0, 420.0
VOICED = 0.55
"""How much a frame must be like itself one period later to count as voiced."""

LOUD = 0.12
"""The least loudness of a voiced frame, in parts of the loudest."""

BANDS = np.geomspace(120.0, 9000.0, 19)
FLOOR = 1e-12
SLOW = 16_000
LEAST = 12
"""Voiced frames below which nothing is known of a voice: a quarter of a second."""

MOST_DECIBELS = 12.0
TAPS = 513


@dataclass(frozen=True, slots=True)
class Likeness:
    """A voice: its median pitch in hertz, its range in semitones, its bands in decibels."""

    pitch: float
    spread: float
    colour: NDArray[np.float64]


def likeness_of(waves: Waves) -> Likeness | None:
    """Return what a recording's voice is like (samples x 2 at 48 kHz); None when nobody speaks."""
    mono = signal.resample_poly(waves.mean(-1), SLOW, RATE).astype(np.float32)
    frames = _frames(mono)
    if not len(frames):
        return None
    pitches, sure = _pitches(frames)
    level = np.sqrt((frames**2).mean(-1))
    voiced = (sure > VOICED) & (level > LOUD * level.max())
    if voiced.sum() < LEAST:
        return None
    kept = pitches[voiced]
    low, middle, high = np.percentile(kept, (10, 50, 90))
    return Likeness(float(middle), float(12 * np.log2(high / low)), _colour(frames[voiced]))


def coloured(mono: Mono, own: Likeness, wanted: Likeness) -> Mono:
    """Return speech at 48 kHz with the colour of another voice, as far as a filter can give it."""
    gain = np.clip(wanted.colour - own.colour, -MOST_DECIBELS, MOST_DECIBELS)
    middles = np.sqrt(BANDS[1:] * BANDS[:-1])
    places = np.concatenate([[0.0], middles, [RATE / 2]]) / (RATE / 2)
    levels = 10 ** (np.concatenate([gain[:1], gain, [min(0.0, gain[-1])]]) / 20)
    taps = signal.firwin2(TAPS, places, levels)
    return np.asarray(signal.fftconvolve(mono, taps, "same"), np.float32)


def _frames(mono: Mono) -> Mono:
    size, hop = round(FRAME * SLOW), round(HOP * SLOW)
    if len(mono) < size:
        return np.zeros((0, size), np.float32)
    return np.lib.stride_tricks.sliding_window_view(mono, size)[::hop]


def _pitches(frames: Mono) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each frame's pitch in hertz, and how sure it is, 0 to 1."""
    window = np.hanning(frames.shape[1])
    size = 2 * frames.shape[1]
    shaped = (frames - frames.mean(-1, keepdims=True)) * window
    echo = np.fft.irfft(np.abs(np.fft.rfft(shaped, size)) ** 2)
    own = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** 2)
    first, last = int(SLOW / HIGHEST), int(SLOW / LOWEST)
    # The window's own echo is divided out, or long periods would look unlike themselves.
    alike = echo[:, first:last] / np.maximum(echo[:, :1], FLOOR) / (own[first:last] / own[0])
    # Twice the period is as alike as once: the shortest good one is the pitch.
    best = alike.max(-1)
    at = np.argmax(alike > 0.9 * best[:, None], -1)
    for _ in range(3):
        later = np.minimum(at + 1, alike.shape[1] - 1)
        rows = np.arange(len(alike))
        at = np.where(alike[rows, later] > alike[rows, at], later, at)
    return SLOW / (first + at), np.clip(best, 0, 1)


def _colour(frames: Mono) -> NDArray[np.float64]:
    power = (np.abs(np.fft.rfft(frames * np.hanning(frames.shape[1]))) ** 2).mean(0)
    places = np.fft.rfftfreq(frames.shape[1], 1 / SLOW)
    bands = [
        power[(places >= low) & (places < high)].mean() if high < SLOW / 2 else FLOOR
        for low, high in pairwise(BANDS)
    ]
    levels = 10 * np.log10(np.maximum(bands, FLOOR))
    # Bands that hold nothing are given the last one that does, so that no filter opens there.
    heard = levels > levels.max() - 60
    levels = np.where(heard, levels, levels[heard].min())
    return np.asarray(levels - levels.max(), np.float64)
