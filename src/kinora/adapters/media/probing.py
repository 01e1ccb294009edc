"""What judging a film or a sound is after, and all of it that needs no decoder.

Facts, limits and refusals, and readings of bytes and times; `films` does the rest.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from os import SEEK_CUR
from typing import BinaryIO

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that is let in: lengths in seconds, sides in pixels."""

    size: int = 100 * 1024 * 1024
    video_seconds: float = 60.0
    audio_seconds: float = 360.0
    widest: int = 1920
    narrowest: int = 16
    fps: int = 240


ANY_OPERATION = Limits()
"""The widest limits of the PixVerse pages; each operation has narrower ones of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFacts:
    """What a film or sound is. Sizes are upright; sounds have no size, frames or pictures.

    `rotation` is how far the stored pictures are turned anticlockwise to stand upright, in
    degrees. `bits` is per colour of a film and per sample of a sound.
    """

    kind: str
    container: str
    mime: str
    size: int
    seconds: float
    video_codec: str = ""
    pix_fmt: str = ""
    bits: int = 0
    width: int = 0
    height: int = 0
    rotation: int = 0
    frames: int = 0
    fps: float = 0.0
    variable: bool = False
    has_audio: bool = False
    audio_codec: str = ""
    sample_rate: int = 0
    channels: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a file is not let in: a reason for programs, a sentence for the caller."""

    reason: Reason
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPicture:
    """A film's first picture as it is stored: RGB rows of `stride` bytes, not yet turned."""

    width: int
    height: int
    stride: int
    rows: bytes
    rotation: int


def unsupported() -> Unfit:
    """Return the refusal of a file that is something else, such as a playlist or a picture."""
    text = "the file is not MP4, MOV, WebM or Matroska video, or MP3, WAV, M4A or AAC audio"
    return Unfit(Reason.TYPE, text)


def check_sides(width: int, height: int, limits: Limits) -> None:
    """Raise Unfit when a film's pictures are too large or too small."""
    if max(width, height) > limits.widest:
        text = f"the video is {width}x{height}, at most {limits.widest} px a side"
        raise Unfit(Reason.TOO_LARGE, text)
    if min(width, height) < limits.narrowest:
        text = f"the video is {width}x{height}, at least {limits.narrowest} px a side"
        raise Unfit(Reason.TOO_SMALL, text)


def check_count(count: Count, limits: Limits) -> None:
    """Raise Unfit when a film is empty, too long or too fast."""
    if not count.packets:
        raise Unfit(Reason.EMPTY, "the video track has no pictures")
    if count.seconds > limits.video_seconds:
        text = f"the video is {count.seconds:.1f} s long, at most {limits.video_seconds:.0f} s"
        raise Unfit(Reason.TOO_LONG, text)
    if count.packets > limits.fps * max(1.0, count.seconds):
        raise Unfit(Reason.TOO_FAST, f"the video has more than {limits.fps} frames a second")


def pace(starts: list[float], stated: float) -> tuple[float, bool]:
    """Return pictures a second on average, and whether their distances vary."""
    length = starts[-1] - starts[0] if starts else 0.0
    if length <= 0:
        return stated, False
    fps = (len(starts) - 1) / length
    gaps = [after - before for before, after in pairwise(starts)]
    return fps, max(gaps) - min(gaps) > max(ROUNDING, UNEVEN / fps)


def segment_end(body: BinaryIO) -> int:
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
