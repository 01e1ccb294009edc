"""The test card: grey stripes of the right size, as a film, a picture or a sound.

It is for tests of what is around an engine: it starts in a fraction of a second, needs no kernels,
takes every ask and gives a real, playable file. Its prompt commands are its own: `cannot` in a
prompt makes it refuse, `break` makes it break.
"""

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from kinora.domain.order import MakeMusic, SaySomething, texts_of
from kinora.ports.engine import CannotMake, EngineEvent, Output, Progress, Spec

STRIPES = 8
RATE = 44_100
PITCH = 440
SECONDS_OF_SOUND = 1.0


class TestCard:
    """Makes stripes whose brightness depends on the seed alone."""

    __test__ = False

    def setup(self) -> None:
        """There is nothing to prepare."""

    def run(self, spec: Spec) -> Generator[EngineEvent, None, None]:
        """Make what the spec asks; raise CannotMake, or ValueError, when its words say so."""
        words = " ".join(texts_of(spec.ask)).split()
        if "cannot" in words:
            raise CannotMake("the test card was asked to refuse")
        if "break" in words:
            raise ValueError("the test card was asked to break")
        if isinstance(spec.ask, MakeMusic | SaySomething):
            yield from _sound(spec)
        elif spec.shape.frames == 1:
            yield from _still(spec)
        else:
            yield from _film(spec)


def _card(spec: Spec, number: int) -> np.ndarray:
    """Return a picture (height, width, 3) of stripes that go one step on with each number."""
    columns = np.arange(spec.shape.width) * STRIPES // spec.shape.width
    row = ((columns + number + spec.seed) % STRIPES * (255 // STRIPES)).astype(np.uint8)
    shown = np.broadcast_to(row[None, :, None], (spec.shape.height, spec.shape.width, 3))
    return np.ascontiguousarray(shown)


def _still(spec: Spec) -> Iterator[EngineEvent]:
    path = spec.folder / "card.png"
    with av.open(str(path), "w", format="image2") as file:
        stream = _pictures(file.add_stream("png", rate=1), spec, "rgb24")
        frame = av.VideoFrame.from_ndarray(_card(spec, 0), format="rgb24")
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    yield Progress(done=1.0)
    yield _output(spec, path, "image", "image/png", seconds=0.0)


def _film(spec: Spec) -> Iterator[EngineEvent]:
    path, shape = spec.folder / "card.mp4", spec.shape
    loud = getattr(spec.ask, "sound", None) is not None
    try:
        with av.open(str(path), "w", options={"movflags": "faststart"}) as file:
            stream = _pictures(file.add_stream("libx264", rate=shape.fps), spec, "yuv420p")
            stream.options = {"preset": "ultrafast", "tune": "stillimage"}
            sound = _sounds(file.add_stream("aac", rate=RATE)) if loud else None
            for number in range(shape.frames):
                frame = av.VideoFrame.from_ndarray(_card(spec, number), format="rgb24")
                file.mux(stream.encode(frame))
                yield Progress(done=(number + 1) / shape.frames)
            file.mux(stream.encode(None))
            if sound is not None:
                _play(file, sound, shape.frames / shape.fps)
    except GeneratorExit:
        path.unlink(missing_ok=True)
        raise
    seconds = shape.frames / shape.fps
    yield _output(spec, path, "video", "video/mp4", seconds=seconds, has_audio=loud)


def _sound(spec: Spec) -> Iterator[EngineEvent]:
    path = spec.folder / "card.mp3"
    with av.open(str(path), "w", format="mp3") as file:
        _play(file, _sounds(file.add_stream("mp3", rate=RATE)), SECONDS_OF_SOUND)
    yield Progress(done=1.0)
    made = _output(spec, path, "audio", "audio/mpeg", seconds=SECONDS_OF_SOUND, has_audio=True)
    yield replace(made, width=0, height=0, frames=0)


def _play(file: OutputContainer, stream: AudioStream, seconds: float) -> None:
    """Write a quiet tone."""
    tone = 0.1 * np.sin(2 * np.pi * PITCH * np.arange(int(RATE * seconds)) / RATE)
    both = np.ascontiguousarray(np.stack([tone, tone]), np.float32)
    frame = av.AudioFrame.from_ndarray(both, format="fltp", layout="stereo")
    frame.sample_rate = RATE
    file.mux(stream.encode(frame))
    file.mux(stream.encode(None))


def _sounds(stream: object) -> AudioStream:
    assert isinstance(stream, AudioStream)  # noqa: S101 - the codec is one of sounds
    return stream


def _pictures(stream: object, spec: Spec, pixels: str) -> VideoStream:
    assert isinstance(stream, VideoStream)  # noqa: S101 - the codec is one of pictures
    stream.width, stream.height, stream.pix_fmt = spec.shape.width, spec.shape.height, pixels
    return stream


def _output(
    spec: Spec, path: Path, kind: str, mime: str, *, seconds: float, has_audio: bool = False
) -> Output:
    return Output(
        path=path,
        kind=kind,
        mime=mime,
        width=spec.shape.width,
        height=spec.shape.height,
        frames=spec.shape.frames,
        seconds=seconds,
        has_audio=has_audio,
    )
