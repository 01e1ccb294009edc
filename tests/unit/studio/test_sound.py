"""Words choose sounds; every sound is loud enough, never clips, and is the same for a seed."""

import tomllib
from importlib.resources import files

import numpy as np
import pytest
from scipy import signal

from kinora.engines.studio.reel import RATE
from kinora.engines.studio.sound.listening import listen
from kinora.engines.studio.sound.music import CHORDS
from kinora.engines.studio.sound.score import MAKERS, loudness, score

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


def test_each_mood_is_another_music() -> None:
    made = {
        mood: score(content=f"{TABLE['moods'][mood][0]} music", prompt="", seconds=1.0, seed=1)
        for mood in CHORDS
    }
    assert set(CHORDS) == set(TABLE["moods"])
    assert len({waves.tobytes() for waves in made.values()}) == len(CHORDS)
