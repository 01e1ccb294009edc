"""A film's sound goes on: pieces of it, laid end to end where they fit (granular synthesis).

Each next piece is the one, of a few drawn by the seed, whose beginning is most like what sounds
at the end; it is moved to where the two waves agree and comes in under an equal-power fade (WSOLA,
Verhelst and Roelands, ICASSP 1993).
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import RATE, Waves
from kinora.engines.studio.source import reading

FADE = round(0.18 * RATE)
SEARCH = round(0.012 * RATE)
"""How far a piece may be moved to agree with the wave before it."""

PIECE = 0.9, 2.0
"""Shortest and longest piece in seconds."""

DRAWN = 16
ENDS = 20
"""Fortieths of a second in which a fade is looked for at each end."""

LAST_FADE = round(0.35 * RATE)
BANDS = 24

Field = NDArray[np.float32]


def extended_sound(film: Path, *, seconds: float, source_seconds: float, seed: int) -> Waves | None:
    """Return `seconds` of sound that begin with the film's own; None when the film is silent."""
    own = reading.sound(film, seconds=min(source_seconds, seconds))
    if own is None:
        return None
    wanted = round(seconds * RATE)
    if len(own) >= wanted:
        return own[:wanted]
    return _ended(_continued(own, wanted, np.random.default_rng(seed)))


def _continued(own: Waves, wanted: int, rng: np.random.Generator) -> Waves:
    out = np.zeros((wanted, 2), np.float32)
    begin, end = _body(own)
    out[:end] = own[:end]
    own = own[begin:end]
    # A source too short to choose from is repeated as it is, only faded.
    fade = min(FADE, len(own) // 4)
    at = end
    while at < wanted:
        length = max(2 * fade, min(round(rng.uniform(*PIECE) * RATE), len(own) - SEARCH))
        start = _best_start(own, out[at - fade : at], length, rng)
        piece = own[start : start + length]
        at = _joined(out, piece, at, fade)
    return out


def _body(own: Waves) -> tuple[int, int]:
    """Return where a sound begins and ends between its fades, of half a second at most."""
    step = RATE // 40
    count = len(own) // step
    if count < 4 * ENDS:
        return 0, len(own)
    levels = np.sqrt(np.square(own[: count * step]).reshape(count, -1).mean(1))
    loud = levels > 0.6 * float(np.median(levels))
    first = int(np.argmax(loud[:ENDS])) if loud[:ENDS].any() else 0
    last = int(np.argmax(loud[::-1][:ENDS])) if loud[::-1][:ENDS].any() else 0
    return first * step, len(own) - last * step


def _joined(out: Waves, piece: Waves, at: int, fade: int) -> int:
    """Lay a piece over the last `fade` samples before `at`; return where it ends."""
    share = np.linspace(0, np.pi / 2, fade, dtype=np.float32)[:, None]
    begin = at - fade
    out[begin:at] = out[begin:at] * np.cos(share) + piece[:fade] * np.sin(share)
    rest = piece[fade : fade + len(out) - at]
    out[at : at + len(rest)] = rest
    return at + len(rest)


def _best_start(own: Waves, end: Waves, length: int, rng: np.random.Generator) -> int:
    """Return where a piece begins that sounds like `end` and agrees with its wave."""
    last = max(1, len(own) - length - SEARCH)
    starts = rng.integers(0, last, DRAWN)
    timbre = _timbre(end)
    off = [float(np.abs(_timbre(own[s : s + len(end)]) - timbre).mean()) for s in starts]
    start = int(starts[int(np.argmin(off))])
    near = own[start : start + len(end) + SEARCH].mean(1)
    agreed = _correlation(near, end.mean(1))
    return start + int(np.argmax(agreed))


def _correlation(near: Field, end: Field) -> Field:
    """Return, for each shift, how much of one wave is the other, by FFT."""
    size = 1 << int(len(near) + len(end)).bit_length()
    product = np.fft.rfft(near, size) * np.conj(np.fft.rfft(end, size))
    shifts = max(1, len(near) - len(end))
    return np.asarray(np.fft.irfft(product, size)[:shifts], np.float32)


def _timbre(waves: Waves) -> Field:
    """Return the loudness of bands of equal ratio, in decibels."""
    mono = waves.mean(1)
    power = np.square(np.abs(np.fft.rfft(mono * np.hanning(len(mono)))))
    edges = np.geomspace(2, len(power) - 1, BANDS + 1).astype(np.int64)
    bands = [power[a : max(a + 1, b)].mean() for a, b in pairwise(edges)]
    return np.asarray(10 * np.log10(np.asarray(bands) + 1e-7), np.float32)


def _ended(waves: Waves) -> Waves:
    fade = min(LAST_FADE, len(waves))
    waves[len(waves) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    return waves
