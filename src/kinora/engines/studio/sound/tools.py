"""What sounds are made of: noise, filters, slow curves, grains and tones."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from kinora.engines.studio.reel import RATE

Mono = NDArray[np.float32]
Random = np.random.Generator
Maker = Callable[[int, Random], Mono]


def noise(n: int, rng: Random) -> Mono:
    """Return white noise."""
    return rng.standard_normal(n, np.float32)


def band(x: Mono, low: float, high: float) -> Mono:
    """Return what lies between two frequencies in hertz."""
    filtered = signal.sosfilt(signal.butter(2, [low, high], "band", fs=RATE, output="sos"), x)
    return np.asarray(filtered, np.float32)


def low_pass(x: Mono, cut: float) -> Mono:
    """Return what lies below a frequency in hertz."""
    filtered = signal.sosfilt(signal.butter(2, cut, fs=RATE, output="sos"), x)
    return np.asarray(filtered, np.float32)


def slow(n: int, rate: float, rng: Random, low: float, high: float) -> Mono:
    """Return a slow random curve with about `rate` turns a second."""
    points = rng.uniform(low, high, max(4, int(n / RATE * rate) + 4))
    smooth = np.convolve(np.pad(points, 1, "edge"), [0.25, 0.5, 0.25], "valid")
    places = np.linspace(0, len(smooth) - 1.001, n)
    return np.interp(places, np.arange(len(smooth)), smooth).astype(np.float32)


def grains(n: int, rate: float, rng: Random, make: Callable[[Random], Mono]) -> Mono:
    """Return grains strewn at random, `rate` a second."""
    out = np.zeros(n + RATE, np.float32)
    for start in np.sort(rng.uniform(0, n, rng.poisson(rate * n / RATE))).astype(int):
        grain = make(rng)
        out[start : start + len(grain)] += grain[: len(out) - start]
    return out[:n]


def seconds(length: float) -> NDArray[np.float64]:
    """Return the times of a sound of so many seconds."""
    return np.arange(max(1, int(length * RATE))) / RATE


def at_times(n: int, times: Iterable[float], make: Callable[[], Mono]) -> Mono:
    """Return sounds that begin at given seconds."""
    out = np.zeros(n, np.float32)
    for time in times:
        add(out, int(time * RATE), make())
    return out


def add(out: Mono, start: int, part: Mono) -> None:
    """Mix a part in from a sample on; what is over the end is cut."""
    end = min(len(out), start + len(part))
    if start < end:
        out[start:end] += part[: end - start]


def struck(pitch: float, modes: Iterable[tuple[float, float, float]], length: float) -> Mono:
    """Return a struck body: modes of ratio, loudness and seconds until they are down by 60 dB."""
    t = seconds(length)
    tone = sum(
        loud * np.sin(2 * np.pi * pitch * ratio * t) * np.exp(-6.9 * t / fall)
        for ratio, loud, fall in modes
    )
    return np.asarray(tone * np.minimum(t * 600, 1), np.float32)


def plucked(pitch: float, length: float, rng: Random, *, bright: float = 0.5) -> Mono:
    """Return a plucked string (Karplus and Strong, 1983)."""
    period = max(2, int(RATE / pitch))
    burst = rng.uniform(-1, 1, period)
    excite = np.zeros(int(length * RATE))
    excite[:period] = burst
    poles = np.zeros(period + 2)
    poles[0] = 1
    poles[period], poles[period + 1] = -0.996 * bright, -0.996 * (1 - bright)
    return np.asarray(signal.lfilter([1], poles, excite) * 0.3, np.float32)


def swept(pitch: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a sine whose pitch follows a curve in hertz."""
    return np.asarray(np.sin(2 * np.pi * np.cumsum(pitch) / RATE))
