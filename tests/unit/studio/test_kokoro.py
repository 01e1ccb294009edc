"""Kokoro's voices speak: found beside their model, spelled as it learned, cut to what it takes."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto

from kinora.catalog.kokoro import KokoroVoice
from kinora.catalog.neural import Roster, find_voices
from kinora.engines.studio.reel import RATE
from kinora.engines.studio.speech import kokoro
from kinora.engines.studio.speech.lasting import lasting
from kinora.engines.studio.speech.neural import FOLDER
from kinora.engines.studio.speech.speaking import Manner, Spoken, speak
from kinora.ports.engine import CannotMake
from tests.kokoro import archive, kokoro_model, styles
from tests.neural import neural_voice

ADA = "kokoro-v1.0#af_ada"
HELLO = "Hello there, my friend. How are you?"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    find_voices.cache_clear()
    archive(tmp_path, {"af_ada": styles(220), "bm_bob": styles(330)})
    return tmp_path


def found(folder: Path) -> Roster:
    find_voices.cache_clear()
    return find_voices(folder)


def voice(language: str) -> KokoroVoice:
    nowhere = Path("nowhere")
    return KokoroVoice(
        id="x", name="X", model=nowhere, archive=nowhere, speaker="x", language=language
    )


def pitch(spoken: Spoken) -> float:
    power = np.abs(np.fft.rfft(spoken.waves[:, 0]))
    return float(np.argmax(power) * RATE / len(spoken.waves))


def spelled(text: str, language: str) -> str:
    return " ".join("".join(line.signs) for line in kokoro.lines(text, voice(language)))


def test_speakers_are_listed_beside_pipers(folder: Path) -> None:
    kokoro_model(folder)
    kokoro_model(folder, "model", numbers="input_ids")
    neural_voice(folder, "en_US-ada-low")
    roster = found(folder)
    assert [(each.id, each.name) for each in roster.voices] == [
        ("en_US-ada-low", "Ada (English)"),
        ("kokoro-v1.0#af_ada", "Ada (American English)"),
        ("kokoro-v1.0#bm_bob", "Bob (British English)"),
        ("model#af_ada", "Ada (American English)"),
        ("model#bm_bob", "Bob (British English)"),
    ]
    assert roster.refused == {}


@pytest.mark.parametrize(
    ("numbers", "speed"),
    [
        ("tokens", TensorProto.FLOAT),
        ("input_ids", TensorProto.FLOAT),
        ("input_ids", TensorProto.INT32),
    ],
)
def test_a_speaker_is_heard_at_the_speed_and_height_that_are_asked(
    folder: Path, numbers: str, speed: int
) -> None:
    kokoro_model(folder, numbers=numbers, speed=speed)
    plain, slow, high = (
        speak(HELLO, voice=ADA, seed=1, manner=manner)
        for manner in (Manner(), Manner(pace=0.5), Manner(steps=12))
    )
    assert float(np.sqrt((plain.waves**2).mean())) > 0.03
    assert plain.phonemes == ()
    assert pitch(plain) == pytest.approx(220, abs=8)
    assert slow.seconds == pytest.approx(2 * plain.seconds, rel=0.1)
    assert pitch(slow) == pytest.approx(220, abs=8)
    assert high.seconds == pytest.approx(plain.seconds, rel=0.1)
    assert pitch(high) == pytest.approx(440, abs=12)
    assert pitch(speak(HELLO, voice="kokoro-v1.0#bm_bob", seed=1)) == pytest.approx(330, abs=8)


def test_the_style_is_that_of_as_many_signs(folder: Path) -> None:
    archive(folder, {"af_ada": styles(220, rising=10)})
    kokoro_model(folder)
    signs = len(kokoro.lines("Hello.", voice("en-us"))[0].ids) - 2
    assert signs == 6
    heard = pitch(speak("Hello.", voice=ADA, seed=1))
    assert heard == pytest.approx(220 + 10 * (signs - 1), abs=6)


def test_the_same_seed_sounds_the_same(folder: Path) -> None:
    kokoro_model(folder, noisy=True)
    once, again, other = (speak(HELLO, voice=ADA, seed=seed) for seed in (7, 7, 8))
    assert np.array_equal(once.waves, again.waves)
    assert not np.array_equal(once.waves[:1000], other.waves[:1000])


def test_what_the_model_tells_of_its_times_moves_the_lips(folder: Path) -> None:
    kokoro_model(folder, timed=True)
    spoken = speak("Hello, my boy.", voice=ADA, seed=1)
    times = [at for at, _ in spoken.phonemes]
    assert times == sorted(times)
    assert spoken.seconds * 0.8 < times[-1] < spoken.seconds
    # The model's own signs for diphthongs are told in IPA.
    heard = {sign for _, sign in spoken.phonemes}
    assert {"h", "m", "ˈoʊ", "aɪ", "ˈɔɪ"} <= heard  # noqa: RUF001 - IPA


def test_words_are_spelled_as_kokoro_learned_them() -> None:
    american, british = (
        spelled("Oh, I say \u2014 judge the hair!", each) for each in ("en-us", "en")
    )
    assert american == "ˈoʊ, aɪ sˈeɪ— dʒˈʌdʒ ðə hˈɛɹ!"  # noqa: RUF001 - IPA
    assert british == "ˈəʊ, aɪ sˈeɪ— dʒˈʌdʒ ðə hˈɛː!"  # noqa: RUF001 - IPA
    assert kokoro.lines("Oh!", voice("en-us"))[0].ids == [0, 156, 31, 5, 0]
    assert spelled("Bonjour.", "fr") == "bɔ̃ʒˈuʁ."  # noqa: RUF001 - IPA


def test_a_long_text_is_cut_at_its_stops(folder: Path) -> None:
    kokoro_model(folder)
    sentence = "The quick brown fox jumps over the lazy dog, and nobody minds."
    text = " ".join([sentence] * 12)
    calls = kokoro.lines(text, voice("en-us"))
    assert 4 <= len(calls) <= 6
    assert all("".join(call.signs).endswith(".") for call in calls)
    endless = kokoro.lines(", ".join(["nobody minds the dog"] * 80), voice("en-us"))
    assert all("".join(call.signs).endswith((",", ".")) for call in endless)
    breathless = kokoro.lines("never " * 300, voice("en-us"))
    wordless = kokoro.lines("ha" * 900, voice("en-us"))
    for call in [*calls, *endless, *breathless, *wordless]:
        assert len(call.ids) <= 510 + 2
    spoken = speak(text, voice=ADA, seed=1)
    said = sum(len(call.ids) for call in calls)
    assert spoken.seconds == pytest.approx(said * 0.075, rel=0.05)


def test_what_espeak_cannot_spell_as_kokoro_learned_it_is_left_out(folder: Path) -> None:
    kokoro_model(folder)
    speakers = ("af_ada", "ef_eva", "ff_fay", "hm_hal", "if_ida", "pm_pip", "jf_jun", "zm_zhi", "x")
    archive(folder, {name: styles(220) for name in speakers})
    roster = found(folder)
    assert [each.id.partition("#")[2] for each in roster.voices] == sorted(speakers[:6])
    reason = roster.refused["voices-v1.0.bin"]
    assert "jf_jun: espeak-ng does not spell Japanese as Kokoro learned it" in reason
    assert "zm_zhi: espeak-ng does not spell Chinese" in reason
    assert "x: no name of a speaker" in reason


def test_files_that_cannot_be_used_are_named_and_passed_over(folder: Path) -> None:
    kokoro_model(folder, style="ref_s")
    kokoro_model(folder, "kokoro-v1.1-zh")
    cut = kokoro_model(folder, "model")
    cut.write_bytes(cut.read_bytes()[:200])
    roster = found(folder)
    assert roster.voices == ()
    assert "its inputs are ref_s, speed, tokens" in roster.refused["kokoro-v1.0.onnx"]
    assert "another version of Kokoro" in roster.refused["kokoro-v1.1-zh.onnx"]
    assert "cut off" in roster.refused["model.onnx"]
    assert "no model" in roster.refused["voices-v1.0.bin"]


def test_a_model_wants_one_archive(folder: Path) -> None:
    kokoro_model(folder)
    archive(folder, {"zf_001": styles(220)}, "voices-v1.1-zh.bin")
    assert len(found(folder).voices) == 2
    archive(folder, {"af_eve": styles(220)}, "voices.bin")
    assert "more than one archive" in found(folder).refused["kokoro-v1.0.onnx"]
    for path in folder.glob("voices*.bin"):
        path.unlink()
    assert "has no voices-v1.0.bin" in found(folder).refused["kokoro-v1.0.onnx"]


@pytest.mark.parametrize("broken", ["page", "cut", "flipped", "empty", "raw"])
def test_a_broken_archive_is_passed_over(folder: Path, broken: str) -> None:
    kokoro_model(folder)
    path = folder / "voices-v1.0.bin"
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[1000] ^= 255
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    path.write_bytes(
        {
            "page": b"<html>not found</html>",
            "cut": whole[:5000],
            "flipped": bytes(flipped),
            "empty": empty.getvalue(),
            "raw": styles(220).tobytes(),
        }[broken]
    )
    roster = found(folder)
    assert roster.voices == ()
    assert "voices-v1.0.bin" in roster.refused["kokoro-v1.0.onnx"]


@pytest.mark.parametrize(
    "table",
    [
        np.zeros((511, 1, 256), np.float32),
        np.zeros((510, 1, 256), np.float64),
        np.zeros((510, 1, 256), np.float32, order="F"),
        np.array([{"a": "pickle"}], object),
    ],
    ids=["longer", "wider", "turned", "pickled"],
)
def test_only_tables_of_styles_are_read(folder: Path, table: NDArray[np.generic]) -> None:
    kokoro_model(folder)
    with (folder / "voices-v1.0.bin").open("wb") as out:
        np.savez(out, af_ada=styles(220), af_odd=table)
    roster = found(folder)
    assert [each.id for each in roster.voices] == [ADA]
    assert "af_odd: no table of 510 x 1 x 256" in roster.refused["voices-v1.0.bin"]


def test_no_more_is_read_than_a_table_has(folder: Path) -> None:
    kokoro_model(folder)
    told = io.BytesIO()
    np.save(told, styles(220))
    with zipfile.ZipFile(folder / "voices-v1.0.bin", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("af_ada.npy", told.getvalue())
        out.writestr("af_bomb.npy", told.getvalue() + bytes(1 << 27))
    roster = found(folder)
    assert [each.id for each in roster.voices] == [ADA]
    assert "af_bomb" in roster.refused["voices-v1.0.bin"]


def test_a_model_that_does_not_run_is_a_clear_no(folder: Path) -> None:
    path = kokoro_model(folder)
    path.write_bytes(path.read_bytes().replace(b"MatMul", b"MatMud"))
    with pytest.raises(CannotMake, match=r"voice kokoro-v1\.0#af_ada cannot be used"):
        speak(HELLO, voice=ADA, seed=1)


def test_an_archive_that_went_bad_meanwhile_is_a_clear_no(folder: Path) -> None:
    kokoro_model(folder)
    assert found(folder).voices
    (folder / "voices-v1.0.bin").write_bytes(b"gone")
    with pytest.raises(CannotMake, match=r"voice kokoro-v1\.0#af_ada cannot be used"):
        speak(HELLO, voice=ADA, seed=1)


def test_a_text_in_another_script_is_a_clear_no(folder: Path) -> None:
    kokoro_model(folder)
    with pytest.raises(CannotMake, match="speaks en-us only"):
        speak("你好，世界", voice=ADA, seed=1)  # noqa: RUF001 - Chinese


@pytest.mark.parametrize("times", [0.5, 0.8, 1.7, 3.0])
def test_lasting_longer_keeps_the_height(times: float) -> None:
    turn = 2 * np.pi * 220 / 24000
    tone = (0.3 * np.sin(np.arange(24000) * turn)).astype(np.float32)
    made = lasting(tone, times=times)
    assert len(made) == pytest.approx(24000 * times, abs=2)
    power = np.abs(np.fft.rfft(made))
    assert np.argmax(power) * 24000 / len(made) == pytest.approx(220, abs=5)
    assert float(np.abs(made[2000:-2000]).max()) == pytest.approx(0.3, abs=0.03)
    assert len(lasting(np.zeros(0, np.float32), times=2)) == 0
