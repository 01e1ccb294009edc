"""Odd films and sounds, through the real gate into each operation that takes them."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from PIL import Image

from kinora.adapters.media.gate import GuardedGate
from kinora.catalog.shapes import own_shape
from kinora.domain.asset import AssetKind
from kinora.domain.errors import Invalid
from kinora.domain.ids import AssetId, JobId
from kinora.domain.order import (
    Ask,
    Extend,
    LipSync,
    MaskSelection,
    Mimic,
    Modify,
    MusicVideo,
    Restyle,
    SoundEffect,
    Speech,
    Swap,
    Upscale,
    Words,
)
from kinora.engines.studio.engine import Studio
from kinora.engines.studio.film import write_film
from kinora.engines.studio.reel import RATE, Picture, Waves
from kinora.engines.studio.speech.speaking import speak
from kinora.ports.engine import CannotMake, Output, Shape, Spec
from tests.assets import asset

FILM, PICTURE, MASK, SOUND = (AssetId(number) for number in (1, 2, 3, 4))
WIDTH, HEIGHT = 96, 64
TURNED = (0, 1, -1, 0)


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> Picture:
    """A bright disc that rolls over noise."""
    y, x = np.mgrid[0:height, 0:width]
    noise = np.random.default_rng(1).integers(40, 120, (height, width, 3), np.uint8)
    disc = (x - 20 - 4 * number) ** 2 + (y - height // 2) ** 2 < 14**2
    return np.asarray(np.where(disc[..., None], (240, 200, 60), noise), np.uint8)


def film(path: Path, count: int = 10, sound: Waves | None = None) -> None:
    shape = Shape(width=WIDTH, height=HEIGHT, frames=count, fps=10)
    for _ in write_film(path, map(picture, range(count)), shape=shape, sound=sound):
        pass


def encoded(path: Path, codec: str, pixels: str, times: list[int], size: tuple[int, int]) -> None:
    """Write a film whose frames are shown at `times`, in hundredths of a second."""
    with av.open(str(path), "w", format="mp4" if path.suffix == "" else None) as file:
        stream = cast(VideoStream, file.add_stream(codec, rate=25))
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        stream.codec_context.time_base = Fraction(1, 100)
        for number, at in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(number, *size), format="rgb24")
            frame = frame.reformat(format=pixels)
            frame.pts, frame.time_base = at, Fraction(1, 100)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def turned(path: Path) -> None:
    film(path)
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 44
    a, b, c, d = (value << 16 for value in TURNED)
    told = np.array([a, b, 0, c, d, 0, 0, 0, 1 << 30], ">i4").tobytes()
    data[place : place + len(told)] = told
    path.write_bytes(data)


def matroska(path: Path) -> None:
    whole = path.with_suffix(".mkv")
    encoded(whole, "libx264", "yuv420p", list(range(0, 100, 10)), (WIDTH, HEIGHT))
    whole.rename(path)


def truncated(path: Path) -> None:
    film(path, 40)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def filled(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def headless(path: Path) -> None:
    """A film whose index is at its end, and whose end is missing."""
    encoded(path, "libx264", "yuv420p", list(range(0, 200, 5)), (WIDTH, HEIGHT))
    path.write_bytes(path.read_bytes()[:-400])


EVEN = list(range(0, 100, 10))
FILMS: dict[str, Callable[[Path], None]] = {
    "plain": film,
    "silent track": lambda path: film(path, sound=np.zeros((RATE, 2), np.float32)),
    "one frame": lambda path: film(path, 1),
    "variable rate": lambda path: encoded(
        path, "libx264", "yuv420p", [0, 4, 8, 40, 44, 90, 94, 98], (WIDTH, HEIGHT)
    ),
    "ten bits": lambda path: encoded(path, "libx264", "yuv420p10le", EVEN, (WIDTH, HEIGHT)),
    "odd size": lambda path: encoded(path, "libx264", "yuv444p", EVEN, (97, 65)),
    "very wide": lambda path: encoded(path, "libx264", "yuv420p", EVEN, (320, 20)),
    "turned": turned,
    "matroska by another name": matroska,
}
BROKEN: dict[str, Callable[[Path], None]] = {
    "truncated": truncated,
    "without its index": headless,
    "words": lambda path: filled(path, b"not a film at all"),
    "empty": lambda path: filled(path, b""),
}
ASKS: dict[str, Ask] = {
    "restyle": Restyle(film=FILM, style="anime"),
    "upscale": Upscale(film=FILM),
    "extend": Extend(words=Words(prompt="on"), film=FILM, seconds=1),
    "modify all": Modify(film=FILM, prompt="make it night"),
    "modify a part": Modify(film=FILM, prompt="blur the background"),
    "modify time": Modify(film=FILM, prompt="reverse it"),
    "mask": MaskSelection(film=FILM, keyframe=1),
    "swap": Swap(film=FILM, keyframe=1, mask=MASK, region="object", image=PICTURE),
    "mimic": Mimic(film=FILM, image=PICTURE),
    "sound": SoundEffect(film=FILM, content=""),
    "lip sync": LipSync(film=FILM, speech=Speech(text="Hello")),
}


async def admitted(path: Path) -> tuple[Path, Shape]:
    gate = GuardedGate()
    try:
        clip = await gate.admit_media(path)
    finally:
        await gate.close()
    assert clip.kind is AssetKind.VIDEO
    known = replace(asset(clip.width, clip.height, clip.seconds), frames=clip.frames)
    return clip.path, own_shape(known)


def made(ask: Ask, shape: Shape, folder: Path, inputs: dict[AssetId, Path]) -> Output | str:
    """Return what the engine makes, or its sentence."""
    if isinstance(ask, Extend):
        shape = replace(shape, frames=shape.frames + shape.fps)
    if isinstance(ask, Upscale):
        shape = replace(shape, width=shape.width * 2, height=shape.height * 2)
    spec = Spec(job=JobId(1), attempt=1, ask=ask, seed=1, shape=shape, inputs=inputs, folder=folder)
    try:
        *_, last = Studio().run(spec)
    except CannotMake as error:
        return str(error)
    assert isinstance(last, Output)
    return last


@pytest.mark.parametrize("name", FILMS)
async def test_each_works_or_says_why_not(name: str, tmp_path: Path, photos: Path) -> None:
    given = tmp_path / "given"
    FILMS[name](given.with_suffix(".mp4"))
    given.with_suffix(".mp4").rename(given)
    path, shape = await admitted(given)
    mask = tmp_path / "mask.png"
    found = np.zeros((shape.height, shape.width), np.uint8)
    found[shape.height // 4 : -shape.height // 4, shape.width // 8 : shape.width // 2] = 255
    Image.fromarray(found).save(mask)
    inputs = {FILM: path, PICTURE: photos / "coffee.jpg", MASK: mask}
    for operation, ask in ASKS.items():
        folder = tmp_path / operation
        folder.mkdir()
        told = made(ask, shape, folder, inputs)
        if isinstance(told, str):
            assert operation in {"mimic", "lip sync", "modify a part"}, (operation, told)
            assert " " in told
            continue
        if told.kind == "video":
            with av.open(str(told.path)) as file:
                assert sum(1 for _ in file.decode(video=0)) == told.frames, operation


@pytest.mark.parametrize("name", BROKEN)
async def test_what_is_broken_is_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    given = tmp_path / "given.mp4"
    BROKEN[name](given)
    gate = GuardedGate()
    try:
        with pytest.raises(Invalid, match=" "):
            await gate.admit_media(given)
    finally:
        await gate.close()


def with_cover(path: Path) -> None:
    """A song with a picture of its cover, as MP3 files have it."""
    with av.open(str(path), "w", format="mp3") as file:
        stream = file.add_stream("mp3", rate=44100, layout="stereo")
        cover = file.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        art = av.VideoFrame.from_ndarray(picture(0, 64, 64), format="rgb24")
        file.mux(cover.encode(art.reformat(format="yuvj420p")))
        at = np.arange(12 * 44100) / 44100
        wave = (0.3 * np.sin(2 * np.pi * 220 * at) * (1 + np.sign(np.sin(np.pi * 4 * at)))) / 2
        planes = np.ascontiguousarray(np.stack([wave, wave]), np.float32)
        for start in range(0, planes.shape[1] - 1152, 1152):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(planes[:, start : start + 1152]),
                format="fltp",
                layout="stereo",
            )
            frame.sample_rate, frame.pts = 44100, start
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


async def test_a_song_with_a_cover_is_a_song(tmp_path: Path) -> None:
    given = tmp_path / "song.mp3"
    with_cover(given)
    gate = GuardedGate()
    try:
        clip = await gate.admit_media(given)
    finally:
        await gate.close()
    assert clip.kind is AssetKind.AUDIO
    shape = Shape(width=64, height=36, frames=20, fps=2)
    ask = MusicVideo(audio=SOUND, prompt="red ink")
    told = made(ask, shape, tmp_path, {SOUND: clip.path})
    assert isinstance(told, Output)
    assert told.has_audio


def test_silence_and_unknown_scripts(tmp_path: Path, photos: Path) -> None:
    film(tmp_path / "film.mp4")
    quiet = tmp_path / "quiet.wav"
    with av.open(str(quiet), "w") as file:
        stream = file.add_stream("pcm_s16le", rate=48000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 96000), np.int16), layout="stereo")
        frame.sample_rate = 48000
        file.mux(stream.encode(frame))
    shape = Shape(width=WIDTH, height=HEIGHT, frames=10, fps=10)
    inputs = {FILM: tmp_path / "film.mp4", SOUND: quiet, PICTURE: photos / "astronaut.jpg"}
    told = made(LipSync(film=FILM, audio=SOUND), shape, tmp_path, inputs)
    assert told == "the audio is silent"
    # The synthesiser spells what it cannot read.
    assert speak("\U00012000\U00012001", voice="1", seed=1).seconds > 0.2
