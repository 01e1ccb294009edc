"""Opens a stranger's film or sound and counts and tries what is in it.

Runs inside a grandchild of the gate only. Nothing that a file says about itself is believed when
it can be counted: packets are read one by one, and pictures at the start, middle and end decoded.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import islice, pairwise
from os import SEEK_CUR
from pathlib import Path
from typing import BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

MOV = "mov,mp4,m4a,3gp,3g2,mj2"
MATROSKA = "matroska,webm"
FORMATS = {
    MOV: ("video/mp4", "audio/mp4"),
    MATROSKA: ("video/webm", "audio/webm"),
    "mp3": ("", "audio/mpeg"),
    "wav": ("", "audio/wav"),
    "aac": ("", "audio/aac"),
}
"""What PyAV calls a container, and its media type as a film and as a sound."""

OPENING = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "file"}
"""Without this list a playlist among the uploads makes FFmpeg open the files that it names."""

MOST_PACKETS = 400_000
TAIL = 120
"""How many pictures are decoded from the last key picture on."""

UNEVEN = 0.1
ROUNDING = 0.002
"""Gaps between pictures differ by a part of the mean gap, and by Matroska's rounded milliseconds,
before a film's pace counts as variable."""

EBML = 0x1A45DFA3
SEGMENT = 0x18538067
"""The two elements that a Matroska file is made of: RFC 8794 and RFC 9559."""


class Reason(StrEnum):
    """Why a film or sound is refused."""

    NOT_MEDIA = "not_media"
    TYPE = "type"
    BROKEN = "broken"
    EMPTY = "empty"
    TOO_MANY = "too_many"
    TOO_HEAVY = "too_heavy"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    TOO_FAST = "too_fast"
    MEMORY = "memory"


class Unfit(Exception):
    """The file is refused: a reason for programs and a sentence for the caller."""

    def __init__(self, reason: Reason, text: str) -> None:
        """Keep both."""
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What reading all of a track's packets showed; `keys` are the times of its key pictures."""

    packets: int
    seconds: float
    fps: float
    variable: bool
    keys: tuple[int, ...]


@contextmanager
def opened(source: Path) -> Iterator[InputContainer]:
    """Open a file by its bytes; whatever the decoders raise becomes Unfit."""
    inside = False
    try:
        with av.open(str(source), metadata_errors="ignore", options=OPENING) as file:
            inside = True
            yield file
    except MemoryError:
        text = "the file needs too much memory to decode"
        raise Unfit(Reason.MEMORY, text) from None
    except av.error.ArgumentError as error:
        raise (_broken(error) if inside else unsupported()) from None
    except (av.error.FFmpegError, ValueError, OverflowError) as error:
        raise (_broken(error) if inside else _unread(error)) from None


def unsupported() -> Unfit:
    """Return the refusal of a file that is something else, such as a playlist or a picture."""
    text = "the file is not MP4, MOV, WebM or Matroska video, or MP3, WAV, M4A or AAC audio"
    return Unfit(Reason.TYPE, text)


def _unread(error: Exception) -> Unfit:
    text = f"the file cannot be read as video or audio ({_told(error)})"
    return Unfit(Reason.NOT_MEDIA, text)


def _broken(error: Exception) -> Unfit:
    return Unfit(Reason.BROKEN, f"the file is broken ({_told(error)})")


def _told(error: Exception) -> str:
    return type(error).__name__.removesuffix("Error") or "unknown"


