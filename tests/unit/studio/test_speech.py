"""Words are spoken: repeatably, by voices that differ, in the text's own language."""

import sys

import numpy as np
import pytest

from kinora.apis.pixverse.speakers import IDS
from kinora.engines.studio.reel import RATE
from kinora.engines.studio.sound.score import loudness
from kinora.engines.studio.speech.likeness import likeness_of
from kinora.engines.studio.speech.speaking import available, language_of, over, speak, voices
from kinora.ports.engine import CannotMake

HELLO = "Hello there, welcome to our studio."


def pitch(mono: np.ndarray) -> float:
    """Return the median frequency of a voice, by autocorrelation."""
    found = []
    for start in range(0, len(mono) - 4096, 2048):
        frame = mono[start : start + 4096]
        if np.abs(frame).mean() < 0.02:
            continue
        power = np.abs(np.fft.rfft(frame, 8192)) ** 2
        echo = np.fft.irfft(power)
        low, high = RATE // 400, RATE // 60
        found.append(RATE / (low + int(np.argmax(echo[low:high]))))
    return float(np.median(found))


def test_the_synthesiser_is_there() -> None:
    assert available(), "the development requirements hold the extra"


def test_the_same_words_sound_the_same() -> None:
    first, again = (speak(HELLO, voice="1", seed=3) for _ in range(2))
    assert np.array_equal(first.waves, again.waves)
    assert first.phonemes == again.phonemes
    assert 1.5 < first.seconds < 4


def test_phonemes_come_in_their_order_while_it_is_heard() -> None:
    spoken = speak(HELLO, voice="2", seed=1)
    times = [at for at, _ in spoken.phonemes]
    assert times == sorted(times)
    assert 0 <= times[0] < 0.2
    assert times[-1] < spoken.seconds
    assert {"h", "l", "w"} <= {name for _, name in spoken.phonemes}


def test_every_speaker_of_the_list_has_a_voice_of_their_own() -> None:
    assert set(voices()) | {"Auto"} == IDS
    heights = {number: pitch(speak(HELLO, voice=number, seed=1).waves[:, 0]) for number in voices()}
    assert heights["5"] > 1.6 * heights["6"]
    spread = sorted(heights.values())
    assert spread[-1] / spread[0] > 1.8
    shapes = {speak(HELLO, voice=number, seed=1).waves.tobytes() for number in voices()}
    assert len(shapes) == len(voices())


def test_it_is_as_loud_as_other_sounds() -> None:
    assert loudness(speak(HELLO, voice="4", seed=1).waves) == pytest.approx(-16, abs=2.5)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, this is a test", "en-us"),
        ("你好，世界", "cmn"),  # noqa: RUF001 - as it is written
        ("こんにちは世界", "ja"),
        ("안녕하세요", "ko"),
        ("Привет", "ru"),
        ("مرحبا", "ar"),
        ("Guten Tag, wie geht es dir", "de"),
        ("Bonjour tout le monde", "fr"),
        ("Hola, esto es para la prueba", "es"),
        ("12345", "en-us"),
    ],
)
def test_the_language_is_found_and_spoken(text: str, language: str) -> None:
    assert language_of(text) == language
    assert speak(text, voice="auto", seed=2).seconds > 0.2


def test_what_is_longer_than_the_film_is_cut_softly() -> None:
    spoken = speak(HELLO, voice="1", seed=1)
    short = over(spoken, None, seconds=1.0)
    assert short.shape == (RATE, 2)
    assert np.abs(short[-1]).max() < 0.02
    bed = np.full((RATE, 2), 0.5, np.float32)
    assert np.abs(over(spoken, bed, seconds=1.0)[-1]).max() < 0.3


@pytest.mark.parametrize("text", ["...", "", "\x00\x07", "!?"])
def test_nothing_to_say(text: str) -> None:
    with pytest.raises(CannotMake, match="nothing to say"):
        speak(text, voice="1", seed=1)


def test_a_worker_that_breaks_is_told_in_a_sentence() -> None:
    with pytest.raises(CannotMake, match="could not be spoken"):
        speak(HELLO, voice="1", seed=1, worker=(sys.executable, "-c", "raise SystemExit(3)"))


@pytest.mark.parametrize("number", ["2", "5"])
def test_a_voice_of_ones_own_sounds_like_its_recording(number: str) -> None:
    recorded = speak("Where did the cat go last night? Nobody knows.", voice=number, seed=2)
    like = likeness_of(recorded.waves)
    assert like is not None
    own = speak(HELLO, voice="auto", seed=1, like=like)
    heard = likeness_of(own.waves)
    assert heard is not None
    assert abs(np.log2(heard.pitch / like.pitch)) < 0.12
    others = (speak(HELLO, voice=other, seed=1) for other in ("6", "8"))
    far = [
        np.abs(found.colour - like.colour).mean() for o in others if (found := likeness_of(o.waves))
    ]
    assert np.abs(heard.colour - like.colour).mean() < min(far)


def test_no_voice_is_found_where_nobody_speaks() -> None:
    rain = np.random.default_rng(1).normal(0, 0.1, (3 * RATE, 2)).astype(np.float32)
    assert likeness_of(rain) is None
    assert likeness_of(np.zeros((100, 2), np.float32)) is None
