"""Listens to a song as it streams by, and keeps only curves: a minute of them is 80 KB."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Mono = NDArray[np.float32]
Curve = NDArray[np.float32]

HEARD_RATE = 16_000
"""Samples a second of what is listened to; beats and chords need no more."""

HOP, WINDOW = 160, 1024
QUICK = HEARD_RATE // HOP
"""Values a second of the quick curves."""

SLOW_HOP, SLOW_WINDOW = 1600, 4096
SLOW = HEARD_RATE // SLOW_HOP
"""Values a second of the slow curves."""

BLOCK = HEARD_RATE
"""Samples that are worked on at once."""

MELS, CEPSTRA, PITCHES = 40, 12, 12
GAIN = 100.0
"""How much of a spectrum's quiet part its logarithm keeps."""

BASS = 160.0
"""Hertz below which kicks and basses are."""

LOWEST_NOTE, HIGHEST_NOTE = 65.0, 2000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The curves of a song.

    `onsets`, `bass` and `loudness` have `QUICK` values a second: how much begins, how much begins
    in the bass, and root mean square. `timbre` (n x CEPSTRA) and `chroma` (n x PITCHES) have
    `SLOW` rows a second.
    """

    onsets: Curve
    bass: Curve
    loudness: Curve
    timbre: Curve
    chroma: Curve
    seconds: float


def hear(chunks: Iterable[Mono]) -> Heard:
    """Return the curves of a song that comes in chunks at `HEARD_RATE`, of any lengths."""
    ear = _Ear()
    samples = 0
    for block, own in _blocks(chunks):
        ear.take(block)
        samples += own
    return ear.told(samples)


def _blocks(chunks: Iterable[Mono]) -> Iterator[tuple[Mono, int]]:
    """Yield blocks with half a slow window on both sides, and how many samples are the song's."""
    held = np.zeros(SLOW_WINDOW // 2, np.float32)
    need = BLOCK + SLOW_WINDOW
    for chunk in chunks:
        held = np.concatenate([held, np.nan_to_num(chunk.astype(np.float32, copy=False))])
        while len(held) >= need:
            yield held[:need], BLOCK
            held = held[BLOCK:]
    left = len(held) - SLOW_WINDOW // 2
    while left > 0:
        yield np.pad(held[:need], (0, max(0, need - len(held)))), min(left, BLOCK)
        held, left = held[BLOCK:], left - BLOCK


class _Ear:
    """Takes blocks and keeps what they sound like."""

    def __init__(self) -> None:
        self._last: Curve | None = None
        self._quick: list[Curve] = []
        self._timbre: list[Curve] = []
        self._chroma: list[Curve] = []

    def take(self, block: Mono) -> None:
        """Listen to one block with its sides."""
        first = (SLOW_WINDOW - WINDOW) // 2
        views = sliding_window_view(block[first:], WINDOW)[: BLOCK - HOP + 1 : HOP]
        spectra = np.abs(np.fft.rfft(views * np.hanning(WINDOW), axis=1)).astype(np.float32)
        mel = np.log1p(GAIN * (spectra @ _mel_bands()))
        before = mel[:1] if self._last is None else self._last
        rising = np.maximum(0, np.diff(np.concatenate([before, mel]), axis=0))
        self._last = mel[-1:]
        loud = np.sqrt((views[:, WINDOW // 4 : -WINDOW // 4] ** 2).mean(1))
        low = _centres() < BASS
        self._quick.append(np.stack([rising.mean(1), rising[:, low].mean(1), loud], 1))
        slow = mel.reshape(SLOW, QUICK // SLOW, MELS).mean(1)
        self._timbre.append(np.asarray(slow @ _cosines(), np.float32))
        wide = sliding_window_view(block, SLOW_WINDOW)[: BLOCK - SLOW_HOP + 1 : SLOW_HOP]
        tones = np.abs(np.fft.rfft(wide * np.hanning(SLOW_WINDOW), axis=1)).astype(np.float32)
        self._chroma.append(np.asarray(np.log1p(tones @ _pitch_classes()), np.float32))

    def told(self, samples: int) -> Heard:
        """Return all that was heard."""
        none = np.zeros((0, 3), np.float32)
        quick = np.concatenate([none, *self._quick])[: -(-samples // HOP)]
        rows = -(-samples // SLOW_HOP)
        timbre = np.concatenate([np.zeros((0, CEPSTRA), np.float32), *self._timbre])[:rows]
        chroma = np.concatenate([np.zeros((0, PITCHES), np.float32), *self._chroma])[:rows]
        return Heard(
            onsets=np.ascontiguousarray(quick[:, 0], np.float32),
            bass=np.ascontiguousarray(quick[:, 1], np.float32),
            loudness=np.ascontiguousarray(quick[:, 2], np.float32),
            timbre=timbre,
            chroma=chroma,
            seconds=samples / HEARD_RATE,
        )


@cache
def _edges() -> Curve:
    """Return the corners of the mel bands in hertz (O'Shaughnessy's mel scale)."""
    top = 2595 * np.log10(1 + HEARD_RATE / 2 / 700)
    return np.asarray(700 * (10 ** (np.linspace(0, top, MELS + 2) / 2595) - 1), np.float32)


@cache
def _centres() -> Curve:
    return _edges()[1:-1]


@cache
def _mel_bands() -> Curve:
    """Return triangles over a quick spectrum: bins x MELS, each of sum 1."""
    edges = _edges()
    hertz = np.linspace(0, HEARD_RATE / 2, WINDOW // 2 + 1)[:, None]
    up = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    bands = np.maximum(0, np.minimum(up, down))
    return np.asarray(bands / np.maximum(bands.sum(0), 1e-6) / np.sqrt(WINDOW), np.float32)


@cache
def _cosines() -> Curve:
    """Return a cosine transform of mel bands, without the first row, which is loudness."""
    places = (np.arange(MELS) + 0.5) / MELS
    turns = np.arange(1, CEPSTRA + 1)
    return np.asarray(np.cos(np.pi * places[:, None] * turns) * np.sqrt(2 / MELS), np.float32)


@cache
def _pitch_classes() -> Curve:
    """Return which of the twelve notes each bin of a slow spectrum belongs to."""
    hertz = np.linspace(0, HEARD_RATE / 2, SLOW_WINDOW // 2 + 1)
    note = 12 * np.log2(np.maximum(hertz, 1) / 440) + 9
    apart = (note[:, None] - np.arange(PITCHES) + 6) % 12 - 6
    near = np.exp(-0.5 * (apart / 0.5) ** 2)
    heard = (hertz > LOWEST_NOTE) & (hertz < HIGHEST_NOTE)
    return np.asarray(near * heard[:, None] / np.sqrt(SLOW_WINDOW), np.float32)
