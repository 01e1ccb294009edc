"""What is heard: music videos, and voices of a caller's own."""

from dataclasses import replace
from pathlib import Path

from kinora.bootstrap.ground import Ground
from kinora.domain.asset import AssetKind
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.order import LipSync, MusicVideo, Speech
from kinora.usecases.keep_voices import MakeVoice
from tests.assets import asset as asset_on_paper
from tests.unit.apis.useapi import LANE, Caller, calling, number_in

SONG = replace(asset_on_paper(0, 0, 20.0), kind=AssetKind.AUDIO)


async def ask_of(caller: Caller, name: str) -> object:
    found = await caller.ground.store.view.jobs.get(JobId(number_in(name)))
    assert found is not None
    return found.order.ask


async def test_music_videos(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        song, who = await caller.paper(SONG), await caller.picture()
        told = await caller.post(
            "/music-video/create", audio_path=song, image_path=who, prompt="a stage", subtitles="1"
        )
        assert told["cost_credits"] == 300
        ask = await ask_of(caller, told["video_id"])
        assert isinstance(ask, MusicVideo)
        assert (ask.prompt, ask.lip_sync, ask.captions) == ("a stage", True, True)
        row = await caller.get(f"/music-video/{told['video_id']}")
        assert list(row) == ["video_id", "project_id", "status", "name", "video"]
        assert (row["status"], row["name"]) == ("processing", "a stage")
        await caller.finished()
        plain = await caller.post("/music-video/create", audio_path=song, mode="storytelling")
        page = await caller.get("/music-video/", limit=1)
        assert [each["video_id"] for each in page["data"]] == [plain["video_id"]]
        assert (page["next_offset"], page["has_more"]) == (1, True)
        last = await caller.get("/music-video", limit=5, offset=1)
        assert [each["status"] for each in last["data"]] == ["succeeded"]
        assert last["has_more"] is False
        video = await caller.get(f"/videos/{told['video_id']}")
        assert (video["video_status"], video["video_duration"]) == (1, 20.0)


async def test_bad_music_videos(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        song, film = await caller.paper(SONG), await caller.film()
        short = await caller.paper(replace(SONG, seconds=3.0))
        for body, sentence in (
            ({}, "audio_path is required"),
            ({"audio_path": film}, "audio_path must be a sound, not a video"),
            ({"audio_path": short}, "the audio must be 10 to 360 s long"),
            ({"audio_path": song, "mode": "opera"}, "mode must be"),
            ({"audio_path": song, "quality": "360p"}, "quality must be 720p or 1080p"),
        ):
            assert sentence in await caller.refused(400, "/music-video/create", **body)
        made = (await caller.post("/videos/create", prompt="no song"))["video_id"]
        answer = await caller.client.get(f"/v2/pixverse/music-video/{made}")
        assert answer.status_code == 404


async def test_a_voice_of_ones_own(ground: Ground, tmp_path: Path) -> None:
    make = MakeVoice(store=ground.store, clock=ground.clock, mint=ground.mint)
    async with calling(ground, tmp_path) as caller:
        sound, film = await caller.paper(SONG), await caller.film()
        number = AssetId(int(sound.partition("/")[2].partition(".")[0]))
        voice = await make("Gran", number, account=AccountId(1))
        voices = (await caller.get("/videos/voices"))["items"]
        assert voices[-1] == {"speaker_id": str(voice.id), "name": "Gran"}
        said = {"video_path": film, "prompt": "hello", "speaker_id": str(voice.id)}
        told = await caller.post("/videos/lipsync", **said)
        ask = await ask_of(caller, told["video_id"])
        assert isinstance(ask, LipSync)
        assert ask.speech == Speech(text="hello", like=number)
        spoken = {"model": "v5", "prompt": "a person", "lip_sync_tts_prompt": "hello"}
        await caller.post("/videos/create", **spoken, lip_sync_tts_speaker_id=voice.id)
        for speaker in ("99", "no one", str(voice.id + 1)):
            sentence = await caller.refused(
                400, "/videos/create", **spoken, lip_sync_tts_speaker_id=speaker
            )
            assert "is not on videos/voices" in sentence
        both = said | {"audio_path": sound}
        assert "exactly one of" in await caller.refused(400, "/videos/lipsync", **both)
        assert LANE in told["video_id"]
