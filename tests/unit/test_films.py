"""Films and sounds at the gate: told by their bytes, and harmless when they are hostile."""

import asyncio
import io
import os
import random
import signal
import struct
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from PIL import Image

from kinora.adapters.media.films import judge_film
from kinora.adapters.media.gate import GuardedGate
from kinora.adapters.media.probing import FilmFacts, Limits, Reason, Refused
from kinora.adapters.media.zygote import ending
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


async def test_one_frame_is_a_film_too(gate: GuardedGate, tmp_path: Path) -> None:
    assert (await gate.admit_media(film(tmp_path / "one.mp4", frames=1))).frames == 1


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


def turned(path: Path, matrix: tuple[int, int, int, int]) -> Path:
    """Write a display matrix (ISO 14496-12, `tkhd`, 16.16 fixed point) into an MP4."""
    body = bytearray(path.read_bytes())
    at = body.index(b"tkhd") + 44
    a, b, c, d = (part << 16 for part in matrix)
    struct.pack_into(">9i", body, at, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    return _written(path, bytes(body))


def repacked(source: Path, path: Path, container: str, **options: str) -> Path:
    """Copy a film's packets into another container."""
    with av.open(str(source)) as file, av.open(str(path), "w", container, options=options) as out:
        tracks = {
            stream.index: out.add_stream_from_template(stream)
            for stream in (*file.streams.video, *file.streams.audio)
        }
        for packet in file.demux():
            if packet.dts is not None:
                packet.stream = tracks[packet.stream.index]
                out.mux(packet)
    return path


def with_cover(path: Path) -> Path:
    """Put an ID3v2.3 picture frame before an MP3."""
    picture = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(picture, "JPEG")
    apic = b"\0image/jpeg\0\x03\0" + picture.getvalue()
    frame = b"APIC" + struct.pack(">IH", len(apic), 0) + apic
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    song = encoded_sound(path, "libmp3lame", "mp3").read_bytes()
    return _written(path, b"ID3\x03\0\0" + size + frame + song)


def told(path: Path, **limits: float) -> FilmFacts | Refused:
    return judge_film(path, limits=Limits(**limits))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("matrix", "size", "rotation", "bright"),
    [
        ((1, 0, 0, 1), (96, 64), 0, "right"),
        ((0, 1, -1, 0), (64, 96), 270, "bottom"),
        ((-1, 0, 0, -1), (96, 64), 180, "left"),
        ((0, -1, 1, 0), (64, 96), 90, "top"),
    ],
)
async def test_a_turned_film_stands_upright_and_so_does_its_thumbnail(
    gate: GuardedGate,
    tmp_path: Path,
    matrix: tuple[int, int, int, int],
    size: tuple[int, int],
    rotation: int,
    bright: str,
) -> None:
    source = turned(film(tmp_path / "phone.mp4"), matrix)
    small = tmp_path / "first.jpg"
    clip = await gate.admit_media(source, thumbnail=small)
    facts = judge_film(source)
    assert isinstance(facts, FilmFacts)
    assert (clip.width, clip.height, facts.rotation) == (*size, rotation)
    with Image.open(small) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", size)
        grey = picture.convert("L")
    width, height = size
    ends = {
        "left": (4, height // 2),
        "right": (width - 5, height // 2),
        "top": (width // 2, 4),
        "bottom": (width // 2, height - 5),
    }
    assert max(ends, key=lambda end: cast(int, grey.getpixel(ends[end]))) == bright


async def test_a_large_films_thumbnail_is_small(gate: GuardedGate, tmp_path: Path) -> None:
    small = tmp_path / "first.jpg"
    source = film(tmp_path / "a.mp4", size=(1280, 720), frames=1)
    await gate.admit_media(source, thumbnail=small)
    with Image.open(small) as picture:
        assert picture.size == (640, 360)


def test_the_facts_are_whole(tmp_path: Path) -> None:
    facts = told(film(tmp_path / "a.mp4", sound=True, frames=24))
    assert isinstance(facts, FilmFacts)
    assert (facts.video_codec, facts.pix_fmt, facts.bits) == ("h264", "yuv420p", 8)
    assert (facts.audio_codec, facts.sample_rate, facts.channels) == ("aac", 48_000, 2)
    assert (facts.fps, facts.variable, facts.frames) == (12.0, False, 24)
    assert facts.size == (tmp_path / "a.mp4").stat().st_size
    uneven = told(film(tmp_path / "b.mp4", stamps=lambda number: number * number))
    assert isinstance(uneven, FilmFacts)
    assert uneven.variable is True
    assert uneven.seconds > 9
    assert uneven.fps == pytest.approx(12 * 11 / 121, abs=0.001)
    even = told(film(tmp_path / "c.mkv", fps=24, container="matroska"))
    assert isinstance(even, FilmFacts)
    assert even.variable is False
    deep = told(film(tmp_path / "d.mp4", codec="libx265", pictures="yuv420p10le"))
    assert isinstance(deep, FilmFacts)
    assert (deep.pix_fmt, deep.bits) == ("yuv420p10le", 10)
    odd = told(film(tmp_path / "e.mkv", codec="libx264", pictures="yuv444p", size=(97, 63)))
    assert isinstance(odd, FilmFacts)
    assert (odd.width, odd.height) == (97, 63)


async def test_a_cover_or_a_film_container_makes_no_film_of_a_sound(
    gate: GuardedGate, tmp_path: Path
) -> None:
    song = await gate.admit_media(with_cover(tmp_path / "song.mp4"))
    with av.open(str(tmp_path / "song.mp4")) as file:
        assert len(file.streams.video) == 1
    talk = await gate.admit_media(encoded_sound(tmp_path / "talk.mp4", "aac", "mov"))
    assert (song.kind, song.mime) == (AssetKind.AUDIO, "audio/mpeg")
    assert (talk.kind, talk.mime) == (AssetKind.AUDIO, "audio/mp4")


async def test_a_wave_that_claims_to_be_endless_is_as_long_as_it_is(
    gate: GuardedGate, tmp_path: Path
) -> None:
    body = bytearray(sound_wave(tmp_path / "a.wav").read_bytes())
    body[4:8] = body[40:44] = b"\xff" * 4
    clip = await gate.admit_media(_written(tmp_path / "b.wav", bytes(body)))
    assert clip.seconds == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("container", ["mp4", "matroska"])
@pytest.mark.parametrize("part", [0.5, 0.8, 0.98])
def test_a_film_that_was_cut_off_is_broken(tmp_path: Path, container: str, part: float) -> None:
    """Its index comes first, so that every other sign says that the film is whole."""
    whole = repacked(
        film(tmp_path / "a.mp4", sound=True, frames=36),
        tmp_path / "b",
        container,
        **({"movflags": "faststart"} if container == "mp4" else {}),
    )
    assert isinstance(told(whole), FilmFacts)
    cut = told(_cut(whole, int(whole.stat().st_size * part)))
    assert isinstance(cut, Refused)
    assert cut.reason is Reason.BROKEN


def test_a_film_without_an_end_as_browsers_record_it_is_a_film(tmp_path: Path) -> None:
    live = repacked(film(tmp_path / "a.mp4"), tmp_path / "b", "matroska", live="1")
    assert isinstance(told(live), FilmFacts)
    fragments = repacked(
        film(tmp_path / "c.mp4"), tmp_path / "d", "mp4", movflags="frag_keyframe+empty_moov"
    )
    assert isinstance(told(fragments), FilmFacts)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"size": 100}, Reason.TOO_HEAVY),
        ({"video_seconds": 0.5}, Reason.TOO_LONG),
        ({"widest": 95}, Reason.TOO_LARGE),
        ({"narrowest": 65}, Reason.TOO_SMALL),
        ({"fps": 11}, Reason.TOO_FAST),
    ],
)
def test_limits_are_for_the_asker_to_say(
    tmp_path: Path, limits: dict[str, float], reason: Reason
) -> None:
    verdict = told(film(tmp_path / "a.mp4"), **limits)
    assert isinstance(verdict, Refused)
    assert verdict.reason is reason


