"""A submit that comes twice: the first answer again, and one charge."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground, build_operator, prepare, stand
from kinora.domain.ids import AccountId, JobId
from tests.conftest import KEY

TEXT = "/openapi/v2/video/text/generate"
TRACE = "0d4f9f60-5c0d-4b7e-8a55-6b1d2f8f0a11"
BODY = {"model": "v6", "prompt": "ink", "aspect_ratio": "16:9", "duration": 1, "quality": "360p"}
COST = 5


@asynccontextmanager
async def calling(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    app = build_api(ground, wake=lambda: None, draining=Draining())
    headers = {"API-KEY": KEY, "Ai-trace-id": TRACE, "content-type": "application/json"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://kinora.test", headers=headers
    ) as client:
        yield client


@pytest.fixture
async def client(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(ground) as opened:
        yield opened


async def submit(client: httpx.AsyncClient, body: Any = BODY, **headers: str) -> Any:
    content = body if isinstance(body, str) else json.dumps(body)
    answer = await client.post(TEXT, content=content, headers=headers)
    return answer.json()


async def spent(ground: Ground, account: int = 1) -> int:
    entries = await ground.store.view.ledger.entries(AccountId(account))
    assert await ground.store.view.ledger.discrepancies() == []
    return sum(entry.held for entry in entries)


async def test_the_same_body_gets_the_same_answer(
    ground: Ground, client: httpx.AsyncClient
) -> None:
    first = await submit(client)
    assert first["ErrCode"] == 0
    for spelling in (TRACE, TRACE.upper(), TRACE.replace("-", ""), f"{{{TRACE}}}"):
        assert await submit(client, **{"Ai-trace-id": spelling}) == first
    assert await spent(ground) == COST


@pytest.mark.parametrize(
    "other", [{**BODY, "prompt": "silk"}, {**BODY, "duration": 2}, {**BODY, "seed": 1}]
)
async def test_another_body_is_a_mistake(
    ground: Ground, client: httpx.AsyncClient, other: dict[str, Any]
) -> None:
    first = await submit(client)
    refused = await submit(client, other)
    assert (refused["ErrCode"], refused["Resp"]) == (400017, None)
    assert "trace id" in refused["ErrMsg"]
    assert await submit(client) == first
    assert await spent(ground) == COST


async def test_twins_at_once_make_one_job(ground: Ground, client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(submit(client) for _ in range(12)))
    assert {answer["ErrCode"] for answer in answers} == {0}
    assert len({answer["Resp"]["video_id"] for answer in answers}) == 1
    assert await spent(ground) == COST
    assert len(await ground.store.view.jobs.list(newest=100)) == 1


async def test_different_bodies_at_once_make_one_job(
    ground: Ground, client: httpx.AsyncClient
) -> None:
    bodies = [{**BODY, "seed": seed} for seed in range(8)]
    answers = await asyncio.gather(*(submit(client, body) for body in bodies))
    assert sorted(answer["ErrCode"] for answer in answers) == [0] + [400017] * 7
    assert await spent(ground) == COST


async def test_a_refused_submit_is_not_kept(ground: Ground, client: httpx.AsyncClient) -> None:
    assert (await submit(client, {**BODY, "quality": "9p"}))["ErrCode"] == 400017
    assert (await submit(client, "{"))["ErrCode"] == 400013
    assert await spent(ground) == 0
    assert (await submit(client))["ErrCode"] == 0


async def test_a_repeat_is_answered_after_the_job_ended(
    ground: Ground, client: httpx.AsyncClient
) -> None:
    first = await submit(client)
    job = await build_operator(ground).cancel(JobId(first["Resp"]["video_id"]))
    assert await submit(client) == first
    entries = await ground.store.view.ledger.entries(job.account)
    assert [entry.held for entry in entries[:2]] == [-COST, COST]


async def test_a_repeat_is_answered_when_nothing_new_would_be(
    ground: Ground, client: httpx.AsyncClient
) -> None:
    first = await submit(client)
    everything = (await ground.store.view.accounts.get(AccountId(1))) or pytest.fail("no account")
    await build_operator(ground).grant(AccountId(1), package=-everything.balance.package)
    assert (await submit(client, **{"Ai-trace-id": TRACE.replace("1", "2")}))["ErrCode"] == 500090
    assert await submit(client) == first


async def test_a_trace_is_its_accounts_own(ground: Ground, client: httpx.AsyncClient) -> None:
    first = await submit(client)
    operator = build_operator(ground)
    ada = await operator.create_account(name="ada", plan="test", max_jobs=1)
    await operator.grant(ada.id, package=COST)
    _, secret = await operator.create_key(ada.id, name="ada")
    hers = await submit(client, **{"API-KEY": secret})
    assert hers["ErrCode"] == 0
    assert hers["Resp"]["video_id"] != first["Resp"]["video_id"]
    assert await spent(ground, ada.id) == COST


async def test_a_repeat_is_known_after_a_restart(ground: Ground) -> None:
    async with calling(ground) as client:
        first = await submit(client)
    await ground.store.close()
    await prepare(ground.settings)
    again = await stand(ground.settings, process=1)
    async with calling(again) as client:
        assert await submit(client) == first
        assert (await submit(client, {**BODY, "prompt": "silk"}))["ErrCode"] == 400017
        assert await spent(again) == COST
    await again.store.close()
