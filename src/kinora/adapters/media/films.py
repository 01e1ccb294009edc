"""Judges a film or a sound inside a grandchild of the gate: PyAV reads a stranger's file here only.

What a file is comes from its bytes, never from its name. What it holds is counted and tried, see
`probing`; a file whose first, middle or last pictures do not decode is refused as broken.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream
from PIL import Image

from kinora.adapters.media.probing import (
    FORMATS,
    Count,
    Reason,
    Unfit,
    check_whole,
    counted,
    opened,
    tried,
    unsupported,
)

MOST_STREAMS = 16
THUMBNAIL = 640
HD_HEIGHT = 720
UNTAGGED = 2
"""How FFmpeg numbers a colour space that a file does not name."""

WEB_CODECS = {"vp8", "vp9", "av1"}
COVER_CODECS = {"png", "mjpeg", "gif"}
TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}
"""A display matrix turns anticlockwise, as Pillow does."""


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


def judge(source: Path, *, thumbnail: Path | None = None) -> dict[str, Any]:
    """Return what the gate is to hear: the facts, or a code, a reason and a sentence."""
    verdict = judge_film(source, thumbnail=thumbnail)
    match verdict:
        case FilmFacts():
            return asdict(verdict)
        case Refused():
            return {"code": "media", "reason": verdict.reason, "text": verdict.text}


def judge_film(
    source: Path, *, limits: Limits = ANY_OPERATION, thumbnail: Path | None = None
) -> FilmFacts | Refused:
    """Return the facts of a film or sound; a film's first picture goes to `thumbnail`, as JPEG."""
    try:
        with opened(source) as file:
            return _judged(file, limits, thumbnail)
    except Unfit as unfit:
        return Refused(reason=unfit.reason, text=str(unfit))


def _judged(file: InputContainer, limits: Limits, thumbnail: Path | None) -> FilmFacts:
    if file.size > limits.size:
        raise Unfit(Reason.TOO_HEAVY, f"the file is larger than {limits.size // 2**20} MB")
    types = FORMATS.get(file.format.name)
    if types is None:
        raise unsupported()
    if len(file.streams) > MOST_STREAMS:
        raise Unfit(Reason.TOO_MANY, f"the file has more than {MOST_STREAMS} tracks")
    check_whole(file)
    pictures = [stream for stream in file.streams.video if not _is_cover(stream)]
    sounds = list(file.streams.audio)
    if pictures and types[0]:
        return _film(file, pictures[0], limits, thumbnail)
    if sounds:
        return _sound(file, sounds[0], limits)
    raise Unfit(Reason.EMPTY, "the file has no video and no audio track")


def _is_cover(stream: VideoStream) -> bool:
    """Tell whether a picture track is the cover of a record and no film."""
    cover = bool(stream.disposition & av.stream.Disposition.attached_pic)
    return cover or (stream.codec_context.name in COVER_CODECS and stream.frames == 1)


def _film(
    file: InputContainer, stream: VideoStream, limits: Limits, thumbnail: Path | None
) -> FilmFacts:
    codec = stream.codec_context
    # Many threads would need more memory than the grandchild may have.
    codec.thread_count = 1
    _check_sides(codec.width, codec.height, limits)
    count = counted(file, stream)
    _check_count(count, limits)
    frames = tried(file, stream, count)
    first = frames[0]
    for frame in frames:
        _check_sides(frame.width, frame.height, limits)
    rotation = _rotation(first)
    if thumbnail is not None:
        _upright(first, rotation).save(thumbnail, format="JPEG", quality=85)
    on_its_side = rotation in (90, 270)
    return FilmFacts(
        kind="video",
        container=file.format.name,
        mime=_film_mime(file, codec.name),
        size=file.size,
        seconds=count.seconds,
        video_codec=codec.name,
        pix_fmt=first.format.name,
        bits=first.format.components[0].bits,
        width=first.height if on_its_side else first.width,
        height=first.width if on_its_side else first.height,
        rotation=rotation,
        frames=count.packets,
        fps=round(count.fps, 3),
        variable=count.variable,
        **_sound_facts(next(iter(file.streams.audio), None)),
    )


def _sound(file: InputContainer, stream: AudioStream, limits: Limits) -> FilmFacts:
    if not stream.rate or not stream.channels:
        raise Unfit(Reason.BROKEN, "the audio track does not say its rate and channels")
    if next(file.decode(stream), None) is None:
        raise Unfit(Reason.EMPTY, "the audio track has no sound")
    seconds = counted(file, stream).seconds
    if seconds > limits.audio_seconds:
        text = f"the audio is {seconds:.1f} s long, at most {limits.audio_seconds:.0f} s"
        raise Unfit(Reason.TOO_LONG, text)
    return FilmFacts(
        kind="audio",
        container=file.format.name,
        mime=FORMATS[file.format.name][1],
        size=file.size,
        seconds=seconds,
        bits=stream.format.bits,
        **_sound_facts(stream),
    )


def _sound_facts(stream: AudioStream | None) -> dict[str, Any]:
    if stream is None:
        return {}
    return {
        "has_audio": True,
        "audio_codec": stream.codec_context.name,
        "sample_rate": stream.rate or 0,
        "channels": stream.channels or 0,
    }


def _film_mime(file: InputContainer, codec: str) -> str:
    mime = FORMATS[file.format.name][0]
    if mime == "video/webm" and codec not in WEB_CODECS:
        return "video/x-matroska"
    if mime == "video/mp4" and file.metadata.get("major_brand", "").startswith("qt"):
        return "video/quicktime"
    return mime


def _check_sides(width: int, height: int, limits: Limits) -> None:
    if max(width, height) > limits.widest:
        text = f"the video is {width}x{height}, at most {limits.widest} px a side"
        raise Unfit(Reason.TOO_LARGE, text)
    if min(width, height) < limits.narrowest:
        text = f"the video is {width}x{height}, at least {limits.narrowest} px a side"
        raise Unfit(Reason.TOO_SMALL, text)


def _check_count(count: Count, limits: Limits) -> None:
    if not count.packets:
        raise Unfit(Reason.EMPTY, "the video track has no pictures")
    if count.seconds > limits.video_seconds:
        text = f"the video is {count.seconds:.1f} s long, at most {limits.video_seconds:.0f} s"
        raise Unfit(Reason.TOO_LONG, text)
    if count.packets > limits.fps * max(1.0, count.seconds):
        raise Unfit(Reason.TOO_FAST, f"the video has more than {limits.fps} frames a second")


def _rotation(frame: av.VideoFrame) -> int:
    return round(frame.rotation) % 360


def _upright(frame: av.VideoFrame, rotation: int) -> Image.Image:
    """Return a small sRGB picture of a frame, turned as the film says."""
    untagged = frame.colorspace == UNTAGGED
    # Players take an unnamed colour space for BT.709 from 720 lines on, and so do cameras.
    space = Colorspace.ITU709 if untagged and frame.height >= HD_HEIGHT else None
    colours = frame.reformat(format="rgb24", src_colorspace=space)
    rows = colours.planes[0]
    size = (colours.width, colours.height)
    picture = Image.frombytes("RGB", size, bytes(rows), "raw", "RGB", rows.line_size)
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    turn = TURNS.get(rotation)
    return picture if turn is None else picture.transpose(turn)
