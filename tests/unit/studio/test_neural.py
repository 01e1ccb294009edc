"""An operator's own voices speak: found in a folder, chosen by id, heard and timed."""

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from kinora.catalog.neural import Roster, find_voices
from kinora.catalog.piper import PiperVoice
from kinora.engines.studio.reel import RATE
from kinora.engines.studio.speech.neural import FOLDER
from kinora.engines.studio.speech.piper import lines
from kinora.engines.studio.speech.speaking import Manner, Spoken, speak
from kinora.ports.engine import CannotMake
from tests.neural import neural_voice

HELLO = "Hello there, my friend. How are you?"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    find_voices.cache_clear()
    return tmp_path


def found(folder: Path) -> Roster:
    find_voices.cache_clear()
    return find_voices(folder)


def pitch(spoken: Spoken) -> float:
    """Return the strongest frequency."""
    power = np.abs(np.fft.rfft(spoken.waves[:, 0]))
    return float(np.argmax(power) * RATE / len(spoken.waves))


def test_a_voice_speaks_a_wav_with_sound_in_it(folder: Path, tmp_path: Path) -> None:
    neural_voice(folder, "en_US-ada-low")
    spoken = speak(HELLO, voice="en_US-ada-low", seed=1)
    path = tmp_path / "said.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((spoken.waves * 32767).astype(np.int16).tobytes())
    assert path.stat().st_size > 100_000
    assert spoken.seconds > 1.5
    assert float(np.sqrt((spoken.waves**2).mean())) > 0.03
    assert pitch(spoken) == pytest.approx(220, abs=8)
    assert spoken.phonemes == ()


def test_what_the_model_tells_of_its_times_moves_the_lips(folder: Path) -> None:
    neural_voice(folder, "en_US-ada-low", timed=True)
    spoken = speak(HELLO, voice="en_US-ada-low", seed=1)
    times = [at for at, _ in spoken.phonemes]
    assert times == sorted(times)
    assert spoken.seconds * 0.8 < times[-1] < spoken.seconds
    assert {"h", "m", "f"} <= {sign for _, sign in spoken.phonemes}


def test_sentences_are_parted_and_keep_their_stops(folder: Path) -> None:
    voice = find_voices(neural_voice(folder, "en_US-ada-low").parent).voices[0]
    assert isinstance(voice, PiperVoice)
    first, second = lines("\u201cHello there, my friend.\u201d How are you?", voice)
    spelled = ["".join(sign for sign in each.signs if sign) for each in (first, second)]
    assert spelled[0].endswith("nd.")
    assert ", m" in spelled[0]
    assert spelled[1].startswith("h")
    assert spelled[1].endswith("?")
    assert first.ids[:2] == [1, 0]
    assert first.ids[-1] == 2
    assert first.ids[3::2] == [0] * len(first.ids[3::2])


def test_pace_and_pitch_are_followed(folder: Path) -> None:
    neural_voice(folder, "en_US-ada-low")
    plain, slow, high = (
        speak("Hello there.", voice="en_US-ada-low", seed=1, manner=manner)
        for manner in (Manner(), Manner(pace=0.5), Manner(steps=12))
    )
    assert slow.seconds > 1.7 * plain.seconds
    assert high.seconds == pytest.approx(plain.seconds, rel=0.1)
    assert pitch(high) == pytest.approx(440, abs=12)


def test_each_speaker_of_a_model_has_an_id(folder: Path) -> None:
    neural_voice(folder, "en_GB-many-medium", speakers=3)
    voices = found(folder).voices
    assert [voice.id for voice in voices] == [f"en_GB-many-medium#{n}" for n in range(3)]
    assert voices[1].name == "Many (English), p1"
    assert pitch(speak(HELLO, voice="en_GB-many-medium#1", seed=1)) == pytest.approx(440, abs=12)


def test_files_that_cannot_be_used_are_named_and_passed_over(folder: Path) -> None:
    neural_voice(folder, "en_US-ada-low")
    whole = neural_voice(folder, "en_US-cut-low")
    whole.write_bytes(whole.read_bytes()[:300])
    (neural_voice(folder, "en_US-bare-low").with_suffix(".onnx.json")).unlink()
    page = neural_voice(folder, "en_US-page-low")
    page.write_text("<html>not found</html>")
    odd = neural_voice(folder, "en_US-odd-low").with_suffix(".onnx.json")
    odd.write_text(json.dumps(json.loads(odd.read_text()) | {"phoneme_type": "text"}))
    (folder / "7.onnx").write_bytes(b"")
    roster = found(folder)
    assert [voice.id for voice in roster.voices] == ["en_US-ada-low"]
    assert roster.refused.keys() == {
        "7.onnx",
        "en_US-bare-low.onnx",
        "en_US-cut-low.onnx",
        "en_US-odd-low.onnx",
        "en_US-page-low.onnx",
    }
    assert "cut off" in roster.refused["en_US-cut-low.onnx"]
    assert "no en_US-bare-low.onnx.json" in roster.refused["en_US-bare-low.onnx"]


def test_a_model_that_does_not_run_is_a_clear_no(folder: Path) -> None:
    path = neural_voice(folder, "en_US-ada-low")
    # Well formed outside, but with an operator that nobody knows.
    path.write_bytes(path.read_bytes().replace(b"MatMul", b"MatMud"))
    with pytest.raises(CannotMake, match="voice en_US-ada-low cannot be used"):
        speak(HELLO, voice="en_US-ada-low", seed=1)


def test_a_text_in_another_script_is_a_clear_no(folder: Path) -> None:
    neural_voice(folder, "en_US-ada-low")
    with pytest.raises(CannotMake, match="speaks en-us only"):
        speak("你好，世界", voice="en_US-ada-low", seed=1)  # noqa: RUF001 - Chinese


def test_a_voice_that_is_gone_is_a_clear_no(folder: Path) -> None:
    with pytest.raises(CannotMake, match="voice en_US-ada-low is not there any more"):
        speak(HELLO, voice="en_US-ada-low", seed=1)
