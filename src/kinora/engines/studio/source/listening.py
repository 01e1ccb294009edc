"""Reads sounds: files that have one, with or without a picture."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer

from kinora.engines.studio.reel import RATE, Waves
from kinora.ports.engine import CannotMake

QUIET = 1e-4


def blocks(file: InputContainer) -> Iterator[tuple[float, Waves]]:
    """Yield the sound in blocks (samples x 2) with the second at which each begins."""
    stream = file.streams.audio[0]
    to_stereo = _ToStereo()
    at: float | None = None
    for packet in file.demux(stream):
        decoded = []
        with suppress(av.InvalidDataError):
            decoded = packet.decode()
        for frame in decoded:
            at = (frame.time or 0.0) if at is None else at
            for block in to_stereo(frame):
                yield at, block
                at += len(block) / RATE
    for block in to_stereo.rest():
        yield at or 0.0, block


class _ToStereo:
    """Resamples frames, also of a sound whose rate, layout or format changes on the way."""

    def __init__(self) -> None:
        self._setup: tuple[str, str, int] | None = None
        self._resampler = _resampler()

    def __call__(self, frame: av.AudioFrame) -> list[Waves]:
        """Return what a frame gives, and what was still to come of another kind before it."""
        setup = frame.format.name, frame.layout.name, frame.sample_rate
        before = [] if self._setup in (None, setup) else self.rest()
        self._setup = setup
        return [*before, *(_samples(made) for made in self._resampler.resample(frame))]

    def rest(self) -> list[Waves]:
        """Return what is still to come, and begin anew."""
        left = [_samples(made) for made in self._resampler.resample(None)]
        self._resampler, self._setup = _resampler(), None
        return left


def _resampler() -> av.AudioResampler:
    return av.AudioResampler(format="flt", layout="stereo", rate=RATE)


def heard(path: Path, *, seconds: float) -> Waves:
    """Return a sound's first `seconds`, or all of it; raise CannotMake when nothing is heard."""
    found = list(streamed(path, seconds=seconds))
    waves = np.concatenate(found) if found else np.zeros((0, 2), np.float32)
    if float(np.abs(waves).max(initial=0)) < QUIET:
        raise CannotMake("the audio is silent")
    return waves


def streamed(path: Path, *, seconds: float) -> Iterator[Waves]:
    """Yield a sound's first `seconds` in blocks; raise CannotMake when it cannot be read."""
    try:
        with av.open(str(path), metadata_errors="ignore") as file:
            if not file.streams.audio:
                raise CannotMake("an input has no sound")
            yield from _first(blocks(file), round(seconds * RATE))
    except av.FFmpegError as error:
        raise CannotMake(f"an input sound cannot be read: {error}") from None


def _first(given: Iterator[tuple[float, Waves]], samples: int) -> Iterator[Waves]:
    left = samples
    for _, block in given:
        yield block[:left]
        left -= len(block)
        if left <= 0:
            return


def _samples(frame: av.AudioFrame) -> Waves:
    return np.asarray(frame.to_ndarray().reshape(-1, 2), np.float32)
