"""People who talk, and songs that become films, over HTTP, through real processes."""

import wave
from pathlib import Path

import av
import numpy as np

from kinora.engines.studio.reel import RATE, Waves
from kinora.engines.studio.speech.speaking import speak
from kinora_client import Kinora, calls


def written(path: Path, waves: Waves) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(waves, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def song(seconds: int) -> Waves:
    """A bar of four beats a second apart by half, with a bass below it."""
    at = np.arange(seconds * RATE) / RATE
    beat = np.exp(-((at % 0.5) * 18)) * np.sin(2 * np.pi * 90 * at)
    bass = 0.2 * np.sin(2 * np.pi * np.where(at % 8 < 4, 110, 146) * at)
    return np.stack([0.7 * beat + bass] * 2, -1).astype(np.float32)


def brightness(path: Path) -> tuple[int, float]:
    """Return how many frames a film has, and how much the lower middle of them changes."""
    with av.open(str(path)) as film:
        frames = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
    return len(frames), float(np.stack(frames).std(0).mean())


def test_a_portrait_says_what_is_asked_in_a_voice_of_ones_own(
    kinora: Kinora, photos: Path, tmp_path: Path
) -> None:
    recorded = speak("Where did the cat go last night? Nobody knows.", voice="6", seed=1)
    sound = kinora.upload_media(written(tmp_path / "voice.wav", recorded.waves))
    voice = kinora.send(calls.make_voice("Mine", sound.id))["speaker_id"]
    before = kinora.balance().total
    person = kinora.upload_image(photos / "astronaut.jpg")
    still = kinora.submit(
        calls.image_to_video(person.id, prompt="hold still", duration=1, quality="360p")
    )
    own = kinora.download(kinora.wait(still), tmp_path / "own.mp4")
    talk = kinora.submit(calls.lip_sync(still.id, "Hello there", speaker=voice))
    film = kinora.download(kinora.wait(talk), tmp_path / "talk.mp4")
    assert before - kinora.balance().total == 5 + 4
    assert brightness(film)[0] == brightness(own)[0] == 24
    assert brightness(film)[1] > brightness(own)[1]
    with av.open(str(film)) as file:
        assert len(file.streams.audio) == 1


def test_a_film_is_cut_to_a_song(kinora: Kinora, tmp_path: Path) -> None:
    sound = kinora.upload_media(written(tmp_path / "song.wav", song(10)))
    asked = calls.music_video(sound.id, style="red ink", lyrics="[00:01.00]One\n[00:05.00]Two")
    made = kinora.wait(kinora.submit(asked))
    assert (made.width, made.height) == (1280, 720)
    frames, changes = brightness(kinora.download(made, tmp_path / "film.mp4"))
    assert frames == 240
    assert changes > 2
