"""Music and speech through the dialect: what is taken, what it costs, what is told of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from kinora.apis.useapi.sounding import EMOTIONS, seconds_of
from kinora.apis.useapi.wire import MusicBody
from kinora.bootstrap.ground import Ground
from kinora.domain.asset import AssetKind
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.order import LipSync, MakeMusic, MusicVideo, SaySomething, Speech, texts_of
from kinora.usecases.keep_voices import MakeVoice
from tests.assets import asset as asset_on_paper
from tests.unit.apis.useapi import LANE, Caller, calling, number_in, other_account

SOUND = replace(asset_on_paper(0, 0, 20.0), kind=AssetKind.AUDIO)


async def ask_of(caller: Caller, name: str) -> object:
    found = await caller.ground.store.view.jobs.get(JobId(number_in(name)))
    assert found is not None
    return found.order.ask


async def test_music_from_call_to_result(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        told = await caller.post("/music/create", prompt="a calm waltz, 45 seconds", replyRef="r")
        assert told["audio_id"].startswith(f"{LANE}-music:")
        assert told["cost_credits"] == 40
        tracked = await caller.get("/scheduler")
        assert [(each["id"], each["type"]) for each in tracked] == [(told["audio_id"], "music")]
        row = await caller.get(f"/music/{told['audio_id']}")
        assert [row["audio_status"], row["audio_status_name"], row["status"]] == [
            5,
            "QUEUED",
            "processing",
        ]
        assert (row["url"], row["audio_status_final"]) == ("", False)
        await caller.finished()
        row = await caller.get(f"/music/{told['audio_id']}/")
        assert (row["audio_status"], row["status"], row["create_mode"]) == (1, "finish", "music")
        assert (row["duration"], row["provider"], row["auto_lyrics"]) == (45.0, "minimax", True)
        assert row["url"].split("?")[0].endswith(".mp3")
        assert "voice_id" not in row
        # What was made can be sung over by a film.
        assert row["path"].startswith("audio/")
        film = await caller.post("/music-video/create", audio_path=row["path"])
        assert isinstance(await ask_of(caller, film["video_id"]), MusicVideo)


async def test_sounds_stand_on_lists_of_their_own(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        names = [
            (await caller.post("/music/create", prompt="drums", instrumental=True))["audio_id"]
            for _ in range(2)
        ]
        said = (await caller.post("/speech/create", text="hello", voice_id="8"))["audio_id"]
        page = await caller.get("/music", limit=1)
        assert [each["audio_id"] for each in page["data"]] == [names[1]]
        assert (page["next_offset"], page["has_more"]) == (1, True)
        page = await caller.get("/music/", offset=1)
        assert [each["audio_id"] for each in page["data"]] == [names[0]]
        assert page["has_more"] is False
        page = await caller.get("/speech")
        assert [each["audio_id"] for each in page["data"]] == [said]
        for path in ("/videos", "/images"):
            assert (await caller.get(path))["total"] == 0


async def test_speech(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        text = "word " * 300
        body = {"text": text, "voice_id": "8", "speed": "1.5", "pitch": "3", "emotion": "sad"}
        told = await caller.post("/speech/create", **body, language_code="de")
        assert told["cost_credits"] == 30
        ask = await ask_of(caller, told["audio_id"])
        assert isinstance(ask, SaySomething)
        assert ask.speech == Speech(text=text.strip(), speaker="8")
        assert ask.pace == pytest.approx(1.5 * EMOTIONS["sad"].pace)
        assert (ask.steps, ask.language) == (1, "de")
        assert texts_of(ask) == (text.strip(),)
        await caller.failed()
        row = await caller.get(f"/speech/{told['audio_id']}")
        assert (row["audio_status"], row["audio_status_final"]) == (8, True)
        assert row["fail_code"] == "speech_generation_failed"
        assert "no person" in row["fail_reason"]
        assert (row["voice_id"], row["voice_name"], row["create_mode"]) == ("8", "Ava", "voice")


async def test_what_is_running_has_another_number_than_films(
    ground: Ground, tmp_path: Path
) -> None:
    async with calling(ground, tmp_path) as caller:
        told = await caller.post("/music/create", prompt="drums")
        await caller.started()
        row = await caller.get(f"/music/{told['audio_id']}")
        assert (row["audio_status"], row["audio_status_name"]) == (10, "GENERATING")
        assert (row["status"], row["audio_status_final"]) == ("processing", False)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "prompt is required"),
        ({"prompt": "a", "model": "music-9"}, "model must be"),
        ({"prompt": "a", "lyrics": "la", "instrumental": True}, "either instrumental or lyrics"),
        ({"prompt": "a" * 2001}, "at most 2000 characters"),
        ({"prompt": "a", "lyrics": "a" * 3501}, "at most 3500 characters"),
        ({"prompt": "a", "model": "lyria-3-pro-preview", "lyrics": "la"}, "lyrics are not"),
        ({"prompt": "a", "duration": 200}, "duration must be 30 to 180"),
        ({"prompt": "a", "image_path_2": "upload/1.png"}, "image_path_1 is missing"),
    ],
)
async def test_bad_music(
    ground: Ground, tmp_path: Path, body: dict[str, object], sentence: str
) -> None:
    async with calling(ground, tmp_path) as caller:
        assert sentence in await caller.refused(400, "/music/create", **body)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"voice_id": "8"}, "text is required"),
        ({"text": "hi"}, "voice_id is required"),
        ({"text": "hi", "voice_id": "99"}, "is not on videos/voices or speech/voices"),
        ({"text": "...", "voice_id": "8"}, "nothing that could be said"),
        ({"text": "hi", "voice_id": "8", "speed": 3}, "speed must be 0.5 to 2.0"),
        ({"text": "hi", "voice_id": "8", "speed": "fast"}, "speed must be a number"),
        ({"text": "hi", "voice_id": "8", "stability": 0.5}, "stability is not accepted"),
        ({"text": "hi", "voice_id": "8", "emotion": "bored"}, "emotion must be"),
        ({"text": "hi", "voice_id": "8", "language_code": "xx"}, "language_code must be"),
        (
            {"text": "hi", "voice_id": "8", "model": "eleven-v3", "language_code": "en"},
            "language_code is not accepted",
        ),
        ({"text": "hi", "voice_id": "8", "model": "eleven-v3", "pitch": 1}, "pitch is not"),
        ({"text": "a" * 5001, "voice_id": "8", "model": "eleven-v3"}, "at most 5000 characters"),
    ],
)
async def test_bad_speech(
    ground: Ground, tmp_path: Path, body: dict[str, object], sentence: str
) -> None:
    async with calling(ground, tmp_path) as caller:
        assert sentence in await caller.refused(400, "/speech/create", **body)


async def test_what_is_not_there_or_anothers(ground: Ground, tmp_path: Path) -> None:
    token = await other_account(ground)
    async with calling(ground, tmp_path) as caller:
        name = (await caller.post("/music/create", prompt="drums"))["audio_id"]
        unknown = f"{LANE}-music:77"
        answer = await caller.client.get(f"/v2/pixverse/music/{unknown}")
        assert answer.json() == {"error": f"Music {unknown} not found", "code": 404}
        wrong = name.replace("-music:", "-speech:")
        assert (await caller.client.get(f"/v2/pixverse/speech/{wrong}")).status_code == 404
        assert (await caller.client.get(f"/v2/pixverse/speech/{name}")).status_code == 400
        assert (await caller.client.get(f"/v2/pixverse/videos/{name}")).status_code == 400
        film = name.replace("-music:", "-video:")
        assert (await caller.client.get(f"/v2/pixverse/videos/{film}")).status_code == 404
    async with calling(ground, tmp_path, token=token) as other:
        assert (await other.client.get(f"/v2/pixverse/music/{name}")).status_code == 404


async def test_models_and_voices(ground: Ground, tmp_path: Path) -> None:
    make = MakeVoice(store=ground.store, clock=ground.clock, mint=ground.mint)
    async with calling(ground, tmp_path) as caller:
        told = await caller.get("/speech/models")
        assert told["default_model"] == "speech-2.8-hd"
        groups = {each["provider"]: each["models"] for each in told["provider_groups"]}
        assert [len(groups["minimax"]), len(groups["elevenlabs"])] == [2, 3]
        first = groups["minimax"][0]
        assert first["credit_formula"] == {
            "unit_characters": 50,
            "unit_credits": 1,
            "round_up": True,
        }
        assert "happy" in first["emotions"]
        assert "emotions" not in groups["elevenlabs"][0]
        number = AssetId(int((await caller.paper(SOUND)).partition("/")[2].partition(".")[0]))
        voice = await make("Gran", number, account=AccountId(1))
        voices = (await caller.get("/speech/voices", model="eleven-v3", language="en"))["items"]
        assert len(voices) == 15
        assert voices[-1] == {
            "voice_id": str(voice.id),
            "provider_voice_id": str(voice.id),
            "name": "Gran",
            "provider": "elevenlabs",
            "custom": True,
        }
        said = await caller.post("/speech/create", text="hi", voice_id=str(voice.id))
        ask = await ask_of(caller, said["audio_id"])
        assert isinstance(ask, SaySomething)
        assert ask.sounds == (number,)
        wrong = await caller.client.get("/v2/pixverse/speech/voices?language=klingon")
        assert wrong.status_code == 400


async def test_pictures_that_music_is_to_fit(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        path = await caller.picture()
        body = {"prompt": "fit this", "image_path_1": path}
        assert "takes no pictures" in await caller.refused(400, "/music/create", **body)
        told = await caller.post("/music/create", **body, model="lyria-3-pro-preview")
        assert told["cost_credits"] == 20
        ask = await ask_of(caller, told["audio_id"])
        assert isinstance(ask, MakeMusic)
        assert len(ask.pictures) == 1


async def test_made_speech_can_be_said_by_a_film(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        told = await caller.post("/speech/create", text="hello there", voice_id="auto")
        await caller.finished()
        path = (await caller.get(f"/speech/{told['audio_id']}"))["path"]
        film = await caller.post("/videos/lipsync", video_path=await caller.film(), audio_path=path)
        ask = await ask_of(caller, film["video_id"])
        assert isinstance(ask, LipSync)
        assert ask.audio is not None


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"prompt": "a waltz"}, 90),
        ({"prompt": "a 60-second waltz"}, 60),
        ({"prompt": "a waltz, 2 minutes"}, 120),
        ({"prompt": "a waltz of 1:15 min"}, 75),
        ({"prompt": "1.5 min of drums"}, 90),
        ({"prompt": "10 s"}, 30),
        ({"prompt": "a waltz", "duration": "33"}, 33),
        ({"prompt": "a waltz", "lyrics": "one\n\ntwo\nthree\nfour"}, 34),
        ({"prompt": "synthwave as in the 80s"}, 90),
    ],
)
def test_how_long_music_is(body: dict[str, str], seconds: int) -> None:
    assert seconds_of(MusicBody.read(body)) == seconds
