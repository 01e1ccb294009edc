"""Small films and sounds, made on the spot."""

import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.stream import VideoStream
from PIL import Image


def film(  # noqa: PLR0913 - every way in which a film can be odd
    path: Path,
    *,
    frames: int = 12,
    size: tuple[int, int] = (96, 64),
    fps: int = 12,
    codec: str = "libx264",
    sound: bool = False,
    pictures: str = "yuv420p",
    container: str | None = None,
    stamps: Callable[[int], int] = lambda number: number,
) -> Path:
    with av.open(str(path), "w", format=container) as out:
        stream = cast(VideoStream, out.add_stream(codec, rate=fps))
        stream.width, stream.height, stream.pix_fmt = *size, pictures
        audio = out.add_stream("aac", rate=48_000, layout="stereo") if sound else None
        for number in range(frames):
            ramp = np.linspace(0, 180, size[0], dtype=np.uint8)[None, :, None]
            shade = np.broadcast_to(ramp + number * 5 % 60, (size[1], size[0], 3)).copy()
            frame = av.VideoFrame.from_ndarray(shade, format="rgb24").reformat(format=pictures)
            frame.pts, frame.time_base = stamps(number), Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if audio is not None:
            tone = np.zeros((2, 48_000 * frames // fps), np.float32)
            block = av.AudioFrame.from_ndarray(tone, format="fltp", layout="stereo")
            block.sample_rate = 48_000
            out.mux(audio.encode(block))
            out.mux(audio.encode(None))
    return path


def still_film(path: Path, picture: Path, *, frames: int = 12) -> Path:
    """Write a film that shows one picture all the time."""
    small = Image.open(picture).convert("RGB").resize((320, 320))
    shown = av.VideoFrame.from_ndarray(np.asarray(small), format="rgb24")
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 320, 320, "yuv420p"
        for number in range(frames):
            frame = shown.reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 12)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def sound_wave(path: Path, *, seconds: float = 1.0) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(int(8000 * seconds) * 2))
    return path
