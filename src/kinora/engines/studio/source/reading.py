"""Reads films: upright RGB frames at a constant rate, and sound, streamed and never held whole.

Times come from the container's stamps, so films of variable rate (phones) run at their true speed.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
from av.buffer import Buffer
from av.container import InputContainer
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from kinora.engines.studio.picture.load import cover
from kinora.engines.studio.reel import RATE, Picture, Waves
from kinora.engines.studio.source.listening import QUIET, blocks
from kinora.ports.engine import CannotMake

HD = 720
"""Lines from which a film that names no colour matrix is taken to be BT.709, as players do."""

MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
"""Swscale's matrix for each of H.273's numbers; others are unspecified."""

MIDDLE = (0.5, 0.5)
TAIL = 2.0
"""Seconds that one seeks back beyond what the last frames need."""

THREADS = 2

Display = tuple[int, int, int, int]
Stamped = tuple[float, VideoFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFacts:
    """What a film is, as one sees it: upright and with square pixels."""

    width: int
    height: int
    fps: float
    frames: int
    seconds: float
    has_audio: bool


def facts(path: Path) -> FilmFacts:
    """Return what a film is; raise CannotMake when it cannot be read."""
    with _opened(path) as (file, stream):
        first = next(_stamped(file, stream), None)
        if first is None:
            raise CannotMake("an input film has no frames that can be read")
        width, height = _seen_size(first[1], stream, _display(first[1]))
        fps = float(stream.average_rate or stream.guessed_rate or 24)
        seconds = _length(file, stream) or stream.frames / fps or 1 / fps
        return FilmFacts(
            width=width,
            height=height,
            fps=fps,
            frames=stream.frames or max(1, round(seconds * fps)),
            seconds=seconds,
            has_audio=bool(file.streams.audio),
        )


def frames(
    path: Path, *, size: tuple[int, int] | None, fps: int, count: int | None, start: int = 0
) -> Iterator[Picture]:
    """Yield a film's frames at a constant rate; a film that is too short holds its last frame.

    `size` is width and height: frames are cut to its proportions and scaled to it. Without
    `count` the frames are as many as the film is long. The first `start` frames are left out.
    """
    with _opened(path) as (file, stream):
        paced = islice(_paced(_stamped(file, stream), fps), start, None)
        told = _pictures(paced, stream, size)
        last, given = None, 0
        for last in islice(told, count):
            yield last
            given += 1
        if last is None:
            raise CannotMake("an input film has no frames that can be read")
        for _ in range(given, count or 0):
            yield last.copy()


def key_frames(path: Path, places: Iterable[float]) -> Iterator[tuple[float, Picture]]:
    """Yield, for each place from 0 to 1, the key frame that is shown or over by then.

    With it comes its time in seconds. A place that cannot be sought gives nothing.
    """
    with _opened(path) as (file, stream):
        stream.codec_context.skip_frame = "NONKEY"
        length = _length(file, stream)
        for place in places:
            found = _key_frame(file, stream, place * length)
            if found is not None:
                at, frame = found
                yield at, _picture(frame, stream, _display(frame), None)


def _key_frame(file: InputContainer, stream: VideoStream, seconds: float) -> Stamped | None:
    """Return the next key frame from where a film can be entered for a time."""
    base = stream.time_base or Fraction(1, 1000)
    place = (stream.start_time or 0) + round(seconds / base)
    with suppress(av.FFmpegError):
        file.seek(place, stream=stream, backward=True)
        return next(_stamped(file, stream), None)
    return None


def last_frames(path: Path, n: int, *, size: tuple[int, int] | None = None) -> list[Picture]:
    """Return up to `n` frames from the end of a film, in their order and at their own rate."""
    with _opened(path) as (file, stream):
        rate = float(stream.average_rate or 24)
        start = _length(file, stream) - n / rate - TAIL
        if start > 0 and stream.time_base:
            with suppress(av.FFmpegError):
                file.seek(int(start / stream.time_base), stream=stream)
        kept = deque((frame for _, frame in _stamped(file, stream)), maxlen=n)
        return list(_pictures(kept, stream, size))


def sound(path: Path, *, seconds: float) -> Waves | None:
    """Return the first `seconds` of a film's sound, padded with silence; None without sound."""
    wanted = round(seconds * RATE)
    waves = np.zeros((wanted, 2), np.float32)
    with _opened(path) as (file, stream):
        if not file.streams.audio:
            return None
        begins = float((stream.start_time or 0) * (stream.time_base or 0))
        for at, block in blocks(file):
            start = round((at - begins) * RATE)
            if start >= wanted:
                break
            kept = block[max(0, -start) : wanted - start]
            waves[max(0, start) : max(0, start) + len(kept)] = kept
    return waves if float(np.abs(waves).max(initial=0)) > QUIET else None


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a film; whatever is wrong with its bytes becomes CannotMake."""
    try:
        with av.open(str(path), metadata_errors="ignore") as file:
            if not file.streams.video:
                raise CannotMake("an input film has no picture")
            stream = file.streams.video[0]
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = THREADS
            yield file, stream
    except av.FFmpegError as error:
        raise CannotMake(f"an input film cannot be read: {error}") from None


def _stamped(file: InputContainer, stream: VideoStream) -> Iterator[Stamped]:
    """Yield each frame with its time in seconds; broken packets are passed over."""
    step = 1 / float(stream.average_rate or 24)
    at = -step
    for packet in file.demux(stream):
        decoded: list[VideoFrame] = []
        with suppress(av.InvalidDataError):
            decoded = packet.decode()
        for frame in decoded:
            at = at + step if frame.pts is None else float(frame.pts * (frame.time_base or 0))
            yield at, frame


def _paced(stamped: Iterator[Stamped], fps: int) -> Iterator[VideoFrame]:
    """Yield, for the middle of each slot of 1 / fps, the frame that is shown then."""
    first = next(stamped, None)
    if first is None:
        return
    begin, shown = first
    began, slot, stays = begin, 0, 1 / fps
    for at, frame in stamped:
        while begin + (slot + 0.5) / fps < at:
            yield shown
            slot += 1
        stays = at - began if at > began else stays
        began, shown = max(at, began), frame
    while begin + (slot + 0.5) / fps < began + stays or slot == 0:
        yield shown
        slot += 1


def _pictures(
    frames: Iterable[VideoFrame], stream: VideoStream, size: tuple[int, int] | None
) -> Iterator[Picture]:
    # Once for all frames: a frame whose side data was looked at lives until the next collection.
    display: Display | None = None
    for frame in frames:
        display = display or _display(frame)
        yield _picture(frame, stream, display, size)


def _picture(
    frame: VideoFrame, stream: VideoStream, display: Display, size: tuple[int, int] | None
) -> Picture:
    matrix = MATRICES.get(int(frame.colorspace))
    if matrix is None:
        matrix = Colorspace.ITU709 if min(frame.width, frame.height) >= HD else Colorspace.ITU601
    full = frame.format.name.startswith("yuvj") or int(frame.color_range) == ColorRange.JPEG
    rgb = frame.reformat(
        format="rgb24",
        src_colorspace=matrix,
        src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        threads=1,
    )
    upright = _turned(np.asarray(rgb.to_ndarray(), np.uint8), display)
    seen = _seen_size(frame, stream, display)
    if seen != (upright.shape[1], upright.shape[0]):
        upright = np.asarray(cv2.resize(upright, seen, interpolation=cv2.INTER_AREA), np.uint8)
    if size is None or size == seen:
        return np.ascontiguousarray(upright)
    return cover(upright, *size, focus=MIDDLE)


def _turned(picture: Picture, display: Display) -> Picture:
    """Return a picture as its display matrix has it: turned by quarters, mirrored, or as it is."""
    a, b, c, d = display
    if abs(a) + abs(d) < abs(b) + abs(c):
        picture, a, d = np.swapaxes(picture, 0, 1), c, b
    return picture[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]


def _display(frame: VideoFrame) -> Display:
    """Return a, b, c, d of a display matrix, by which x, y goes to ax + cy, bx + dy."""
    beside = cast(Mapping[Type, Buffer], frame.side_data)
    said = beside.get(Type.DISPLAYMATRIX)
    if said is None:
        return 1, 0, 0, 1
    matrix = np.frombuffer(bytes(said), np.int32)
    return int(matrix[0]), int(matrix[1]), int(matrix[3]), int(matrix[4])


def _seen_size(frame: VideoFrame, stream: VideoStream, display: Display) -> tuple[int, int]:
    """Return the upright width and height in square pixels."""
    aspect = float(stream.sample_aspect_ratio or 1)
    width, height = round(frame.width * (aspect if 0.2 < aspect < 5 else 1.0)), frame.height
    a, b, c, d = display
    return (height, width) if abs(a) + abs(d) < abs(b) + abs(c) else (width, height)


def _length(file: InputContainer, stream: VideoStream) -> float:
    """Return a film's seconds, 0 when it does not say."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (file.duration or 0) / av.time_base
