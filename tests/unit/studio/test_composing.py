"""Music and speech as sounds: form, length, loudness, words that are sung, the same for a seed."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from kinora.domain.ids import AssetId, JobId
from kinora.domain.order import Ask, MakeMusic, SaySomething, Speech
from kinora.engines.studio.composing.brief import brief_of, styles
from kinora.engines.studio.composing.form import bars_of, form_of, sung_form
from kinora.engines.studio.composing.notes import Sung, chord, line_tune, phrase, third_above
from kinora.engines.studio.composing.room import spoken_parts
from kinora.engines.studio.composing.seeing import feeling_of
from kinora.engines.studio.composing.singing import sing, syllables
from kinora.engines.studio.composing.verses import own_verses, stanzas_of
from kinora.engines.studio.engine import Studio
from kinora.engines.studio.reel import RATE, Waves
from kinora.engines.studio.sound.score import loudness
from kinora.engines.studio.speech.likeness import likeness_of
from kinora.engines.studio.speech.speaking import Manner, available, speak
from kinora.ports.engine import CannotMake, Output, Progress, Shape, Spec

needs_speech = pytest.mark.skipif(not available(), reason="speech is not installed")
SHORT = 12
LYRICS = "[Verse]\nHello little river\n\n[Chorus]\nSing, sing, sing\n"


def made(ask: Ask, folder: Path, *, seconds: int = SHORT, seed: int = 4) -> list[Output | Progress]:
    folder.mkdir(exist_ok=True)
    shape = Shape(width=0, height=0, frames=seconds, fps=1)
    spec = Spec(job=JobId(1), attempt=1, ask=ask, seed=seed, shape=shape, inputs={}, folder=folder)
    return [each for each in Studio().run(spec) if isinstance(each, Output | Progress)]


def output(events: list[Output | Progress]) -> Output:
    (found,) = [each for each in events if isinstance(each, Output)]
    return found


def heard(path: Path) -> Waves:
    with av.open(str(path)) as file:
        planes = [frame.to_ndarray() for frame in file.decode(audio=0)]
    return np.concatenate(planes, 1).T.astype(np.float32)


def notes_of(bars: int) -> Iterator[tuple[int, ...]]:
    for seed in range(bars):
        yield tuple(chord(brief_of("happy pop", seed=3), seed % 7 + 1))


def test_music_is_as_long_and_as_loud_as_it_should_be(tmp_path: Path) -> None:
    ask = MakeMusic(words="happy pop", seconds=SHORT, instrumental=True)
    events = made(ask, tmp_path / "a")
    done = [each.done for each in events if isinstance(each, Progress)]
    assert done == sorted(done)
    assert len(done) > 10
    assert done[-1] == 1.0
    found = output(events)
    assert (found.kind, found.mime, found.seconds) == ("audio", "audio/mpeg", SHORT)
    waves = heard(found.path)
    assert abs(len(waves) / RATE - SHORT) < 0.1
    assert -17 < loudness(waves) < -15
    assert float(np.abs(waves).max()) < 1.0
    # It is stereo, and ends in silence.
    assert float(np.asarray(np.corrcoef(waves.T))[0, 1]) < 0.95
    assert float(np.abs(waves[-RATE // 20 :]).max()) < 0.02
    again = output(made(ask, tmp_path / "b"))
    assert again.path.read_bytes() == found.path.read_bytes()
    assert [each.name for each in (tmp_path / "a").iterdir()] == ["music.mp3"]
    other = output(made(ask, tmp_path / "c", seed=5))
    assert other.path.read_bytes() != found.path.read_bytes()


@needs_speech
def test_words_are_sung(tmp_path: Path) -> None:
    sung = MakeMusic(words="calm piano, a woman sings", seconds=SHORT, lyrics=LYRICS)
    plain = MakeMusic(words="calm piano, a woman sings", seconds=SHORT, instrumental=True)
    files = [output(made(ask, tmp_path / str(n))).path for n, ask in enumerate((sung, plain))]
    levels = [_between(heard(path), 1500, 4500) for path in files]
    assert levels[0] > 2 * levels[1]


def _between(waves: Waves, low: float, high: float) -> float:
    """Return the share of a sound's power between two frequencies."""
    power = np.abs(np.fft.rfft(waves.mean(1))) ** 2
    places = np.fft.rfftfreq(len(waves), 1 / RATE)
    return float(power[(places > low) & (places < high)].sum() / power.sum())


