"""Songs become films: cut on beats, safe to look at, with their words and their sound."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
import pytest
from PIL import Image

from kinora.domain.ids import AssetId, JobId
from kinora.domain.lyrics import LyricLine, read_lyrics
from kinora.domain.order import MusicVideo, Words
from kinora.engines.studio.film import write_film
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.songs import room
from kinora.engines.studio.songs.beats import Beats, find_beats
from kinora.engines.studio.songs.cutting import LEAST, Shot, Wishes, plan_song
from kinora.engines.studio.songs.hearing import HEARD_RATE, hear
from kinora.engines.studio.songs.lyrics import Caption
from kinora.engines.studio.songs.premiere import song_film, song_of
from kinora.engines.studio.songs.scenery import table, tells
from kinora.engines.studio.songs.sections import Part, Section, find_sections
from kinora.engines.studio.songs.singing import voice
from kinora.engines.studio.songs.tape import lay_song, song_chunks, thinned
from kinora.engines.studio.songs.touches import Touches, framed, touched
from kinora.engines.studio.styles.table import STYLES
from kinora.ports.engine import CannotMake, Progress, Shape, Spec
from tests.films import film
from tests.songs import ballad, chunks, drums, put, struck, tone, write_song

SONG, _ = ballad()
HEARD = hear(chunks(SONG))
BEATS = find_beats(HEARD)
SECTIONS = find_sections(HEARD, BEATS)
WHOLE = Shape(width=640, height=360, frames=76 * 24, fps=24)


def shots_of(prompt: str, captions: Sequence[Caption] = (), pictures: int = 0) -> tuple[Shot, ...]:
    wishes = Wishes(words=Words(prompt=prompt), pictures=pictures)
    return plan_song(wishes, SECTIONS, BEATS, captions, shape=WHOLE, seed=5)


def places(shots: Sequence[Shot], section: Section) -> list[tuple[str, int]]:
    begin, end = section.begin * 24 - 1, section.end * 24 - 1
    return [(shot.words.prompt, shot.seed) for shot in shots if begin <= shot.begin < end]


def test_shots_fill_the_film_and_are_cut_on_beats() -> None:
    shots = shots_of("")
    assert shots[0].begin == 0
    assert shots[-1].end == WHOLE.frames
    assert all(one.end == other.begin for one, other in pairwise(shots))
    for shot in shots[1:]:
        assert np.abs(BEATS.times - shot.begin / 24).min() < 0.05
        assert shot.frames / 24 >= LEAST - 0.05


def test_strong_parts_are_cut_faster_than_calm_ones() -> None:
    shots = shots_of("")
    calm = [shot for shot in shots if shot.energy < 0.3]
    strong = [shot for shot in shots if shot.energy > 0.8]
    assert np.mean([shot.frames for shot in calm]) > 2 * np.mean([s.frames for s in strong])
    assert any(shot.melt for shot in calm)
    assert not any(shot.melt for shot in strong)


def test_the_chorus_returns_to_its_places() -> None:
    shots = shots_of("")
    assert places(shots, SECTIONS[2]) == places(shots, SECTIONS[4])
    assert not set(places(shots, SECTIONS[1])) & set(places(shots, SECTIONS[2]))


def test_the_words_decide_what_is_seen() -> None:
    told = shots_of("a lighthouse at dusk. a forest in the fog")
    assert all("lighthouse" in s.words.prompt and "forest" in s.words.prompt for s in told)
    rock = {shot.words.prompt for shot in shots_of("loud rock music")}
    assert rock <= {prompt for mood in ("calm", "middle", "strong") for prompt in rock_scenes(mood)}


def rock_scenes(mood: str) -> list[str]:
    genre = table().genres["rock"][mood]
    return [prompt.format(hue="", light="") for prompt in genre]


def test_a_prompt_says_how_all_is_to_look() -> None:
    shots = shots_of("an ink wash film. a boat on a lake")
    assert {shot.words.style for shot in shots} == {"ink_wash"}
    assert not any("ink" in shot.words.prompt for shot in shots)
    assert sum("boat" in shot.words.prompt for shot in shots) > 0.7 * len(shots)
    assert {shot.words.style for shot in shots_of("an oilfield")} == {""}
    assert set(table().styles) <= set(STYLES)


def test_a_place_is_seen_in_other_lights_in_other_parts() -> None:
    prompts = [shot.words.prompt for shot in shots_of("a forest") if "forest" in shot.words.prompt]
    assert len(set(prompts)) == 3
    assert len(prompts) > 0.7 * len(shots_of("a forest"))
    by_night = {shot.words.prompt for shot in shots_of("a forest at night")}
    assert "a forest at night" in by_night
    assert all("night" in prompt for prompt in by_night)


def test_the_callers_colour_weather_and_light_are_kept() -> None:
    prompts = {shot.words.prompt for shot in shots_of("red, snow, dusk")}
    assert all(prompt.endswith(", snow") for prompt in prompts)
    assert not any("violet" in prompt or "blue" in prompt for prompt in prompts)


def test_a_line_brings_what_it_sings_of_into_the_picture() -> None:
    owl = "an owl over the sea"
    captions = [Caption(owl, 8.0, 12.0), Caption("you and I", 12.0, 16.0), Caption(owl, 40, 44)]
    shots = shots_of("", captions)
    first, again = (shot for shot in shots if "owl" in shot.words.prompt)
    assert first.seed == again.seed
    assert not any("you and I" in shot.words.prompt for shot in shots)
    assert not tells("you and I")


def test_given_pictures_begin_every_section() -> None:
    shots = shots_of("a quiet room", pictures=2)
    assert all(shot.picture is not None for shot in shots if shot.opens)
    assert {shot.picture for shot in shots} == {None, 0, 1}


def test_every_scene_of_the_table_is_one_that_the_studio_knows() -> None:
    sets = [table().moods, *table().genres.values()]
    for moods in sets:
        for mood in ("calm", "middle", "strong"):
            assert len(moods[mood]) >= 3
            assert all(tells(prompt) for prompt in moods[mood])


@pytest.mark.parametrize("bpm", [120, 180])
def test_light_never_flashes_more_than_three_times_a_second(bpm: float) -> None:
    period = 60 / bpm
    beats = Beats(times=np.arange(0, 12, period), tempo=bpm, bar=4, first=0, steady=True)
    sections = [
        Section(begin=k, end=k + 1, letter="A", part=Part.CHORUS, energy=1.0) for k in range(12)
    ]
    touches = Touches(beats, sections, seconds=12)
    shape = Shape(width=32, height=18, frames=360, fps=30)
    for grey in (20, 120, 200):
        flat = np.full((18, 32, 3), grey, np.uint8)
        light = [
            float((touched(flat, touches.at(n / 30), shape=shape).mean() / 255) ** 2.2)
            for n in range(330)
        ]
        swings = swung(light)
        assert swings or grey < 100, "a strong section that nobody notices"
        in_a_second = (sum(at <= other < at + 30 for other in swings) for at in swings)
        assert max(in_a_second, default=0) <= 6


def swung(light: Sequence[float]) -> list[int]:
    """Return the frames at which light has turned by a tenth of white: two make a flash."""
    turns, extreme, way = [], light[0], 0
    for at, now in enumerate(light):
        if way and (now - extreme) * way > 0:
            extreme = now
        elif abs(now - extreme) >= 0.1:
            turns.append(at)
            way, extreme = (1 if now > extreme else -1), now
    return turns


def test_a_beat_pushes_the_lens_and_silence_does_not() -> None:
    touches = Touches(BEATS, SECTIONS, seconds=76)
    on, off = touches.at(20.01), touches.at(20.45)
    assert on.zoom > 1.02 > off.zoom
    mute = [replace(each, voiced=False) for each in SECTIONS]
    assert Touches(BEATS, mute, seconds=76).at(20.01).zoom == 1
    assert touches.at(75.99).light < 0.05


def test_framings_differ_and_keep_the_size() -> None:
    ramp = np.zeros((36, 64, 3), np.uint8)
    ramp[:, :, 0] = np.arange(64) * 4
    made = [framed(ramp, number) for number in range(4)]
    assert all(each.shape == ramp.shape for each in made)
    assert np.array_equal(made[1], ramp[:, ::-1])
    assert all(not np.array_equal(a, b) for a, b in pairwise(made))


PHOTOS = Path(str(files("kinora.cli") / "pictures"))


@pytest.mark.parametrize(("name", "sings"), [("astronaut.jpg", True), ("coffee.jpg", False)])
def test_a_face_sings_while_a_line_is_sung(tmp_path: Path, name: str, sings: bool) -> None:
    sound = struck(np.arange(0, 3, 0.25), 3 * HEARD_RATE, 0.1) * np.float32(0.1)
    for at in np.arange(0, 3, 0.5):
        put(sound, at, tone(330, 0.4, 3) + tone(700, 0.4, 3), 0.3)
    write_song(tmp_path / "song.wav", sound, "pcm_s16le")
    song = room.Song(
        path=tmp_path / "song.wav",
        words=Words(prompt="", camera="fix_bg"),
        lines=read_lyrics("[00:01.00]la la la"),
        pictures=[PHOTOS / name],
        captioned=False,
    )
    shape = Shape(width=240, height=240, frames=16, fps=8)
    plain, sung = made(song, shape), made(replace(song, sung_by_pictures=True), shape)
    differ = [not np.array_equal(a, b) for a, b in zip(plain, sung, strict=True)]
    assert not any(differ[:4])
    assert any(differ[8:]) is sings


def test_a_voice_is_told_from_drums_and_from_what_is_at_the_sides() -> None:
    t = np.arange(96_000) / 48_000
    sung = np.sin(2 * np.pi * 440 * t)
    side = np.sin(2 * np.pi * 1000 * t)
    kit = np.repeat(drums(120, 2, begin=0.0), 3)
    heard = voice(np.stack([sung + side + kit, sung - side + kit], 1).astype(np.float32))[:, 0]
    assert share_of(heard, sung) > 0.6
    assert share_of(heard, side) < 0.05
    assert share_of(heard, kit) < 0.3


def share_of(heard: np.ndarray, part: np.ndarray) -> float:
    """Return how much of a part is in what is heard."""
    return float(np.dot(heard, part) / np.dot(part, part))


def small_song(tmp_path: Path) -> room.Song:
    write_song(tmp_path / "song.wav", drums(120, 6), "pcm_s16le")
    Image.effect_mandelbrot((60, 40), (-2, -1, 1, 1), 20).convert("RGB").save(tmp_path / "a.png")
    lines = read_lyrics("[00:01.00]Hold on\n[00:03.00]let go")
    words = Words(prompt="neon city")
    return room.Song(
        path=tmp_path / "song.wav", words=words, lines=lines, pictures=[tmp_path / "a.png"]
    )


Made = TypeVar("Made")


def run(work: Generator[Progress, None, Made]) -> tuple[list[float], Made]:
    """Return how far the work said it was, and what came of it."""
    steps = []
    while True:
        try:
            steps.append(next(work).done)
        except StopIteration as ended:
            return steps, ended.value


def made(song: room.Song, shape: Shape) -> list[Picture]:
    return list(run(room.frames(song, shape=shape, seed=3))[1])


def test_a_song_becomes_as_many_frames_as_asked(tmp_path: Path) -> None:
    shape = Shape(width=96, height=64, frames=48, fps=8)
    song = small_song(tmp_path)
    one = made(song, shape)
    assert len(one) == 48
    assert all(each.shape == (64, 96, 3) and each.dtype == np.uint8 for each in one)
    assert all(each.flags.c_contiguous for each in one)
    assert all(np.array_equal(a, b) for a, b in zip(one, made(song, shape), strict=True))
    plain = made(replace(song, captioned=False), shape)
    assert np.array_equal(one[4], plain[4])
    assert not np.array_equal(one[12], plain[12])


def test_long_films_are_made_smaller_and_come_out_whole() -> None:
    long = Shape(width=1280, height=720, frames=8640, fps=24)
    assert room.work_shape(long).width == 640
    short = Shape(width=960, height=540, frames=1440, fps=24)
    assert room.work_shape(short) == short


@pytest.mark.parametrize(("name", "codec"), [("a.mp3", "libmp3lame"), ("a.wav", "pcm_s16le")])
def test_a_film_gets_its_song_in_time(tmp_path: Path, name: str, codec: str) -> None:
    write_song(tmp_path / name, drums(120, 12), codec)
    shape = Shape(width=96, height=64, frames=80, fps=8)
    frames = (np.full((64, 96, 3), number, np.uint8) for number in range(80))
    for _ in write_film(tmp_path / "silent.mp4", frames, shape=shape, sound=None):
        pass
    lay_song(tmp_path / "silent.mp4", tmp_path / name, tmp_path / "film.mp4", seconds=10)
    with av.open(str(tmp_path / "film.mp4")) as file:
        assert file.streams.video[0].frames == 80
        assert float(file.duration or 0) / av.time_base == pytest.approx(10, abs=0.05)
        stamped = [packet for packet in file.demux() if packet.dts is not None]
        times = [float((packet.dts or 0) * (packet.time_base or 0)) for packet in stamped]
    # A player that reads on must find sound and picture of one moment together.
    assert max(abs(one - other) for one, other in pairwise(times)) < 0.3
    found = find_beats(hear(song_chunks(tmp_path / "film.mp4", seconds=99)))
    assert np.abs(found.times - 2.3).min() < 0.03


def test_what_is_no_song_is_told(tmp_path: Path) -> None:
    (tmp_path / "no.mp3").write_bytes(b"nothing" * 100)
    with pytest.raises(CannotMake, match="cannot be read"):
        list(song_chunks(tmp_path / "no.mp3", seconds=9))
    with pytest.raises(CannotMake, match="no sound"):
        list(song_chunks(film(tmp_path / "mute.mp4"), seconds=9))


def test_a_song_is_heard_only_as_long_as_the_film() -> None:
    shape = Shape(width=96, height=64, frames=40, fps=4)
    song = room.Song(path=Path(), words=Words(prompt=""), lines=[LyricLine("la")])
    script = room.write_script(chunks(SONG[: 10 * HEARD_RATE]), song, shape=shape, seed=1)
    assert script.shots[-1].end == 40
    assert script.captions[0].end <= 10


def test_thinning_keeps_time_and_folds_nothing_down() -> None:
    t = np.arange(48_000, dtype=np.float32) / 48_000
    low, high = (np.sin(2 * np.pi * pitch * t).astype(np.float32) for pitch in (440, 12_000))
    parts = np.split(low + high, [100, 101, 9000, 30_000])
    thin = np.concatenate(list(thinned(parts)))
    assert len(thin) == 16_000
    assert np.abs(thin - low[::3])[50:-50].max() < 0.02


def a_spec(tmp_path: Path, lyrics: str) -> tuple[MusicVideo, Spec]:
    song = small_song(tmp_path)
    ask = MusicVideo(
        audio=AssetId(1),
        prompt="neon city",
        images=(AssetId(2),),
        looks=(AssetId(2),),
        lyrics=lyrics,
        captions=True,
    )
    spec = Spec(
        job=JobId(1),
        attempt=1,
        ask=ask,
        seed=3,
        shape=Shape(width=96, height=64, frames=48, fps=8),
        inputs={AssetId(1): song.path, AssetId(2): tmp_path / "a.png"},
        folder=tmp_path,
        watermark=True,
    )
    return ask, spec


def test_an_ask_becomes_a_file_with_picture_and_song(tmp_path: Path) -> None:
    ask, spec = a_spec(tmp_path, "[00:01.00]la")
    steps, path = run(song_film(ask, spec))
    assert steps == sorted(steps)
    assert len(steps) >= 48
    assert steps[-1] < 1
    with av.open(str(path)) as file:
        assert file.streams.video[0].frames == 48
        assert file.streams.audio[0].rate == 48_000
    assert {each.name for each in tmp_path.iterdir()} == {"film.mp4", "song.wav", "a.png"}


def test_a_film_that_is_stopped_leaves_no_file(tmp_path: Path) -> None:
    ask, spec = a_spec(tmp_path, "")
    making = song_film(ask, spec)
    for _ in range(6):
        next(making)
    making.close()
    assert {each.name for each in tmp_path.iterdir()} == {"song.wav", "a.png"}


def test_a_huge_picture_is_made_handy_once(tmp_path: Path) -> None:
    ask, spec = a_spec(tmp_path, "")
    Image.new("RGB", (5000, 60), (9, 9, 9)).save(tmp_path / "a.png")
    song = song_of(ask, spec, aside=tmp_path)
    with Image.open(song.pictures[0]) as handy:
        assert handy.size == (2400, 29)


def test_bad_lyrics_cannot_be_made(tmp_path: Path) -> None:
    ask, spec = a_spec(tmp_path, "[00:99.00]la")
    with pytest.raises(CannotMake, match="line 1"):
        next(song_film(ask, spec))
