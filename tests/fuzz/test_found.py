"""What fuzzing found, kept as it was found."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest

from kinora.adapters.media.zygote import answer as judged
from kinora.apis.pixverse.reference import document
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground
from kinora.domain.ids import AccountId
from kinora.engines.studio.reel import RATE
from kinora.engines.studio.source.listening import heard
from tests.conftest import KEY
from tests.fuzz.answers import inside, what_is_wrong
from tests.wire.world import Maker

BEARER = {"authorization": f"Bearer user:1-{KEY}"}


@pytest.fixture
async def client(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    app = build_api(ground, wake=lambda: None, draining=Draining())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
        base_url="http://kinora.test",
        headers={"API-KEY": KEY},
    ) as opened:
        yield opened


@pytest.mark.parametrize("path", ["restyle/list", "lip_sync/tts_list"])
async def test_a_list_may_be_asked_for_with_a_bottomless_body(
    client: httpx.AsyncClient, path: str
) -> None:
    url = f"/openapi/v2/video/{path}"
    answer = await client.request("GET", url, content=b"[" * 200_000)
    assert answer.json()["ErrCode"] == 0


@pytest.mark.parametrize(
    ("dialect", "path", "kind"),
    [
        ("pixverse", "/openapi/v2/image/upload", "multipart/form-data; boundary=x"),
        ("pixverse", "/openapi/v2/media/upload", "multipart/form-data; boundary=x"),
        ("useapi", "/v2/pixverse/files", "image/png"),
        ("useapi", "/v2/pixverse/videos/create", "multipart/form-data; boundary=x"),
    ],
)
async def test_a_length_may_be_a_digit_that_is_no_number(
    client: httpx.AsyncClient, dialect: str, path: str, kind: str
) -> None:
    odd = {b"content-length": "\xb2".encode("latin-1"), b"content-type": kind.encode()}
    headers = [*odd.items(), (b"authorization", BEARER["authorization"].encode())]
    answer = await client.post(path, content=b"--x--", headers=headers)
    assert what_is_wrong(dialect, answer, "") == ""


@pytest.mark.parametrize(
    "body",
    [
        {"since": "0001-01-01T00:00:00+14:00", "until": "2026-11-28T00:00:00Z"},
        {"since": "2026-11-28T00:00:00Z", "until": "9999-12-31T23:59:59-14:00"},
        {"delivery": 2**63},
        {"delivery": -(2**63) - 1},
        {"delivery": 10**400},
    ],
    ids=str,
)
async def test_a_replay_of_impossible_times_and_numbers_is_refused(
    ground: Ground, client: httpx.AsyncClient, tmp_path: Path, body: dict[str, Any]
) -> None:
    hook = await Maker(ground, tmp_path).webhook(AccountId(1))
    answer = await client.post(f"/api/webhooks/{hook}/replay", json=body)
    assert answer.status_code in (400, 422), answer.text
    assert what_is_wrong("native", answer, str(body)) == ""


@pytest.mark.parametrize(
    "times", [{"end_time": "0001-01-02 00:00:00"}, {"start_time": "9999-12-31 00:00:00"}]
)
async def test_usage_at_the_ends_of_time_is_refused(
    client: httpx.AsyncClient, times: dict[str, str]
) -> None:
    answer = await client.post("/openapi/v2/account/billing/usage-detail", json=times)
    assert answer.json()["ErrCode"] == 400017


@pytest.mark.parametrize(
    ("dialect", "path"), [("useapi", "/v2/pixverse/music/create"), ("native", "/api/webhooks")]
)
async def test_a_field_whose_name_is_no_text_is_refused(
    client: httpx.AsyncClient, dialect: str, path: str
) -> None:
    headers = BEARER if dialect == "useapi" else {}
    answer = await client.post(path, content=b'{"w\x8d": 1}', headers=headers)
    assert answer.status_code == 400
    assert what_is_wrong(dialect, answer, "") == ""


def test_a_sound_whose_title_is_no_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "titled.m4a"
    with av.open(str(path), "w") as out:
        out.metadata["title"] = "TITLE"
        stream = out.add_stream("aac", rate=44_100, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.ones((1, 4096), np.float32), "fltp", "mono")
        frame.sample_rate = 44_100
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    path.write_bytes(path.read_bytes().replace(b"TITLE", b"T\xff\xfeLE"))
    assert b"T\xff\xfeLE" in path.read_bytes()
    assert len(heard(path, seconds=1.0)) > 0


async def test_a_lyric_with_an_endless_offset_is_taken_or_refused(
    client: httpx.AsyncClient,
) -> None:
    body = {"prompt": "x", "lyrics": f"[offset:{'9' * 400}]\n[00:01.00]la"}
    answer = await client.post("/v2/pixverse/music/create", json=body, headers=BEARER)
    assert what_is_wrong("useapi", answer, str(body)) == ""


@pytest.mark.parametrize(
    "start", ["1" + "0" * 400, "1e400", "1e300", "NaN", "true", "-0.5", "360.5"]
)
async def test_a_lyric_at_no_time_of_a_song_is_refused(
    client: httpx.AsyncClient, start: str
) -> None:
    told = f'{{"lines": [{{"start": {start}, "text": "la"}}]}}'
    body = (
        '{"mv_agent_type": "vibe_mv", "audio_media_id": 1, "aspect_ratio": "16:9",'
        f' "quality": "720p", "lyric_timestamp": {told}}}'
    )
    answer = await client.post("/openapi/v2/video/music_mv_agent/generate", content=body)
    assert (answer.status_code, answer.json()["ErrCode"]) == (200, 400080), answer.text


def test_a_picture_that_breaks_its_decoder_is_refused_without_a_name_of_python(
    tmp_path: Path,
) -> None:
    told = judged({"source": str(tmp_path / "not-there"), "target": str(tmp_path / "x")})
    assert inside(told["text"], "") == ""


def test_the_list_of_restyles_is_described_as_an_array() -> None:
    paths = document()["paths"]["/video/restyle/list"]["get"]["responses"]["200"]["content"]
    resp = paths["application/json"]["schema"]["properties"]["Resp"]["anyOf"][0]
    assert resp["type"] == "array"


@pytest.mark.parametrize(
    ("dialect", "path"),
    [("pixverse", "/openapi/v2/image/upload"), ("useapi", "/v2/pixverse/videos/upscale")],
)
async def test_a_form_whose_head_is_no_text_is_refused_without_a_name_of_python(
    client: httpx.AsyncClient, dialect: str, path: str
) -> None:
    headers = BEARER if dialect == "useapi" else {"API-KEY": KEY}
    body = b"--x\r\nContent-Disposition: form-data; filename=\xff\r\n\r\n--x"
    form = headers | {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await client.post(path, content=body, headers=form)
    assert "the form is broken" in answer.text
    assert what_is_wrong(dialect, answer, "") == ""


def test_a_sound_that_changes_its_rate_on_the_way_is_read_on(tmp_path: Path) -> None:
    parts = []
    for rate, layout in ((44_100, "stereo"), (22_050, "mono")):
        path = tmp_path / f"{rate}.mp3"
        with av.open(str(path), "w") as out:
            stream = out.add_stream("mp3", rate=rate, layout=layout)
            tone = np.sin(np.arange(rate) * 2765 / rate).astype(np.float32) / 2
            channels = 2 if layout == "stereo" else 1
            frame = av.AudioFrame.from_ndarray(np.tile(tone, (channels, 1)), "fltp", layout)
            frame.sample_rate = rate
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        parts.append(path.read_bytes())
    both = tmp_path / "both.mp3"
    both.write_bytes(b"".join(parts))
    waves = heard(both, seconds=10.0)
    assert 1.8 * RATE < len(waves) < 2.4 * RATE
    for second in (0.5, 1.6):
        assert np.abs(waves[round(second * RATE) :][: RATE // 10]).max() > 0.3