@needs_speech
def test_a_singer_holds_the_tune() -> None:
    spoken = speak("la la la la", voice="10", seed=1)
    parts = syllables(spoken)
    assert len(parts.begins) == 4
    for midi in (52, 57, 64):
        tune = [Sung(0.5 + 0.6 * n, 0.55, midi) for n in range(4)]
        start, voice = sing(spoken, parts, tune)
        assert 0 <= start < 0.5
        assert 2.2 < len(voice) / RATE < 3.6
        like = likeness_of(np.stack([voice, voice], -1))
        assert like is not None
        assert abs(12 * np.log2(like.pitch / 440) + 69 - midi) < 0.5


@pytest.mark.parametrize("name", sorted(styles().genres))
def test_every_genre_is_asked_for_by_its_first_word(name: str) -> None:
    genre = styles().genres[name]
    assert brief_of(genre.words[0], seed=1).genre == genre
    for row in (genre.kick, genre.snare, genre.hat, genre.bass):
        assert len(row) == 16
        assert set(row) <= set("xo.")


def test_words_say_tempo_key_and_mood() -> None:
    brief = brief_of("dark techno, 133 bpm, in F# minor", seed=1)
    assert (brief.tempo, brief.root, brief.feeling) == (133.0, 6, "dark")
    assert brief.mood.scale[2] == 3
    assert brief_of("sad piano in C major", seed=1).mood.scale[2] == 4
    slow, fast = brief_of("slow jazz", seed=1), brief_of("fast jazz", seed=1)
    assert slow.tempo < 0.8 * fast.tempo
    assert brief_of("jazz with violin", seed=1).lead == "strings"
    assert brief_of("anything", seed=1) == brief_of("anything", seed=1)


@pytest.mark.parametrize("seconds", [30, 61, 90, 180])
@pytest.mark.parametrize("words", ["ambient", "pop", "jazz"])
def test_a_form_fits_its_length(words: str, seconds: int) -> None:
    brief = brief_of(words, seed=2)
    sections = form_of(brief, seconds=seconds)
    assert (sections[0].name, sections[-1].name) == ("intro", "outro")
    assert {"verse", "chorus"} <= {section.name for section in sections}
    bars = bars_of(sections, brief, seconds=seconds, seed=2)
    end = bars[-1].start + bars[-1].length
    assert seconds - 3 < end < seconds - 2
    assert 0.75 < 240 / bars[0].length / brief.tempo < 1.34


def test_chords_lead_into_each_other_and_tunes_fit_them() -> None:
    for seen in notes_of(7):
        assert seen[0] >= 52
        assert seen[-1] < 64
    brief = brief_of("happy pop", seed=3)
    bars = bars_of(form_of(brief, seconds=60), brief, seconds=60, seed=3)
    chorus = [bar for bar in bars if bar.section == "chorus"][:4]
    tune = phrase(brief, chorus, seed=3)
    names = {(brief.root + step) % 12 for step in brief.mood.scale}
    assert {note.midi % 12 for note in tune} <= names
    assert all(60 <= note.midi <= 93 for note in tune)
    for count in (1, 5, 12, 40):
        line = line_tune(brief, chorus[:2], count, seed=1, lowest=60)
        assert len(line) == count
        assert all(note.length > 0 for note in line)
        assert line == sorted(line, key=lambda note: note.at)


def test_stanzas() -> None:
    marked = stanzas_of("[Verse 1]\nOne\nTwo\n(Chorus):\nThree\n\nFour\n")
    assert [(each.name, each.lines) for each in marked] == [
        ("verse", ("One", "Two")),
        ("chorus", ("Three",)),
        ("verse", ("Four",)),
    ]
    plain = stanzas_of("[00:01.00] One\n\nLa\n\nTwo\n\nLa")
    assert [each.name for each in plain] == ["verse", "chorus", "verse", "chorus"]
    (long,) = stanzas_of("word " * 60)
    assert len(long.lines) == 4
    assert stanzas_of("\n  \n...") == ()
    assert [len(each.lines) for each in stanzas_of("[Verse]\n" + "la\n" * 20)] == [8, 8, 4]
    own = own_verses("a song about old trains, please", "epic", turns=9)
    assert any("old trains" in line for section in own for line in section.lines)


