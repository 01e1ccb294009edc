"""From a tape of raw stereo to a finished MP3: even loudness, no clipping, soft ends."""

from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream

from kinora.engines.studio.notes import NOTES
from kinora.engines.studio.reel import RATE, Waves
from kinora.engines.studio.sound.score import CEILING, LOUDNESS, loudness

BLOCK = 1152
"""Samples of an MP3 frame."""

SPAN = 4 * RATE
"""Samples that are measured at once."""

BIT_RATE = 192_000
QUIET = -70.0
"""LUFS below which a span counts as silence."""

FADE_IN, FADE_OUT = 0.02, 0.6


class Tape:
    """A file of raw stereo that grows, so that long pieces take no memory."""

    def __init__(self, path: Path) -> None:
        """Begin an empty tape."""
        self._path = path
        self._file = path.open("wb")
        self.samples = 0

    def add(self, waves: Waves) -> None:
        """Write stereo at its end."""
        self._file.write(np.ascontiguousarray(waves, np.float32).tobytes())
        self.samples += len(waves)

    def close(self) -> None:
        """Write nothing more."""
        self._file.close()

    def read(self, start: int, count: int) -> Waves:
        """Return stereo from a sample on."""
        count = max(0, min(count, self.samples - start))
        flat = np.fromfile(self._path, np.float32, 2 * count, offset=8 * start)
        return flat.reshape(-1, 2)


def write_mp3(path: Path, pieces: Iterable[Waves], *, title: str) -> Generator[int, None, None]:
    """Write stereo as an MP3; yield how many samples there are after each piece.

    Closing it early, and any error, leaves no file.
    """
    count = 0
    try:
        with av.open(str(path), "w", format="mp3") as file:
            file.metadata.update(NOTES | {"title": title})
            stream = file.add_stream("libmp3lame", rate=RATE, layout="stereo")
            stream.bit_rate = BIT_RATE
            for piece in pieces:
                _encode(file, stream, piece, count)
                count += len(piece)
                yield count
            file.mux(stream.encode(None))
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def pressed(tape: Tape) -> Iterator[Waves]:
    """Yield what is on a tape at the usual loudness, with soft ends, piece by piece."""
    gain = _gain(tape)
    for start in range(0, tape.samples, SPAN):
        made = mastered(tape.read(start, SPAN), gain)
        yield np.asarray(made * _ends(start, len(made), tape.samples)[:, None], np.float32)


def mastered(waves: Waves, gain: float) -> Waves:
    """Return louder waves; a soft knee keeps peaks below the ceiling."""
    return np.asarray(np.tanh(waves * np.float32(gain / CEILING)) * CEILING, np.float32)


def _gain(tape: Tape) -> float:
    """Return the gain after whose knee a tape is as loud as it should be."""
    gain = 10 ** ((LOUDNESS - _measured(tape, 0.0)) / 20)
    for _ in range(2):
        gain *= 10 ** ((LOUDNESS - _measured(tape, gain)) / 20)
    return float(gain)


def _measured(tape: Tape, gain: float) -> float:
    """Return the loudness of a tape in LUFS, silent spans left out; 0 gains nothing."""
    powers, weights = [], []
    for start in range(0, tape.samples, SPAN):
        waves = tape.read(start, SPAN)
        level = loudness(mastered(waves, gain) if gain else waves)
        if level > QUIET:
            powers.append(10 ** (level / 10))
            weights.append(len(waves))
    return 10 * float(np.log10(np.average(powers, weights=weights))) if powers else LOUDNESS


def _ends(start: int, count: int, whole: int) -> Waves:
    t = np.arange(start, start + count) / RATE
    rise = np.clip(t / FADE_IN, 0, 1)
    return np.asarray(rise * np.clip((whole / RATE - t) / FADE_OUT, 0, 1), np.float32)


def _encode(
    file: av.container.OutputContainer, stream: AudioStream, waves: Waves, start: int
) -> None:
    planes = np.ascontiguousarray(waves.T)
    for at in range(0, planes.shape[1], BLOCK):
        block = np.ascontiguousarray(planes[:, at : at + BLOCK])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = RATE, start + at
        file.mux(stream.encode(frame))
