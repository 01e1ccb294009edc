"""Words choose sounds; every sound is loud enough, never clips, and is the same for a seed."""

import tomllib
from importlib.resources import files

import numpy as np
import pytest
from scipy import signal

from kinora.engines.studio.reel import RATE
from kinora.engines.studio.sound.listening import listen
from kinora.engines.studio.sound.music import CHORDS, TEMPI, VOICES, Style, music
from kinora.engines.studio.sound.score import MAKERS, loudness, score
from kinora.engines.studio.sound.tools import Mono

TABLE = tomllib.loads((files("kinora.engines.studio.sound") / "words.toml").read_text("utf-8"))


@pytest.mark.parametrize("kind", sorted(TABLE["sounds"]))
def test_sounds_are_loud_enough_and_never_clip(kind: str) -> None:
    word = TABLE["sounds"][kind][0]
    assert listen(word).kinds == (kind,)
    made = score(content=word, prompt="", seconds=1.5, seed=3)
    assert made.shape == (round(1.5 * RATE), 2)
    assert np.abs(made).max() < 1.0
    assert -24 < loudness(made) < -12
    assert np.array_equal(made, score(content=word, prompt="", seconds=1.5, seed=3))


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_every_sound_is_heard_in_half_a_second(kind: str) -> None:
    made = MAKERS[kind](RATE // 2, np.random.default_rng(5))
    assert made.dtype == np.float32
    assert float(np.abs(made).max()) > 1e-3


def centroid(word: str) -> float:
    """Return the mean frequency of a sound's power, in hertz."""
    mono = score(content=word, prompt="", seconds=2.0, seed=4).mean(1)
    bins, power = signal.welch(mono, RATE, nperseg=2048)
    return float((bins * power).sum() / power.sum())


def test_low_sounds_are_low_and_high_ones_high() -> None:
    assert centroid("heartbeat") < 150
    assert centroid("footsteps") > 500
    assert centroid("drone") < 250
    assert centroid("crickets") > 3000
    assert centroid("engine") < 1000


def test_steps_and_ticks_come_one_by_one() -> None:
    for word, least, most in (("footsteps", 3, 6), ("clock", 6, 10)):
        mono = np.abs(score(content=word, prompt="", seconds=3.0, seed=4).mean(1))
        level = mono.reshape(-1, RATE // 100).max(1)
        loud = level > 0.45 * level.max()
        starts = np.flatnonzero(loud & ~np.r_[False, loud[:-1]])
        apart = starts[np.r_[True, np.diff(starts) > 15]]
        assert least <= len(apart) <= most


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("rain and distant thunder", ("rain", "thunder")),
        ("rain without thunder", ("rain",)),
        ("a cat purring by the fireplace", ("cat", "fire")),
        ("no music, only wind", ("wind",)),
        ("下雨和雷声", ("rain", "thunder")),
        ("lluvia y truenos", ("rain", "thunder")),
        ("no rain, thunder and wind", ("thunder", "wind")),
        ("no people or cars, just wind", ("wind",)),
        ("no sound of rain but birds", ("birds",)),
        ("rain, no noise", ("rain",)),
        ("don't play music, birds", ("birds",)),
        ("not only rain but thunder", ("rain", "thunder")),
        ("sin city traffic", ("city",)),
        ("viento sin música", ("wind",)),
        ("没有音乐,只有雨声", ("rain",)),
        ("音楽なし、波の音", ("ocean",)),
        ("l'orage et la pluie", ("thunder", "rain")),
        ("sci-fi corridor", ("laser",)),
        ("a man walking his dog in the rain", ("footsteps", "dog", "rain")),
        ("people watch the sunset", ("crowd",)),
        ("时钟", ("clock",)),
        ("Türen und Glocken", ("bells",)),
        ("太鼓と口笛", ("drums", "whistle")),
        ("", ()),
        ("xyzzy", ()),
    ],
)
def test_words_are_heard(text: str, kinds: tuple[str, ...]) -> None:
    assert listen(text).kinds == kinds


