"""Files, accounts, the scheduler, the lists of what there is, and the table of operations."""

import asyncio
import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import kinora.domain
from kinora.apis.useapi.errors import STATUS
from kinora.apis.useapi.models import load_table
from kinora.apis.useapi.offer import film_size, offer_over
from kinora.apis.useapi.queues import elapsed
from kinora.apis.useapi.routes import PREFIX
from kinora.bootstrap.ground import Ground
from kinora.catalog.book import load
from kinora.domain.errors import KinoraError
from tests.films import film, sound_wave
from tests.unit.apis.useapi import LANE, app_of, calling, other_account

EMAIL = "default@kinora.local"
OPERATIONS = """
GET /accounts; GET /accounts/{}; POST /accounts/{}; DELETE /accounts/{}; GET /features; POST /files
GET /videos; GET /videos/{}; DELETE /videos/{}; POST /videos/create; POST /videos/create-frames
POST /videos/create-transition; POST /videos/create-fusion; POST /videos/motion-control
POST /videos/extend; POST /videos/modify; POST /videos/restyle; POST /videos/upscale
POST /videos/lipsync; GET /videos/voices; GET /videos/effects; GET /videos/restyles
POST /images/create; GET /images; GET /images/{}; DELETE /images/{}; POST /music/create; GET /music
GET /music/{}; POST /speech/create; GET /speech; GET /speech/{}; GET /speech/voices
GET /speech/models; POST /music-video/create; GET /music-video; GET /music-video/{}
GET /scheduler; GET /scheduler/available; DELETE /scheduler/{}
"""


def listed() -> list[tuple[str, str]]:
    found = [each.strip() for each in re.split(r"[;\n]", OPERATIONS) if each.strip()]
    return [(method, path) for method, _, path in (each.partition(" ") for each in found)]


async def test_every_operation_is_there(ground: Ground, tmp_path: Path) -> None:
    assert len(listed()) == 40
    async with calling(ground, tmp_path) as caller:
        for method, path in listed():
            for slash in ("", "/"):
                url = PREFIX + path.format(f"{LANE}-video:1") + slash
                answer = await caller.client.request(method, url)
                assert answer.status_code in (200, 400, 404), url
                assert answer.headers["content-type"] == "application/json", url
                assert answer.status_code == 200 or set(answer.json()) == {"error", "code"}
                answer = await caller.client.request(method, url, headers={"authorization": ""})
                assert (answer.status_code, answer.json()["error"]) == (401, "Unauthorized"), url


async def test_a_path_of_one_operation_takes_no_other_method(
    ground: Ground, tmp_path: Path
) -> None:
    async with calling(ground, tmp_path) as caller:
        assert (await caller.client.put(PREFIX + "/videos/create")).status_code == 405
    assert app_of(ground).url_path_for("useapi:GET /images") == PREFIX + "/images"


