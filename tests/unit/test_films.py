"""Films and sounds at the gate: told by their bytes, and harmless when they are hostile."""

import random
import struct
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream

from kinora.adapters.media.gate import GuardedGate
from kinora.domain.asset import AssetKind
from kinora.domain.errors import Invalid
from kinora.ports.media import Clip
from tests.films import film, sound_wave


@pytest.fixture
async def gate() -> AsyncIterator[GuardedGate]:
    made = GuardedGate()
    yield made
    await made.close()


def encoded_sound(path: Path, codec: str, container: str) -> Path:
    with av.open(str(path), "w", format=container) as out:
        stream = cast(AudioStream, out.add_stream(codec, rate=44_100, layout="stereo"))
        tone = np.zeros((2, 44_100), np.float32)
        kind = "s16p" if codec == "libmp3lame" else "fltp"
        data = tone.astype(np.int16) if kind == "s16p" else tone
        block = av.AudioFrame.from_ndarray(data, format=kind, layout="stereo")
        block.sample_rate = 44_100
        out.mux(stream.encode(block))
        out.mux(stream.encode(None))
    return path


async def test_a_film_with_sound_is_known_for_what_it_is(gate: GuardedGate, tmp_path: Path) -> None:
    clip = await gate.admit_media(film(tmp_path / "a.bin", sound=True, container="mp4"))
    assert (clip.kind, clip.mime, clip.width, clip.height) == (
        AssetKind.VIDEO,
        "video/mp4",
        96,
        64,
    )
    assert (clip.frames, clip.has_audio) == (12, True)
    assert clip.seconds == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("name", "container", "codec", "mime"),
    [
        ("a.mov", "mov", "libx264", "video/quicktime"),
        ("a.mp4", "matroska", "libx264", "video/x-matroska"),
        ("a.webm", "webm", "libvpx", "video/webm"),
    ],
)
async def test_containers_are_told_by_their_bytes(
    gate: GuardedGate, tmp_path: Path, name: str, container: str, codec: str, mime: str
) -> None:
    clip = await gate.admit_media(film(tmp_path / name, container=container, codec=codec))
    assert (clip.mime, clip.frames) == (mime, 12)


@pytest.mark.parametrize(
    ("make", "mime"),
    [
        (sound_wave, "audio/wav"),
        (lambda path: encoded_sound(path, "libmp3lame", "mp3"), "audio/mpeg"),
        (lambda path: encoded_sound(path, "aac", "ipod"), "audio/mp4"),
        (lambda path: encoded_sound(path, "aac", "adts"), "audio/aac"),
    ],
)
async def test_sounds_are_sounds(
    gate: GuardedGate, tmp_path: Path, make: Callable[[Path], Path], mime: str
) -> None:
    clip = await gate.admit_media(make(tmp_path / "sound.mp4"))
    assert (clip.kind, clip.mime, clip.width, clip.frames) == (AssetKind.AUDIO, mime, 0, 0)
    assert clip.seconds == pytest.approx(1.0, abs=0.1)


async def test_one_frame_odd_times_and_ten_bits_are_films_too(
    gate: GuardedGate, tmp_path: Path
) -> None:
    single = await gate.admit_media(film(tmp_path / "one.mp4", frames=1))
    uneven = await gate.admit_media(
        film(tmp_path / "vfr.mp4", stamps=lambda number: number * number)
    )
    deep = await gate.admit_media(
        film(tmp_path / "deep.mp4", codec="libx265", pictures="yuv420p10le")
    )
    assert (single.frames, uneven.frames, deep.frames) == (1, 12, 12)
    assert uneven.seconds > 9


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: film(path, size=(1936, 32)), "at most 1920 px"),
        (lambda path: film(path, size=(14, 64)), "at least 16 px"),
        (lambda path: film(path, frames=70, fps=1), "at most 60 s"),
        (lambda path: sound_wave(path, seconds=361), "at most 360 s"),
        (lambda path: _written(path, b"<html>no film</html>" * 50), "cannot be read|broken"),
        (lambda path: _written(path, b""), "cannot be read|broken"),
        (lambda path: _written(path, b"\x89PNG\r\n\x1a\n" + bytes(500)), "not MP4|read|broken"),
        (lambda path: _cut(film(path), 200), "cannot be read|broken"),
        (
            lambda path: _written(path, struct.pack(">I4s", 2**31, b"ftyp") + b"isom" * 9),
            "cannot be read|broken",
        ),
    ],
)
async def test_what_is_refused_hears_why(
    gate: GuardedGate, tmp_path: Path, make: Callable[[Path], Path], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        await gate.admit_media(make(tmp_path / "given.mp4"))


def _written(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


def _cut(path: Path, left: int) -> Path:
    path.write_bytes(path.read_bytes()[:left])
    return path


async def test_mutated_films_are_judged_or_refused_and_the_gate_lives(
    gate: GuardedGate, tmp_path: Path
) -> None:
    rng = random.Random(7)
    good = film(tmp_path / "good.mp4", sound=True).read_bytes()
    outcomes: list[Clip | Invalid] = []
    for number in range(60):
        body = bytearray(good)
        for _ in range(rng.choice((1, 8, 64))):
            body[rng.randrange(len(body))] = rng.randrange(256)
        if number % 5 == 0:
            del body[rng.randrange(len(body)) :]
        source = _written(tmp_path / "bad.mp4", bytes(body))
        try:
            outcomes.append(await gate.admit_media(source))
        except Invalid as error:
            outcomes.append(error)
    assert any(isinstance(outcome, Invalid) for outcome in outcomes)
    assert any(isinstance(outcome, Clip) for outcome in outcomes)
    assert (await gate.admit_media(_written(tmp_path / "again.mp4", good))).frames == 12
