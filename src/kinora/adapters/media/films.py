"""Judges a film or a sound inside a grandchild of the gate: PyAV reads a stranger's file here only.

What a file is comes from its bytes. What it holds is counted and tried: its first, middle and last
pictures must decode, or the file is refused as broken.
"""

from contextlib import suppress
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from kinora.adapters.media.refusal import No

MOST_PACKETS = 400_000
MOST_STREAMS = 16
LONGEST_VIDEO = 60.0
LONGEST_AUDIO = 360.0
WIDEST = 1920
NARROWEST = 16
FASTEST = 240
FORMATS = {
    "mov,mp4,m4a,3gp,3g2,mj2": ("video/mp4", "audio/mp4"),
    "matroska,webm": ("video/webm", "audio/webm"),
    "mp3": ("", "audio/mpeg"),
    "wav": ("", "audio/wav"),
    "aac": ("", "audio/aac"),
}
"""What PyAV calls a container, and its media type as a film and as a sound."""

WEB_CODECS = {"vp8", "vp9", "av1"}
ROTATIONS = (90, 270)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a film or sound is; sizes upright. Sounds have no size and no frames."""

    kind: str
    mime: str
    width: int
    height: int
    frames: int
    seconds: float
    has_audio: bool


def judge(source: Path) -> dict[str, Any]:
    """Return the facts of a film or sound; raise No."""
    try:
        with av.open(str(source), metadata_errors="ignore") as file:
            return asdict(_judged(file))
    except (av.error.InvalidDataError, av.error.EOFError, ValueError) as error:
        raise No("media", f"the file cannot be read as video or audio ({_told(error)})") from None
    except av.error.FFmpegError as error:
        raise No("media", f"the file is broken ({_told(error)})") from None


def _judged(file: InputContainer) -> Facts:
    types = FORMATS.get(file.format.name)
    if types is None:
        raise No(
            "media",
            "the file is not MP4, MOV, WebM or Matroska video, or MP3, WAV, M4A or AAC audio "
            f"(it looks like {file.format.name})",
        )
    if len(file.streams) > MOST_STREAMS:
        raise No("media", f"the file has more than {MOST_STREAMS} tracks")
    pictures = [stream for stream in file.streams.video if not _is_cover(stream)]
    sounds = list(file.streams.audio)
    if pictures and types[0]:
        return _film(file, pictures[0], sounds, types[0])
    if sounds:
        return _sound(file, sounds[0], types[1])
    raise No("media", "the file has no video and no audio track")


def _is_cover(stream: VideoStream) -> bool:
    """Tell whether a picture track is the cover of a record and no film."""
    cover = bool(stream.disposition & av.stream.Disposition.attached_pic)
    return cover or (stream.codec_context.name in ("png", "mjpeg", "gif") and stream.frames == 1)


def _film(file: InputContainer, stream: VideoStream, sounds: list[AudioStream], mime: str) -> Facts:
    count, seconds = _counted(file, stream)
    if not count:
        raise No("media", "the video track has no pictures")
    if seconds > LONGEST_VIDEO:
        raise No("media", f"the video is {seconds:.1f} s long, at most {LONGEST_VIDEO:.0f} s")
    if count > FASTEST * max(1.0, seconds):
        raise No("media", f"the video has more than {FASTEST} frames a second")
    width, height = _tried(file, stream, seconds)
    if max(width, height) > WIDEST:
        raise No("media", f"the video is {width}x{height}, at most {WIDEST} px a side")
    if min(width, height) < NARROWEST:
        raise No("media", f"the video is {width}x{height}, at least {NARROWEST} px a side")
    name = stream.codec_context.name
    if mime == "video/webm" and name not in WEB_CODECS:
        mime = "video/x-matroska"
    if mime == "video/mp4" and file.metadata.get("major_brand", "").startswith("qt"):
        mime = "video/quicktime"
    return Facts(
        kind="video",
        mime=mime,
        width=width,
        height=height,
        frames=count,
        seconds=seconds,
        has_audio=bool(sounds),
    )


def _sound(file: InputContainer, stream: AudioStream, mime: str) -> Facts:
    if not stream.rate or not stream.channels:
        raise No("media", "the audio track does not say its rate and channels")
    if next(file.decode(stream), None) is None:
        raise No("media", "the audio track has no sound")
    _, seconds = _counted(file, stream)
    if seconds > LONGEST_AUDIO:
        raise No("media", f"the audio is {seconds:.1f} s long, at most {LONGEST_AUDIO:.0f} s")
    return Facts(
        kind="audio", mime=mime, width=0, height=0, frames=0, seconds=seconds, has_audio=True
    )


def _counted(file: InputContainer, stream: VideoStream | AudioStream) -> tuple[int, float]:
    """Return a track's packets and its length, counted and not believed."""
    _back(file)
    count, first, last = 0, None, Fraction(0)
    base = stream.time_base or Fraction(1, 1000)
    for packet in file.demux(stream):
        if packet.size == 0:
            continue
        count += 1
        if count > MOST_PACKETS:
            raise No("media", "the file has too many parts")
        at = packet.pts if packet.pts is not None else packet.dts
        if at is None:
            continue
        first = at if first is None else min(first, at)
        last = max(last, Fraction(at + (packet.duration or 0)) * base)
    length = float(last - Fraction(first or 0) * base)
    rate = getattr(stream, "average_rate", None)
    if rate and count and length <= 0:
        length = float(count / rate)
    return count, max(length, 0.0)


def _tried(file: InputContainer, stream: VideoStream, seconds: float) -> tuple[int, int]:
    """Decode the first, a middle and a last picture; return the upright size."""
    size = None
    for at in (0.0, seconds / 2, max(0.0, seconds - 0.5)):
        _back(file, at)
        frame = next(iter(islice(file.decode(stream), 1)), None)
        if frame is None and size is None:
            raise No("media", "the video's pictures cannot be decoded")
        if frame is not None and size is None:
            turned = _rotation(frame) in ROTATIONS
            size = (frame.height, frame.width) if turned else (frame.width, frame.height)
    if size is None:
        raise No("media", "the video's pictures cannot be decoded")
    return size


def _rotation(frame: av.VideoFrame) -> int:
    return abs(round(frame.rotation)) % 360 if hasattr(frame, "rotation") else 0


def _back(file: InputContainer, at: float = 0.0) -> None:
    with suppress(av.error.FFmpegError):
        file.seek(int(at * av.time_base), backward=True)


def _told(error: Exception) -> str:
    return type(error).__name__.removesuffix("Error") or "unknown"