@pytest.mark.parametrize(
    "body",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{0}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {1}\n",
    ],
)
async def test_a_playlist_opens_no_other_file(gate: GuardedGate, tmp_path: Path, body: str) -> None:
    """Whoever opens the pipe waits for ever, and then hears something else."""
    pipe = tmp_path / "secret.mp4"
    os.mkfifo(pipe)
    source = tmp_path / "list.m3u8"
    source.write_text(body.format(pipe, pipe.name))
    with pytest.raises(Invalid, match="is not MP4"):
        await gate.admit_media(source)


@pytest.mark.parametrize(
    ("box", "at", "value"),
    [
        (b"stsz", 8, struct.pack(">II", 0, 0x0FFF_FFFF)),
        (b"stsz", 8, struct.pack(">II", 1, 0x0FFF_FFFF)),
        (b"stsz", 8, struct.pack(">II", 0x7FFF_FFFF, 12)),
        (b"stco", 8, struct.pack(">I", 0x7FFF_FFFF)),
        (b"stsc", 12, struct.pack(">I", 0x7FFF_FFFF)),
        (b"avc1", 28, struct.pack(">HH", 65_535, 65_535)),
    ],
)
async def test_a_bomb_is_refused_or_harmless_and_quick(
    gate: GuardedGate, tmp_path: Path, box: bytes, at: int, value: bytes
) -> None:
    body = bytearray(film(tmp_path / "a.mp4").read_bytes())
    where = body.index(box) + at
    body[where : where + len(value)] = value
    async with asyncio.timeout(5):
        verdict = await outcome(gate, _written(tmp_path / "bomb.mp4", bytes(body)))
    assert isinstance(verdict, Invalid) or verdict.frames <= 12


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (signal.SIGALRM, "takes too long to decode"),
        (signal.SIGXCPU, "takes too long to decode"),
        (signal.SIGKILL, "needs too much memory to decode"),
        (signal.SIGSEGV, "breaks the decoder"),
        (1 << 8, "breaks the decoder"),
    ],
)
def test_a_death_over_a_file_is_named(status: int, sentence: str) -> None:
    assert ending(status) == sentence