def test_more_words_than_time_are_left_out() -> None:
    brief = brief_of("pop", seed=1)
    many = stanzas_of("\n\n".join("a line\nanother\na third\na fourth" for _ in range(30)))
    sections = sung_form(brief, many, seconds=30)
    assert 1 < sum(bool(section.lines) for section in sections) < 8
    assert sum(section.bars for section in sections) * 240 / brief.tempo < 42


def test_a_chorus_comes_again_while_there_is_time() -> None:
    brief = brief_of("pop", seed=1)
    few = stanzas_of("[Verse]\none\ntwo\n[Chorus]\nthree\nfour")
    names = [(each.name, bool(each.lines)) for each in sung_form(brief, few, seconds=90)]
    assert names[0] == ("intro", False)
    assert names.count(("chorus", True)) >= 3
    assert ("chorus", False) not in names
    assert third_above(brief, Sung(0.0, 1.0, 60 + brief.root)).midi in (
        63 + brief.root,
        64 + brief.root,
    )


def test_pictures_have_a_feeling(tmp_path: Path) -> None:
    paths = {}
    for name, colour in (("night", (8, 10, 20)), ("party", (250, 200, 40)), ("fog", (200,) * 3)):
        paths[name] = tmp_path / f"{name}.png"
        Image.new("RGB", (64, 64), colour).save(paths[name])
    found = {name: feeling_of([path]) for name, path in paths.items()}
    assert found["night"] in ("dark", "tense")
    assert (found["party"], found["fog"]) == ("happy", "calm")
    assert feeling_of([]) == ""


@needs_speech
def test_a_long_text_is_said_in_parts(tmp_path: Path) -> None:
    text = "This is one sentence of many. " * 70
    assert len(text) > 2000
    events = made(SaySomething(speech=Speech(text=text, speaker="2"), pace=2.0), tmp_path)
    found = output(events)
    assert (found.path.name, found.mime) == ("speech.mp3", "audio/mpeg")
    assert 50 < found.seconds < 140
    waves = heard(found.path)
    assert abs(len(waves) / RATE - found.seconds) < 0.1
    assert -17.5 < loudness(waves) < -14.5


@pytest.mark.parametrize("steps", [3, 12])
def test_what_is_stopped_leaves_no_file(tmp_path: Path, steps: int) -> None:
    ask = MakeMusic(words="ambient", seconds=SHORT, instrumental=True)
    shape = Shape(width=0, height=0, frames=SHORT, fps=1)
    spec = Spec(job=JobId(1), attempt=1, ask=ask, seed=1, shape=shape, inputs={}, folder=tmp_path)
    run = Studio().run(spec)
    for _ in range(steps):
        next(run)
    run.close()
    assert list(tmp_path.iterdir()) == []


def test_parts_of_a_text() -> None:
    parts = spoken_parts("One. Two! " * 200 + "x" * 2000)
    assert all(0 < len(part) <= 901 for part in parts)
    assert "".join(parts).replace(" ", "") == ("One.Two!" * 200 + "x" * 2000)
    with pytest.raises(CannotMake, match="nothing to say"):
        spoken_parts(" ... ")


@needs_speech
def test_a_manner_of_speaking() -> None:
    text = "We are going to the sea today."
    plain = speak(text, voice="2", seed=1)
    fast = speak(text, voice="2", seed=1, manner=Manner(pace=1.6))
    assert fast.seconds < 0.75 * plain.seconds
    high = likeness_of(speak(text, voice="2", seed=1, manner=Manner(steps=8)).waves)
    low = likeness_of(plain.waves)
    assert high is not None
    assert low is not None
    assert high.pitch > 1.15 * low.pitch
    german = speak(text, voice="2", seed=1, manner=Manner(language="de"))
    assert [name for _, name in german.phonemes] != [name for _, name in plain.phonemes]


def test_asks_say_what_they_work_on() -> None:
    music = MakeMusic(words="a", seconds=30, lyrics="b", images=(AssetId(7),))
    assert (music.inputs, music.texts) == ((AssetId(7),), ("a", "b"))
    said = SaySomething(speech=Speech(text="c", like=AssetId(9)))
    assert (said.inputs, said.texts) == ((AssetId(9),), ("c",))
