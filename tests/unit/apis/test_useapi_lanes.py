"""Lanes: made, chosen, full, forgotten."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

from kinora.apis.useapi.routes import PREFIX
from kinora.bootstrap.ground import Ground
from tests.unit.apis.useapi import LANE, Caller, calling, other_account

BEA, CAT = "bea@example.com", "cat-video:1@example.com"
KEEP = {"password": "secret", "maxJobs": 2}


async def keep(caller: Caller, of: str, **body: Any) -> tuple[int, Any]:
    url = f"{PREFIX}/accounts/{of}"
    answer = await caller.client.post(url, json=KEEP | body)
    return answer.status_code, answer.json()


async def test_lanes_are_kept(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        status, told = await keep(caller, "Bea%40Example.com", email=BEA)
        assert (status, told["email"], told["maxJobs"]) == (201, BEA, 2)
        assert "secret" not in str(told)
        assert list(await caller.get("/accounts")) == ["default@kinora.local", BEA]
        assert (await keep(caller, BEA, maxJobs="8"))[1]["maxJobs"] == 8
        assert (await keep(caller, "default@kinora.local", maxJobs=3))[0] == 201
        limits = [(each["email"], each["maxJobs"]) for each in (await available(caller))]
        assert limits == [("default@kinora.local", 3), (BEA, 8)]
        refused = await caller.client.get(PREFIX + "/videos")
        assert "email is required" in refused.json()["error"]
        assert (await caller.get("/videos", email=BEA.upper()))["total"] == 0
        for email, status in ((BEA, 200), (BEA, 404), ("default@kinora.local", 400)):
            answer = await caller.client.delete(f"{PREFIX}/accounts/{email}")
            assert answer.status_code == status
    async with calling(ground, tmp_path, token=await other_account(ground)) as caller:
        assert list(await caller.get("/accounts")) == ["default@kinora.local"]


async def test_bad_lanes(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        for email, body, sentence in (
            (BEA, {"password": ""}, "password is required"),
            (BEA, {"maxJobs": None}, "maxJobs is required"),
            (BEA, {"maxJobs": 9}, "maxJobs must be 1 to 8"),
            (BEA, {"email": "other@example.com"}, "email must be the one of the path"),
            ("nobody", {}, "email must be an address"),
            (CAT, {}, "email must be an address"),
            ("a b@c.de", {}, "email must be an address"),
        ):
            status, told = await keep(caller, email, **body)
            assert (status, sentence in told["error"]) == (400, True), told


async def test_jobs_run_on_their_lanes(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        await keep(caller, BEA)
        told = await caller.post("/videos/create", prompt="a", email=BEA, replyRef="order 7")
        name = told["video_id"]
        assert name.startswith(f"user:1-pixverse:{BEA}-video:")
        assert (await caller.get(f"/videos/{name}"))["video_id"] == name
        wrong = await caller.client.get(f"{PREFIX}/videos/{name.replace(BEA, 'x@y.z')}")
        assert wrong.status_code == 404
        (item,) = await caller.get("/scheduler")
        assert (item["id"], item["replyRef"]) == (name, "order 7")
        await caller.finished()
        longer = await caller.post("/videos/extend", video_id=name, email="default@kinora.local")
        row = await caller.get(f"/videos/{longer['video_id']}")
        assert longer["video_id"].startswith(LANE)
        assert row["original_video_id"] == name
        page = await caller.get("/videos", email=BEA)
        assert [each["video_id"] for each in page["data"]] == [longer["video_id"], name]
        await caller.client.delete(f"{PREFIX}/accounts/{BEA}")
        assert (await caller.get(f"/videos/{name}"))["video_status"] == 1


async def test_a_full_lane_leaves_the_others(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        await keep(caller, BEA)
        await keep(caller, "default@kinora.local", maxJobs=1)
        names = [(await caller.post("/images/create", prompt="a"))["image_id"] for _ in range(3)]
        assert Counter(BEA in name for name in names) == {True: 2, False: 1}
        assert "no account has a free" in await caller.refused(429, "/images/create", prompt="a")
        assert [each["available"] for each in await available(caller)] == [0, 0]
        more = await caller.post("/images/create", prompt="a", email=BEA, maxJobs=3)
        assert BEA in more["image_id"]
        gone = next(name for name in names if BEA not in name)
        await caller.client.delete(f"{PREFIX}/scheduler/{gone}")
        assert LANE in (await caller.post("/images/create", prompt="a"))["image_id"]


async def test_work_on_a_film_is_done_where_the_film_was_made(
    ground: Ground, tmp_path: Path
) -> None:
    """As the vendor has it: such calls run on the account inside the id, unless one is named."""
    async with calling(ground, tmp_path) as caller:
        await keep(caller, BEA)
        name = (await caller.post("/videos/create", prompt="a", email=BEA))["video_id"]
        await caller.finished()
        for _ in range(2):
            assert BEA in (await caller.post("/videos/upscale", video_id=name))["video_id"]
        assert "no account has a free" in await caller.refused(
            429, "/videos/upscale", video_id=name
        )
        more = await caller.post("/videos/extend", video_id=name, email="default@kinora.local")
        assert more["video_id"].startswith(LANE)
        await caller.client.delete(f"{PREFIX}/accounts/{BEA}")
        assert LANE in (await caller.post("/videos/upscale", video_id=name))["video_id"]


async def test_200_at_once_against_8_places(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        await keep(caller, BEA, maxJobs=8)
        body = {"prompt": "a fox", "email": BEA}
        answers = await asyncio.gather(
            *(caller.client.post(PREFIX + "/images/create", json=body) for _ in range(200))
        )
        assert Counter(answer.status_code for answer in answers) == {200: 8, 429: 192}
        assert [each["executing"] for each in await available(caller)] == [0, 8]
        purse = (await caller.get("/features", email=BEA))["credit_package"]
        assert purse == 1_000_000 - 8 * 5
    assert await ground.store.view.ledger.discrepancies() == []


async def available(caller: Caller) -> Any:
    return (await caller.get("/scheduler/available"))["available"]
