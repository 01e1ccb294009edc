"""Judges a film or a sound inside a grandchild of the gate: PyAV reads a stranger's file here only.

What a file is comes from its bytes, never from its name. What it holds is counted and tried; a file
whose first, middle or last pictures do not decode is refused as broken.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream

from kinora.adapters.media.probing import (
    ANY_OPERATION,
    FORMATS,
    MATROSKA,
    MOV,
    Count,
    FilmFacts,
    FirstPicture,
    Limits,
    Reason,
    Refused,
    Unfit,
    check_count,
    check_sides,
    pace,
    segment_end,
    unsupported,
)

OPENING = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "file"}
"""Without this list a playlist among the uploads makes FFmpeg open the files that it names."""

MOST_PACKETS = 400_000
TAIL = 120
"""How many pictures are decoded from the last key picture on."""

MOST_STREAMS = 16
HD_HEIGHT = 720
UNTAGGED = 2
"""How FFmpeg numbers a colour space that a file does not name."""

WEB_CODECS = {"vp8", "vp9", "av1"}
COVER_CODECS = {"png", "mjpeg", "gif"}

Keep = Callable[[FirstPicture], None]


def judge(source: Path, *, keep: Keep | None = None) -> dict[str, Any]:
    """Return what the gate is to hear: the facts, or a code, a reason and a sentence."""
    verdict = judge_film(source, keep=keep)
    match verdict:
        case FilmFacts():
            return asdict(verdict)
        case Refused():
            return {"code": "media", "reason": verdict.reason, "text": verdict.text}


def judge_film(
    source: Path, *, limits: Limits = ANY_OPERATION, keep: Keep | None = None
) -> FilmFacts | Refused:
    """Return the facts of a film or sound; a film's first picture is given to `keep`."""
    try:
        with _opened(source) as file:
            return _judged(file, limits, keep)
    except Unfit as unfit:
        return Refused(reason=unfit.reason, text=str(unfit))


def _judged(file: InputContainer, limits: Limits, keep: Keep | None) -> FilmFacts:
    if file.size > limits.size:
        raise Unfit(Reason.TOO_HEAVY, f"the file is larger than {limits.size // 2**20} MB")
    types = FORMATS.get(file.format.name)
    if types is None:
        raise unsupported()
    if len(file.streams) > MOST_STREAMS:
        raise Unfit(Reason.TOO_MANY, f"the file has more than {MOST_STREAMS} tracks")
    _check_whole(file)
    pictures = [stream for stream in file.streams.video if not _is_cover(stream)]
    sounds = list(file.streams.audio)
    if pictures and types[0]:
        return _film(file, pictures[0], limits, keep)
    if sounds:
        return _sound(file, sounds[0], limits)
    raise Unfit(Reason.EMPTY, "the file has no video and no audio track")


def _is_cover(stream: VideoStream) -> bool:
    """Tell whether a picture track is the cover of a record and no film."""
    cover = bool(stream.disposition & av.stream.Disposition.attached_pic)
    return cover or (stream.codec_context.name in COVER_CODECS and stream.frames == 1)


def _film(
    file: InputContainer, stream: VideoStream, limits: Limits, keep: Keep | None
) -> FilmFacts:
    codec = stream.codec_context
    # Many threads would need more memory than the grandchild may have.
    codec.thread_count = 1
    check_sides(codec.width, codec.height, limits)
    count = _counted(file, stream)
    check_count(count, limits)
    frames = _tried(file, stream, count)
    first = frames[0]
    for frame in frames:
        check_sides(frame.width, frame.height, limits)
    rotation = _rotation(first)
    if keep is not None:
        keep(_first_picture(first, rotation))
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
    seconds = _counted(file, stream).seconds
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


def _rotation(frame: av.VideoFrame) -> int:
    """Return how far anticlockwise the display matrix turns a picture, in degrees."""
    return round(frame.rotation) % 360


def _first_picture(frame: av.VideoFrame, rotation: int) -> FirstPicture:
    untagged = frame.colorspace == UNTAGGED
    # Players take an unnamed colour space for BT.709 from 720 lines on, and so do cameras.
    space = Colorspace.ITU709 if untagged and frame.height >= HD_HEIGHT else None
    colours = frame.reformat(format="rgb24", src_colorspace=space)
    return FirstPicture(
        width=colours.width,
        height=colours.height,
        stride=colours.planes[0].line_size,
        rows=bytes(colours.planes[0]),
        rotation=rotation,
    )


@contextmanager
def _opened(source: Path) -> Iterator[InputContainer]:
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


def _unread(error: Exception) -> Unfit:
    text = f"the file cannot be read as video or audio ({_told(error)})"
    return Unfit(Reason.NOT_MEDIA, text)


def _broken(error: Exception) -> Unfit:
    return Unfit(Reason.BROKEN, f"the file is broken ({_told(error)})")


def _told(error: Exception) -> str:
    return type(error).__name__.removesuffix("Error") or "unknown"


def _counted(file: InputContainer, stream: VideoStream | AudioStream) -> Count:
    """Read a track's packets to their end; raise Unfit when there are too many."""
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
    fps, variable = pace([start * base for start in starts], float(rate or 0))
    return Count(
        packets=packets,
        seconds=max(seconds, 0.0),
        fps=fps,
        variable=variable,
        keys=tuple(sorted(keys)),
    )


def _check_whole(file: InputContainer) -> None:
    """Raise Unfit when a file says that it goes on after its last byte."""
    if _end(file) > file.size:
        raise Unfit(Reason.BROKEN, "the file ends before its last part: was it cut off?")


def _end(file: InputContainer) -> int:
    """Return where a file says that it ends: an MP4 by its tables, a Matroska by its frame."""
    if file.format.name == MATROSKA:
        with Path(file.name).open("rb") as body:
            return segment_end(body)
    if file.format.name != MOV:
        return 0
    tables = [stream.index_entries for stream in (*file.streams.video, *file.streams.audio)]
    # The table of a bomb is larger than any file that could fill it.
    if sum(map(len, tables)) > MOST_PACKETS:
        raise Unfit(Reason.TOO_MANY, "the file has too many parts")
    return max((part.pos + part.size for table in tables for part in table), default=0)


def _tried(file: InputContainer, stream: VideoStream, count: Count) -> list[av.VideoFrame]:
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