async def outcome(gate: GuardedGate, source: Path) -> Clip | Invalid:
    try:
        return await gate.admit_media(source)
    except Invalid as error:
        return error


def mutants(good: list[bytes], count: int) -> list[bytes]:
    """Return broken copies: some bytes changed, often in the head; every fifth cut off."""
    rng = random.Random(7)
    made = []
    for number in range(count):
        body = bytearray(good[number % len(good)])
        reach = rng.choice((len(body), min(len(body), 600)))
        for _ in range(rng.choice((1, 8, 64))):
            body[rng.randrange(reach)] = rng.randrange(256)
        if number % 5 == 0:
            del body[rng.randrange(len(body)) :]
        made.append(bytes(body))
    return made


async def test_mutated_files_are_judged_or_refused_and_the_gate_lives(
    gate: GuardedGate, tmp_path: Path
) -> None:
    first = film(tmp_path / "a.mp4", sound=True)
    good = [
        path.read_bytes()
        for path in (
            first,
            repacked(first, tmp_path / "b", "mp4", movflags="faststart"),
            repacked(first, tmp_path / "c", "matroska"),
            film(tmp_path / "d", container="webm", codec="libvpx"),
            with_cover(tmp_path / "e"),
            sound_wave(tmp_path / "f"),
            encoded_sound(tmp_path / "g", "aac", "ipod"),
        )
    ]
    outcomes: list[Clip | Invalid] = []
    broken = mutants(good, 200)
    for at in range(0, 200, 2):
        pair = [_written(tmp_path / f"bad-{at + more}", broken[at + more]) for more in (0, 1)]
        async with asyncio.timeout(18):
            outcomes += await asyncio.gather(*(outcome(gate, source) for source in pair))
    assert len(outcomes) == 200
    assert any(isinstance(verdict, Invalid) for verdict in outcomes)
    assert any(isinstance(verdict, Clip) for verdict in outcomes)
    assert (await gate.admit_media(first)).frames == 12
