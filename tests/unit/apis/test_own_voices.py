"""An operator's voices are on every list of speakers, and can be chosen where speakers can."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import prepare, stand
from kinora.catalog.neural import find_voices
from kinora.domain.ids import AccountId, JobId
from kinora.domain.order import LipSync, SaySomething
from kinora.settings import BadSettings, Settings, read_settings
from tests.conftest import KEY
from tests.kokoro import archive, kokoro_model, styles
from tests.neural import neural_voice
from tests.wire.world import Maker

ADA = "en_US-ada-low"
EVE = "kokoro-v1.0#af_eve"
BEARER = {"authorization": f"Bearer user:1-{KEY}"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Maker]]:
    folder = tmp_path / "voices"
    folder.mkdir()
    neural_voice(folder, ADA)
    kokoro_model(folder)
    archive(folder, {"af_eve": styles(330), "jf_jun": styles(440)})
    find_voices.cache_clear()
    settings = Settings(data=tmp_path / "data", bootstrap_key=KEY, speech_voices=str(folder))
    settings.data.mkdir()
    await prepare(settings)
    ground = await stand(settings, process=0)
    app = build_api(ground, wake=lambda: None, draining=Draining())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:
        yield client, Maker(ground, tmp_path)
    await ground.close()


async def test_the_pixverse_dialect_lists_and_takes_it(
    house: tuple[httpx.AsyncClient, Maker],
) -> None:
    client, maker = house
    key = {"api-key": KEY}
    listed = await client.get("/openapi/v2/video/lip_sync/tts_list", headers=key)
    resp = listed.json()["Resp"]
    assert resp["total"] == 17
    assert resp["data"][15:] == [
        {"speaker_id": ADA, "name": "Ada (English)"},
        {"speaker_id": EVE, "name": "Eve (American English)"},
    ]
    film = await maker.film(AccountId(1), seconds=4.0)
    body: dict[str, Any] = {
        "video_media_id": film,
        "lip_sync_tts_speaker_id": ADA,
        "lip_sync_tts_content": "Hello.",
    }
    path = "/openapi/v2/video/lip_sync/generate"
    made = (await client.post(path, headers=key, json=body)).json()
    job = await maker.ground.store.view.jobs.get(JobId(made["Resp"]["video_id"]))
    assert job is not None
    assert isinstance(job.order.ask, LipSync)
    assert job.order.ask.speech is not None
    assert job.order.ask.speech.speaker == ADA
    other = await client.post(path, headers=key, json=body | {"lip_sync_tts_speaker_id": "en_US-x"})
    assert other.json()["ErrCode"] == 400017


async def test_the_useapi_dialect_lists_and_takes_it(
    house: tuple[httpx.AsyncClient, Maker],
) -> None:
    client, maker = house
    for path, field in (("videos/voices", "speaker_id"), ("speech/voices", "voice_id")):
        listed = await client.get(f"/v2/pixverse/{path}", headers=BEARER)
        assert [each[field] for each in listed.json()["items"][-2:]] == [ADA, EVE]
    made = await client.post(
        "/v2/pixverse/speech/create", headers=BEARER, json={"text": "Hello.", "voice_id": EVE}
    )
    assert made.status_code == 200, made.text
    number = JobId(int(made.json()["audio_id"].rpartition(":")[2]))
    job = await maker.ground.store.view.jobs.get(number)
    assert job is not None
    assert isinstance(job.order.ask, SaySomething)
    assert job.order.ask.speech.speaker == EVE


def test_a_folder_that_is_not_there_is_a_bad_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="speech_voices: there is no folder"):
        read_settings({"speech_voices": str(tmp_path / "nowhere")})