def counted(file: InputContainer, stream: VideoStream | AudioStream) -> Count:
    """Read a track to its end; raise Unfit when it has too many parts or breaks off."""
    _back(file, stream, None)
    base = float(stream.time_base or Fraction(1, 1000))
    starts: list[int] = []
    keys: list[int] = []
    packets, end = 0, 0
    for packet in file.demux(stream):
        if packet.size == 0:
            continue
        packets += 1
        if packets > MOST_PACKETS:
            raise Unfit(Reason.TOO_MANY, "the file has too many parts")
        at = packet.pts if packet.pts is not None else packet.dts
        if at is None:
            continue
        starts.append(at)
        end = max(end, at + (packet.duration or 0))
        if packet.is_keyframe:
            keys.append(at)
    starts.sort()
    seconds = (end - starts[0]) * base if starts else 0.0
    rate = getattr(stream, "average_rate", None)
    if packets and seconds <= 0 and rate:
        seconds = float(packets / rate)
    fps, variable = _pace([start * base for start in starts], float(rate or 0))
    return Count(
        packets=packets,
        seconds=max(seconds, 0.0),
        fps=fps,
        variable=variable,
        keys=tuple(sorted(keys)),
    )


def check_whole(file: InputContainer) -> None:
    """Raise Unfit when a file says that it goes on after its last byte."""
    if _end(file) > file.size:
        raise Unfit(Reason.BROKEN, "the file ends before its last part: was it cut off?")


def _end(file: InputContainer) -> int:
    """Return where a file says that it ends: an MP4 by its tables, a Matroska by its frame."""
    if file.format.name == MATROSKA:
        with Path(file.name).open("rb") as body:
            return _segment_end(body)
    if file.format.name != MOV:
        return 0
    tables = [stream.index_entries for stream in (*file.streams.video, *file.streams.audio)]
    # The table of a bomb is larger than any file that could fill it.
    if sum(map(len, tables)) > MOST_PACKETS:
        raise Unfit(Reason.TOO_MANY, "the file has too many parts")
    return max((part.pos + part.size for table in tables for part in table), default=0)


def _segment_end(body: BinaryIO) -> int:
    """Return where a Matroska file's one segment says that it ends; 0 when it does not say."""
    name, size = _element(body)
    if name != EBML or size is None:
        return 0
    body.seek(size, SEEK_CUR)
    name, size = _element(body)
    return body.tell() + size if name == SEGMENT and size is not None else 0


def _element(body: BinaryIO) -> tuple[int, int | None]:
    """Read an element's name and size; the size is None when it is left open, as in streams."""
    name = int.from_bytes(body.read(4))
    first = (body.read(1) or b"\0")[0]
    more = 8 - first.bit_length()
    size = int.from_bytes(bytes([first]) + body.read(more))
    open_ended = (1 << 7 * (more + 1)) - 1
    size &= open_ended
    return name, None if size == open_ended or not first else size


def _pace(starts: list[float], stated: float) -> tuple[float, bool]:
    """Return pictures a second on average, and whether their distances vary."""
    length = starts[-1] - starts[0] if starts else 0.0
    if length <= 0:
        return stated, False
    fps = (len(starts) - 1) / length
    gaps = [after - before for before, after in pairwise(starts)]
    return fps, max(gaps) - min(gaps) > max(ROUNDING, UNEVEN / fps)


def tried(file: InputContainer, stream: VideoStream, count: Count) -> list[av.VideoFrame]:
    """Decode at the start, the middle and to the end; return the first picture of each."""
    keys = count.keys
    places = sorted({keys[0], keys[len(keys) // 2], keys[-1]}) if keys else [None]
    found: list[av.VideoFrame] = []
    for place in places:
        most = TAIL if place == places[-1] else 1
        if not _back(file, stream, place) and found:
            continue
        frames = islice(file.decode(stream), most)
        first = next(frames, None)
        if first is None:
            raise Unfit(Reason.BROKEN, "the video's pictures cannot be decoded")
        found.append(first)
        for _ in frames:
            pass
    return found


def _back(file: InputContainer, stream: VideoStream | AudioStream, at: int | None) -> bool:
    """Go to a time of the track, in its own units, or to the very start; tell whether it went."""
    with suppress(av.error.FFmpegError):
        if at is None:
            file.seek(0, backward=True)
        else:
            file.seek(at, stream=stream, backward=True)
        return True
    return False
