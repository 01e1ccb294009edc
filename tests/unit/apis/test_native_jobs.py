"""Kinora's own jobs: what is taken, what is shown, and calls that are sent again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from math import ceil
from pathlib import Path
from typing import Any

import httpx
import pytest

from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground, build_operator, prepare, stand
from kinora.domain.ids import AccountId, JobId
from kinora.domain.rank import Rank
from tests.assets import asset
from tests.conftest import KEY
from tests.wire.world import Maker

BODY: dict[str, Any] = {
    "feature": "text_to_video",
    "prompt": "a lighthouse at dusk",
    "quality": "360p",
    "duration": 1,
}
COST = 5


def client_of(ground: Ground, key: str = KEY) -> httpx.AsyncClient:
    app = build_api(ground, wake=lambda: None, draining=Draining())
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://kinora.test",
        headers={"authorization": f"Bearer {key}"},
    )


@pytest.fixture
async def client(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(ground) as opened:
        yield opened


async def held(ground: Ground) -> int:
    assert await ground.store.view.ledger.discrepancies() == []
    return sum(entry.held for entry in await ground.store.view.ledger.entries(AccountId(1)))


async def test_a_job_is_taken_shown_listed_and_cancelled(
    ground: Ground, client: httpx.AsyncClient
) -> None:
    made = await client.post("/api/jobs", json=BODY)
    told = made.json()
    assert (made.status_code, told["state"], told["credits"]) == (201, "queued", COST)
    assert made.headers["location"] == f"http://kinora.test/api/jobs/{told['id']}"
    shown = (await client.get(made.headers["location"])).json()
    assert shown | told == shown | {"state": "queued"}
    assert (shown["prompt"], shown["result"]) == (BODY["prompt"], None)
    other = (await client.post("/api/jobs", json=BODY)).json()
    first = (await client.get("/api/jobs?limit=1")).json()
    assert ([job["id"] for job in first["jobs"]], first["next"]) == ([other["id"]], other["id"])
    rest = (await client.get(f"/api/jobs?before={first['next']}")).json()
    assert ([job["id"] for job in rest["jobs"]], rest["next"]) == ([told["id"]], None)
    assert (await client.delete(f"/api/jobs/{told['id']}")).status_code == 204
    assert (await client.get(f"/api/jobs/{told['id']}")).json()["state"] == "cancelled"
    # What made nothing can be put out of the way, too.
    assert (await client.delete(f"/api/jobs/{told['id']}")).status_code == 204
    assert (await client.get(f"/api/jobs/{told['id']}")).json()["state"] == "deleted"
    assert await held(ground) == COST


async def test_a_repeat_is_answered_when_the_account_is_full_by_now(ground: Ground) -> None:
    full = replace(ground, settings=replace(ground.settings, quota_bytes=100))
    repeat = {"idempotency-key": "order 7"}
    async with client_of(full) as client:
        first = await client.post("/api/jobs", json=BODY, headers=repeat)
        assert first.status_code == 201
        async with ground.store.transaction() as tx:
            made = replace(asset(64, 64, 1.0, ground.mint.id()), account=AccountId(1), size=101)
            await tx.assets.add(made)
        again = await client.post("/api/jobs", json=BODY, headers=repeat)
        assert (again.status_code, again.json()["id"]) == (first.status_code, first.json()["id"])
        other = await client.post("/api/jobs", json=BODY)
        assert (other.status_code, other.json()["code"]) == (507, "quota_reached")
    assert await held(ground) == COST


async def test_the_same_key_and_body_get_the_same_answer(
    ground: Ground, client: httpx.AsyncClient
) -> None:
    first = await client.post("/api/jobs", json=BODY, headers={"idempotency-key": "order 7"})
    again = await client.post("/api/jobs", json=BODY, headers={"idempotency-key": '"order 7"'})
    assert (again.status_code, again.content) == (201, first.content)
    other = await client.post("/api/jobs", json=BODY, headers={"idempotency-key": "order 8"})
    assert other.json()["id"] != first.json()["id"]
    assert await held(ground) == 2 * COST
    changed = BODY | {"prompt": "a cat"}
    refused = await client.post("/api/jobs", json=changed, headers={"idempotency-key": "order 7"})
    assert refused.status_code == 422
    assert "this Idempotency-Key was already used with another body" in refused.json()["detail"]


async def test_a_repeat_answers_as_before_when_the_job_has_gone_on(
    ground: Ground, client: httpx.AsyncClient
) -> None:
    headers = {"idempotency-key": "k"}
    first = await client.post("/api/jobs", json=BODY, headers=headers)
    await build_operator(ground).cancel(JobId(first.json()["id"]))
    again = await client.post("/api/jobs", json=BODY, headers=headers)
    assert again.content == first.content
    assert await held(ground) == 0


async def test_a_key_survives_a_restart(ground: Ground, client: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "k"}
    first = await client.post("/api/jobs", json=BODY, headers=headers)
    await prepare(ground.settings)
    reopened = await stand(ground.settings, process=1)
    try:
        async with client_of(reopened) as later:
            again = await later.post("/api/jobs", json=BODY, headers=headers)
    finally:
        await reopened.close()
    assert again.content == first.content


async def test_twins_at_once_make_one_job(ground: Ground, client: httpx.AsyncClient) -> None:
    calls = [
        client.post("/api/jobs", json=BODY, headers={"idempotency-key": "twin"}) for _ in range(25)
    ]
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await held(ground) == COST


async def test_another_account_may_use_the_same_key(
    ground: Ground, client: httpx.AsyncClient
) -> None:
    operator = build_operator(ground)
    bob = await operator.create_account(name="bob", plan="free", max_jobs=2)
    await operator.grant(bob.id, package=100, note="")
    _, secret = await operator.create_key(bob.id, name="bob")
    headers = {"idempotency-key": "k"}
    own = (await client.post("/api/jobs", json=BODY, headers=headers)).json()
    async with client_of(ground, secret) as his:
        other = (await his.post("/api/jobs", json=BODY, headers=headers)).json()
        assert other["id"] != own["id"]
        for method in ("GET", "DELETE"):
            answer = await his.request(method, f"/api/jobs/{own['id']}")
            assert (answer.status_code, answer.json()["code"]) == (404, "job_not_found")
        assert [job["id"] for job in (await his.get("/api/jobs")).json()["jobs"]] == [other["id"]]


async def test_anothers_picture_is_not_told_apart_from_none(
    ground: Ground, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    bob = await build_operator(ground).create_account(name="bob", plan="free", max_jobs=2)
    photo = Path(str(files("kinora.cli"))) / "pictures" / "coffee.jpg"
    his = await Maker(ground, tmp_path).upload(photo, bob.id)

    async def refusal(*images: int) -> tuple[int, str]:
        feature = {1: "image_to_video", 2: "transition"}[len(images)]
        body = BODY | {"feature": feature, "images": images}
        answer = await client.post("/api/jobs", json=body)
        return answer.status_code, answer.text.replace(str(images[-1]), "N")

    nobodys = his + 1
    assert await refusal(his) == await refusal(nobodys)
    assert await refusal(nobodys, his) == await refusal(nobodys, nobodys)
    assert (await refusal(his))[0] == 404
    assert await held(ground) == 0


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ([], 400, "must be a JSON object"),
        ({}, 400, "feature is missing"),
        (BODY | {"feature": "swap"}, 422, "feature must be 'text_to_video', 'image_to_video'"),
        (BODY | {"prompt": ""}, 422, "prompt String should have at least 1 character"),
        (BODY | {"quality": "8k"}, 422, "quality must be 360p, 540p, 720p or 1080p, not '8k'"),
        (BODY | {"duration": "1"}, 422, "duration must be a valid integer"),
        (BODY | {"images": [1]}, 422, "images: text_to_video takes 0 images, not 1"),
        (BODY | {"feature": "transition", "images": [1]}, 422, "takes 2 images, not 1"),
        (BODY | {"feature": "image_to_video", "images": [77]}, 404, "no image with id 77"),
        (BODY | {"promt": "x"}, 422, "promt is not a field of this call"),
        (BODY | {"seed": -1}, 422, "seed must be greater than or equal to 0"),
    ],
)
async def test_what_cannot_be_taken_says_why(
    ground: Ground, client: httpx.AsyncClient, body: Any, status: int, text: str
) -> None:
    answer = await client.post("/api/jobs", json=body)
    assert (answer.status_code, text in answer.json()["detail"]) == (status, True), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await held(ground) == 0


async def test_headers_give_a_job_its_class_and_its_deadline(
    ground: Ground, client: httpx.AsyncClient
) -> None:
    told = {"kinora-class": "off_peak", "kinora-start-within": "30"}
    made = await client.post("/api/jobs", json=BODY, headers=told)
    job = await ground.store.view.jobs.get(JobId(made.json()["id"]))
    assert job is not None
    assert job.rank is Rank.OFF_PEAK
    assert job.start_by == job.created_at + timedelta(seconds=30)
    assert made.json()["credits"] == job.cost == ceil(COST / 2)
    for wrong in ({"kinora-class": "first"}, {"kinora-start-within": "0"}):
        refused = await client.post("/api/jobs", json=BODY, headers=wrong)
        assert (refused.status_code, "the header Kinora-" in refused.json()["detail"]) == (
            422,
            True,
        )


@pytest.mark.parametrize("key", ["", "x" * 256, "\x7f"])
async def test_a_key_that_cannot_be_is_refused(client: httpx.AsyncClient, key: str) -> None:
    answer = await client.post("/api/jobs", json=BODY, headers={"idempotency-key": key})
    assert (answer.status_code, "1 to 255" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize("path", ["x", "1' or 1=1", "99999999999999999999", "-1", "0"])
async def test_ids_of_nothing_are_not_found(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/api/jobs/{path}")).status_code == 404
    assert (await client.get("/api/jobs?limit=0")).status_code == 422
    assert (await client.get("/api/jobs?before=x")).status_code == 422
