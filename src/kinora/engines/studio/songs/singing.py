"""Who is in a given picture sings: lips that move with the song's voice, while lines are sung."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from kinora.engines.studio.lips.hearing import mouths_of_sound
from kinora.engines.studio.lips.mouths import OPEN, SPEAKING, Mouths
from kinora.engines.studio.lips.speaking import lip_synced
from kinora.engines.studio.lips.tracking import find_talker
from kinora.engines.studio.reel import RATE, Picture, Waves
from kinora.engines.studio.songs.cutting import Shot
from kinora.engines.studio.songs.lyrics import Caption
from kinora.engines.studio.songs.sections import Section
from kinora.engines.studio.source.listening import streamed
from kinora.ports.engine import CannotMake, Shape

LENGTH = 2048
LOWEST, HIGHEST = 160.0, 5000.0
"""Hertz between which a voice is told."""

ACROSS = 17
"""Steps or bins over which a median tells tones from drums (Fitzgerald, 2010)."""

SOFT = 1.5
"""Frames over which a mouth closes at the end of a line."""

Read = Callable[[], Iterator[Picture]]
Spectrum = NDArray[np.complex64]


class Singer:
    """Makes the faces of given pictures sing; shots are asked for in the order of the film."""

    def __init__(
        self,
        song: Path,
        sections: Sequence[Section],
        captions: Sequence[Caption],
        *,
        shape: Shape,
        seed: int,
    ) -> None:
        """Take a song, and when it is sung: its lines, or else its parts with a voice."""
        voiced = [each for each in sections if each.voiced]
        self._sung = [(each.begin, each.end) for each in captions or voiced]
        self._tape = _Tape(song, shape.seconds)
        self._shape = shape
        self._seed = seed
        self._faceless: set[tuple[int | None, bool]] = set()

    def sings(self, shot: Shot, read: Read, *, count: int) -> Iterator[Picture]:
        """Return a shot of `count` frames in which its face sings; as it is when it has no face."""
        fps = self._shape.fps
        begin = shot.begin / fps
        waves = self._tape.part(begin, begin + count / fps)
        if (shot.picture, shot.close) in self._faceless:
            return read()
        try:
            talker = find_talker(read(), fps=fps)
        except CannotMake:
            self._faceless.add((shot.picture, shot.close))
            return read()
        mouths = mouths_of_sound(voice(waves), fps=fps, count=count)
        times = begin + np.arange(count) / fps
        open_to = np.zeros(count, np.float32)
        for start, end in self._sung:
            open_to[(times >= start) & (times < end)] = 1
        share = ndimage.gaussian_filter1d(open_to, SOFT)
        values = mouths.values.copy()
        values[:, OPEN] *= share
        values[:, SPEAKING] *= share
        return lip_synced(read(), talker=talker, mouths=Mouths(values, fps), seed=self._seed)


def voice(waves: Waves) -> Waves:
    """Return what may be a voice: the tones in the middle of a sound, without its drums."""
    if len(waves) < LENGTH:
        return waves
    left, right = waves.T
    middle, sides = _spectrum((left + right) / 2), _spectrum((left - right) / 2)
    loud = np.abs(middle)
    tones = ndimage.median_filter(loud, (1, ACROSS)) ** 2
    drums = ndimage.median_filter(loud, (ACROSS, 1)) ** 2
    central = np.clip(1 - np.abs(sides) / np.maximum(loud, 1e-6), 0, 1)
    hertz = np.linspace(0, RATE / 2, len(loud))[:, None]
    heard = (hertz > LOWEST) & (hertz < HIGHEST)
    kept = middle * (tones / np.maximum(tones + drums, 1e-9)) * central * heard
    mono = signal.istft(kept, RATE, nperseg=LENGTH)[1][: len(waves)]
    return np.asarray(np.stack([mono, mono], 1), np.float32)


def _spectrum(mono: NDArray[Any]) -> Spectrum:
    return np.asarray(signal.stft(mono, RATE, nperseg=LENGTH)[2], np.complex64)


class _Tape:
    """Plays a song once from its begin, and holds only what is asked for."""

    def __init__(self, song: Path, seconds: float) -> None:
        self._blocks = chain(streamed(song, seconds=seconds), _silence())
        self._held = np.zeros((0, 2), np.float32)
        self._at = 0

    def part(self, begin: float, end: float) -> Waves:
        """Return the song from one second to another; later parts begin no sooner."""
        first, last = round(begin * RATE), round(end * RATE)
        while self._at + len(self._held) < last:
            self._held = np.concatenate([self._held, next(self._blocks)])
            gone = min(max(0, first - self._at), len(self._held))
            self._held, self._at = self._held[gone:], self._at + gone
        start = max(0, first - self._at)
        return self._held[start : start + last - first]


def _silence() -> Iterator[Waves]:
    while True:
        yield np.zeros((RATE, 2), np.float32)