def kinds(kind: type[KinoraError] = KinoraError) -> Iterator[type[KinoraError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from kinds(child)


def test_a_status_for_every_error() -> None:
    for module in pkgutil.iter_modules(kinora.domain.__path__):
        importlib.import_module(f"kinora.domain.{module.name}")
    assert [kind.__name__ for kind in kinds() if kind not in STATUS] == []


def test_the_table_holds_together() -> None:
    table = load_table()
    offer = offer_over(load(), table)
    for name, model in table.video.items():
        merged = offer.models.models[name]
        assert model.quality in model.qualities
        assert set(model.qualities) <= set(offer.models.sizes[merged.sizes])
        for quality in model.qualities:
            ratios = offer.models.sizes[merged.sizes][quality]
            assert set(table.ratios_of(model)) <= set(ratios)
            assert all(width % 2 == height % 2 == 0 for width, height in ratios.values())
            assert quality in offer.models.by_second["omni"]["audio"] or not model.films
    for operation, name in table.defaults.items():
        if operation in ("create", "create-frames", "create-transition", "extend"):
            assert operation in table.video[name].operations


@pytest.mark.parametrize(
    ("lines", "ratio", "size"),
    [(1080, "16:9", (1920, 1080)), (480, "9:16", (480, 854)), (720, "1:1", (960, 960))],
)
def test_sizes_of_films(lines: int, ratio: str, size: tuple[int, int]) -> None:
    assert film_size(lines, ratio) == size


async def test_a_picture_comes_in(ground: Ground, tmp_path: Path, photos: Path) -> None:
    raw = (photos / "coffee.jpg").read_bytes()
    async with calling(ground, tmp_path) as caller:
        for kind in ("image/jpeg", "application/octet-stream", ""):
            answer = await caller.client.post(
                PREFIX + "/files/", content=raw, headers={"content-type": kind}
            )
            told = answer.json()
            assert answer.status_code == 200, told
            (item,) = told["result"]
            assert list(item) == ["id", "url", "path", "size", "name", "category", "err_msg"]
            assert (item["path"], item["url"]) == (told["path"], told["url"])
        parts = {"file": ("a.jpg", raw)}
        path = (await caller.client.post(PREFIX + "/files", files=parts)).json()["path"]
        made = await caller.post("/videos/create", first_frame_path=path)
        row = await caller.get(f"/videos/{made['video_id']}")
        assert row["customer_paths"] == [path]


async def test_films_and_sounds_come_in(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        for path, ending in (
            (film(tmp_path / "clip.mp4", sound=True), "mp4"),
            (sound_wave(tmp_path / "song.wav"), "wav"),
        ):
            answer = await caller.client.post(PREFIX + "/files", content=path.read_bytes())
            assert answer.status_code == 200, answer.text
            assert list(answer.json()) == ["path", "url"]
            assert re.fullmatch(rf"upload/\d+\.{ending}", answer.json()["path"])


async def test_files_that_do_not_come_in(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        for sent, sentence in (
            ({"content": b""}, "a file as the body is required"),
            ({"content": b"<html>no picture</html>"}, ""),
            ({"content": b"\x89PNG\r\n\x1a\nbroken"}, ""),
            ({"content": b"x", "headers": {"content-length": str(5 << 30)}}, "at most"),
            ({"content": b"\x89PNG\r\n" + bytes(21 << 20)}, "a picture must be smaller"),
            ({"content": b"x", "params": {"email": "a@b.c"}}, "there is no account a@b.c"),
        ):
            answer = await caller.client.post(PREFIX + "/files", **sent)
            assert answer.status_code == 400, answer.text
            assert sentence in answer.json()["error"]
    assert list((ground.settings.data / "tmp").iterdir()) == []


async def test_accounts_and_features(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        told = await caller.get("/accounts")
        assert list(told) == [EMAIL]
        assert await caller.get(f"/accounts/{EMAIL.replace('@', '%40')}") == told[EMAIL]
        assert (told[EMAIL]["password"], told[EMAIL]["maxJobs"]) == ("…secured…", 25)
        assert set(told[EMAIL]["jwt"]) == {
            "AccountId",
            "ExpireTime",
            "ExpireTimeUTC",
            "Username",
            "token",
        }
        unknown = await caller.client.get(PREFIX + "/accounts/a@b.c")
        assert (unknown.status_code, unknown.json()["error"]) == (404, "there is no account a@b.c")
        features = await caller.get("/features/", email=EMAIL)
    assert (features["credit_package"], features["gen_simultaneously"]) == (1_000_000, 25)


async def test_the_scheduler(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        film_name = (await caller.post("/videos/create", prompt="a"))["video_id"]
        still_name = (await caller.post("/images/create", prompt="a"))["image_id"]
        running = await caller.get("/scheduler/")
        assert [(item["id"], item["type"]) for item in running] == [
            (still_name, "image"),
            (film_name, "video"),
        ]
        assert re.fullmatch(r"00:0\d", running[0]["elapsed"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", running[0]["started"])
        told = await caller.get("/scheduler/available")
        row = {"email": EMAIL, "maxJobs": 25, "executing": 2, "available": 23}
        assert told == {"executing": running, "available": [row]}
        cost = (await caller.get("/features"))["credit_package"]
        answer = await caller.client.delete(f"{PREFIX}/scheduler/{film_name}")
        assert (answer.status_code, answer.json()) == (200, {})
        assert [item["id"] for item in await caller.get("/scheduler")] == [still_name]
        assert (await caller.get("/features"))["credit_package"] == cost + 45
        again = await caller.client.delete(f"{PREFIX}/scheduler/{film_name}")
        sentence = f"Unable to locate running {film_name}"
        assert (again.status_code, again.json()["error"]) == (404, sentence)


async def test_nobody_gives_up_anothers_job(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        name = (await caller.post("/videos/create", prompt="a"))["video_id"]
    async with calling(ground, tmp_path, token=await other_account(ground)) as caller:
        for spelled in (name, name.replace("user:1", "user:2"), name.replace("video", "image")):
            answer = await caller.client.delete(f"{PREFIX}/scheduler/{spelled}")
            assert answer.status_code == 404
        assert await caller.get("/scheduler") == []
    async with calling(ground, tmp_path) as caller:
        assert len(await caller.get("/scheduler")) == 1


async def test_lists_of_what_there_is(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        voices = (await caller.get("/videos/voices"))["items"]
        styles = (await caller.get("/videos/restyles"))["items"]
        effects = (await caller.get("/videos/effects/", limit=3))["items"]
        assert {"speaker_id": "8", "name": "Ava"} in voices
        assert len(styles) == 18
        assert [len(effects), effects[0]["template_type"]] == [3, 1]
        assert effects[0]["fixed_cost"] > 0
        assert await caller.get("/music") == {"data": [], "next_offset": 50, "has_more": False}
        page = await caller.get("/music-video", limit=5, offset=5)
        assert page == {"data": [], "next_offset": 10, "has_more": False}
        assert "prompt is required" in await caller.refused(400, "/music/create", model="music-2.6")


def test_spans() -> None:
    assert elapsed(timedelta(seconds=65)) == "01:05"
    assert elapsed(timedelta(minutes=95)) == "95:00"
    assert elapsed(timedelta(seconds=-3)) == "00:00"


async def test_twenty_at_once_against_three_places(ground: Ground, tmp_path: Path) -> None:
    token = await other_account(ground, purse=100_000, max_jobs=3)
    async with calling(ground, tmp_path, token=token) as caller:
        body = {"prompt": "a fox"}
        answers = await asyncio.gather(
            *(caller.client.post(PREFIX + "/images/create", json=body) for _ in range(20))
        )
        codes = sorted(answer.status_code for answer in answers)
        assert codes == [200] * 3 + [429] * 17
        assert answers[-1].headers["retry-after"] == "10"
        assert len(await caller.get("/scheduler")) == 3