def test_silence_is_silent_and_no_music_is_no_music() -> None:
    assert not score(content="silent", prompt="rain", seconds=0.5, seed=1).any()
    assert not score(content="no sound", prompt="rain", seconds=0.5, seed=1).any()
    quiet = score(content="no music", prompt="a portrait", seconds=1.0, seed=1)
    assert not np.array_equal(quiet, score(content="", prompt="a portrait", seconds=1.0, seed=1))


@pytest.mark.parametrize("text", ["silence", "no sound", "mute", "無音", "静音"])
def test_words_for_silence_ask_for_it(text: str) -> None:
    assert listen(text).silent
    assert not listen(f"{text}, rain").silent


def test_no_sound_of_rain_refuses_rain_alone() -> None:
    heard = listen("no sound of rain")
    assert heard.unwanted == {"rain"}
    assert not heard.silent


def test_refused_music_leaves_no_mood() -> None:
    assert listen("birds, no happy music").mood == ""


def test_a_content_without_a_sound_is_heard_as_the_prompt() -> None:
    told = score(content="xyzzy", prompt="rain", seconds=0.5, seed=1)
    assert np.array_equal(told, score(content="", prompt="rain", seconds=0.5, seed=1))


def high_share(words: str) -> float:
    """Return how much of a mix lies above 3 kHz, where crickets sing and a drone does not."""
    mono = score(content=words, prompt="", seconds=2.0, seed=4).mean(1)
    bins, power = signal.welch(mono, RATE, nperseg=2048)
    return float(power[bins > 3000].sum() / power.sum())


def test_what_is_far_is_softer_and_what_is_near_is_louder() -> None:
    far, plain, near = (
        high_share(f"drone and {word} crickets") for word in ("distant", "", "loud")
    )
    assert 3 * far < plain
    assert 1.5 * plain < near


def test_tempo_and_instrument_change_music() -> None:
    texts = ("music", "slow music", "fast music", "piano", "strings", "synth", "fast piano")
    made = [score(content=text, prompt="", seconds=1.5, seed=1).tobytes() for text in texts]
    assert len(set(made)) == len(texts)


def struck_on(wave: Mono, beat: float) -> float:
    """Return how much louder high tones are just after each half beat than just before it."""
    tones = signal.sosfilt(signal.butter(4, 900, "high", fs=RATE, output="sos"), wave)
    level = np.sqrt(np.square(tones).reshape(-1, RATE // 100).mean(1))
    places = np.round(np.arange(1, 16) * beat / 2 * 100).astype(int)
    before, after = (level[places + step].mean() for step in (-2, 2))
    return float(after / before)


def test_notes_are_struck_in_the_tempo() -> None:
    tempo = CHORDS["calm"][1]
    told = {"slow": 0.7, "fast": 1.5}
    beats = {name: 60 / tempo / times for name, times in told.items()}
    for name in TEMPI:
        style = Style(tempo=name, instrument="piano")
        wave = music(12 * RATE, np.random.default_rng(1), style)
        fits = {other: struck_on(wave, beat) for other, beat in beats.items()}
        assert fits[name] > 1.5
        assert all(fits[name] > 1.3 * fit for other, fit in fits.items() if other != name)


@pytest.mark.parametrize("instrument", sorted(VOICES))
def test_a_note_has_its_pitch_and_no_click_at_its_end(instrument: str) -> None:
    note = VOICES[instrument](440.0)
    spectrum = np.abs(np.fft.rfft(note * np.hanning(len(note))))
    assert abs(float(spectrum.argmax()) * RATE / len(note) - 440) < 10
    assert float(np.abs(note[-20:]).max()) < 0.002 * float(np.abs(note).max())


def test_one_word_has_one_meaning_in_a_group() -> None:
    for meanings in TABLE.values():
        words = [word for listed in meanings.values() for word in listed]
        assert len(words) == len(set(words))
    assert set(TABLE["sounds"]) == {*MAKERS, "music"}
    assert set(TABLE["tempi"]) == set(TEMPI)
    assert set(TABLE["instruments"]) == set(VOICES)


def test_each_mood_is_another_music() -> None:
    made = {
        mood: score(content=f"{TABLE['moods'][mood][0]} music", prompt="", seconds=1.0, seed=1)
        for mood in CHORDS
    }
    assert set(CHORDS) == set(TABLE["moods"])
    assert len({waves.tobytes() for waves in made.values()}) == len(CHORDS)
