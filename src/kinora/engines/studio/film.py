"""Writes films: H.264 and AAC in MP4, streamed frame by frame."""

import platform
import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from kinora.engines.studio.notes import NOTES
from kinora.engines.studio.reel import RATE, Picture, Waves
from kinora.ports.engine import Shape

CRF = "19"
FAST_START = {"movflags": "+faststart"}
AHEAD = 4
"""Frames that may wait for the encoder, so that memory stays flat."""

LARGE = 1920 * 1088
"""Pixels a frame above which the encoder must hold less, or 4K would take a gigabyte."""

LEAN = "rc-lookahead=1:sync-lookahead=0:sliced-threads=1:threads=2:bframes=0:ref=1:weightp=0"
LARGE_AHEAD = 1
WIDE = 1280 * 736
SLIM = "rc-lookahead=2:sync-lookahead=0:threads=2:bframes=1"
"""For 1080p, whose frames are 3 MB each inside the encoder."""


BLOCK = 1024

BT709 = 1
"""The number of BT.709 in H.264's tables of primaries, transfer curves and matrices."""


class FilmWriter:
    """Encodes in a thread of its own, while the next frame is made (PyAV lets go of the GIL)."""

    def __init__(self, path: Path, *, shape: Shape, has_sound: bool) -> None:
        """Open a film for writing."""
        self._path = path
        self._size = (shape.height, shape.width, 3)
        self._file = av.open(str(path), "w", options=FAST_START)
        self._file.metadata.update(NOTES)
        self._video = _video_stream(self._file, shape)
        self._audio = _audio_stream(self._file) if has_sound else None
        self._large = shape.width * shape.height > WIDE
        ahead = LARGE_AHEAD if self._large else AHEAD
        self._frames: queue.Queue[Picture | av.VideoFrame | None] = queue.Queue(ahead)
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._encode, daemon=True, name="encoder")
        self._thread.start()

    def add(self, picture: Picture) -> None:
        """Take the next frame; raises what went wrong in the encoder, if anything did."""
        if self._fault is not None:
            raise self._fault
        if picture.shape != self._size:
            raise ValueError(f"a frame of {picture.shape} in a film of {self._size}")
        # A large frame waits in the encoder's own form, which is half as big.
        self._frames.put(_converted(picture) if self._large else picture)

    def finish(self, sound: Waves | None) -> None:
        """Write what is left, and the sound, and close the file."""
        self._frames.put(None)
        self._thread.join()
        if self._fault is not None:
            raise self._fault
        for packet in self._video.encode(None):
            self._file.mux(packet)
        if self._audio is not None and sound is not None:
            _write_sound(self._file, self._audio, sound)
        self._file.close()

    def abandon(self) -> None:
        """Stop at once and leave no file."""
        self._fault = self._fault or RuntimeError("abandoned")
        with suppress(queue.Empty):
            while True:
                self._frames.get_nowait()
        self._frames.put(None)
        self._thread.join()
        # A full disk cannot take the end of the file either, and the file goes anyway.
        with suppress(av.FFmpegError):
            self._file.close()
        self._path.unlink(missing_ok=True)

    def _encode(self) -> None:
        while (picture := self._frames.get()) is not None:
            if self._fault is not None:
                continue
            try:
                self._encode_one(picture)
            except Exception as error:  # noqa: BLE001 - carried over to the thread that adds
                self._fault = error

    def _encode_one(self, picture: Picture | av.VideoFrame) -> None:
        frame = picture if isinstance(picture, av.VideoFrame) else _converted(picture)
        for packet in self._video.encode(frame):
            self._file.mux(packet)


def write_film(
    path: Path, frames: Iterator[Picture], *, shape: Shape, sound: Waves | None
) -> Generator[int, None, None]:
    """Write a film and yield the number of each frame that was taken.

    Closing the iterator early stops the encoder and leaves no file, and so does any error:
    ValueError when the frames are not as many, or not as large, as the shape says.
    """
    writer = FilmWriter(path, shape=shape, has_sound=sound is not None)
    try:
        for number, picture in zip(range(shape.frames), frames, strict=True):
            writer.add(picture)
            yield number
        writer.finish(sound)
    except BaseException:
        writer.abandon()
        raise


def carry_picture(source: Path, path: Path, *, sound: Waves) -> bool:
    """Write a film's own picture, untouched, with a new sound.

    Returns False, and leaves no file, when the picture cannot be carried over as it is: another
    codec than H.264 in 4:2:0, another container than MP4's kind, or a film that stands on its side.
    """
    with av.open(str(source)) as given, av.open(str(path), "w", options=FAST_START) as made:
        own = given.streams.video[0]
        context = own.codec_context
        upright = own.codec_context.name == "h264" and context.pix_fmt == "yuv420p"
        if upright and given.format.name.startswith("mov") and not _turned(source):
            made.metadata.update(NOTES)
            video = made.add_stream_from_template(own)
            audio = _audio_stream(made)
            _copy(given, own, made, video)
            _write_sound(made, audio, sound)
            return True
    path.unlink(missing_ok=True)
    return False


def _copy(
    given: av.container.InputContainer,
    own: VideoStream,
    made: av.container.OutputContainer,
    video: VideoStream,
) -> None:
    begin = own.start_time or 0
    for packet in given.demux(own):
        if packet.dts is not None:
            packet.pts, packet.dts = (packet.pts or 0) - begin, packet.dts - begin
            packet.stream = video
            made.mux(packet)


def _turned(source: Path) -> bool:
    """Tell whether a film is to be turned by its player."""
    with av.open(str(source), metadata_errors="ignore") as film:
        first = next(film.decode(video=0), None)
    return first is not None and bool(first.rotation)


def _converted(picture: Picture) -> av.VideoFrame:
    rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    # Without a word swscale takes BT.601, and players show HD films as BT.709.
    return rgb.reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
    )


def _video_stream(file: av.container.OutputContainer, shape: Shape) -> VideoStream:
    # The AVX-512 code of x264 in the wheel gives other bytes on other runs; AVX2's does not.
    options = {"preset": "veryfast", "crf": CRF, "g": str(2 * shape.fps)}
    area = shape.width * shape.height
    params = [LEAN] if area > LARGE else [SLIM] if area > WIDE else []
    params += ["asm=avx2"] if _has_avx512() else []
    if params:
        options["x264-params"] = ":".join(params)
    stream = file.add_stream("libx264", rate=shape.fps, options=options)
    stream.width, stream.height = shape.width, shape.height
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = Fraction(1, shape.fps)
    context.color_primaries = context.color_trc = context.colorspace = BT709
    context.color_range = ColorRange.MPEG
    return stream


def _audio_stream(file: av.container.OutputContainer) -> AudioStream:
    stream = file.add_stream("aac", rate=RATE, layout="stereo")
    stream.bit_rate = 160_000
    return stream


def _write_sound(file: av.container.OutputContainer, stream: AudioStream, sound: Waves) -> None:
    planes = np.ascontiguousarray(sound.T, dtype=np.float32)
    for start in range(0, planes.shape[1], BLOCK):
        block = np.ascontiguousarray(planes[:, start : start + BLOCK])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = RATE, start
        for packet in stream.encode(frame):
            file.mux(packet)
    for packet in stream.encode(None):
        file.mux(packet)


@cache
def _has_avx512() -> bool:
    if platform.system() != "Linux":
        return False
    with suppress(OSError):
        return " avx512" in Path("/proc/cpuinfo").read_text()
    return False
