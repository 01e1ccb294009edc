"""Classes, deadlines, halts and places in the queue, through the whole application."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground, build_operator
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job, JobState
from kinora.domain.rank import Halt, Rank
from kinora.usecases.fail_job import FailJob
from kinora.usecases.give_up_waiting import GiveUpWaiting
from tests.conftest import KEY

HOUSE = AccountId(1)
BODY = {"prompt": "a boat", "model": "v6", "quality": "360p", "duration": 1, "aspect_ratio": "16:9"}
PRICE = 5


@dataclass
class Later:
    """A clock that goes when it is told to."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class Caller:
    client: httpx.AsyncClient
    ground: Ground

    async def submit(self, **headers: str) -> dict[str, Any]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.client.post("/openapi/v2/video/text/generate", json=BODY, headers=named)
        told: dict[str, Any] = answer.json()
        return told

    async def submitted(self, **headers: str) -> JobId:
        told = await self.submit(**headers)
        assert told["ErrCode"] == 0, told
        return JobId(told["Resp"]["video_id"])

    async def result(self, job: JobId) -> dict[str, Any]:
        told = (await self.client.get(f"/openapi/v2/video/result/{job}")).json()
        resp: dict[str, Any] = told["Resp"]
        return resp

    async def job(self, job: JobId) -> Job:
        found = await self.ground.store.view.jobs.get(job)
        assert found is not None
        return found

    async def claimed(self) -> Job:
        async with self.ground.store.transaction() as tx:
            found = await tx.jobs.claim(at=self.ground.clock.now())
        assert found is not None
        return found


@asynccontextmanager
async def calling(ground: Ground, **settings: int) -> AsyncIterator[Caller]:
    changed = replace(ground, settings=replace(ground.settings, **settings))  # type: ignore[arg-type]
    app = build_api(changed, wake=lambda: None, draining=Draining())
    transport, headers = httpx.ASGITransport(app=app), {"API-KEY": KEY}
    address = "http://kinora.test"
    async with httpx.AsyncClient(transport=transport, base_url=address, headers=headers) as client:
        yield Caller(client, changed)


async def share(ground: Ground, rank: Rank) -> None:
    async with ground.store.transaction() as tx:
        await tx.accounts.set_share(HOUSE, weight=1, rank=rank)


async def test_a_class_above_the_accounts_own_is_refused(ground: Ground) -> None:
    async with calling(ground) as caller:
        told = await caller.submit(kinora_class="priority")
        assert told["ErrCode"] == 400017
        assert "this account has no priority jobs; its class is standard" in told["ErrMsg"]
        await share(ground, Rank.PRIORITY)
        assert (await caller.job(await caller.submitted())).rank is Rank.PRIORITY
        lower = await caller.submitted(kinora_class="standard")
        assert (await caller.job(lower)).rank is Rank.STANDARD


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        ({"kinora_class": "vip"}, "Kinora-Class must be one of priority, standard, off_peak"),
        ({"kinora_start_within": "0"}, "Kinora-Start-Within must be 1 to 604800 seconds"),
        ({"kinora_start_within": "soon"}, "Kinora-Start-Within must be 1 to 604800 seconds"),
    ],
)
async def test_terms_that_cannot_be(ground: Ground, headers: dict[str, str], sentence: str) -> None:
    async with calling(ground) as caller:
        told = await caller.submit(**headers)
        assert (told["ErrCode"], sentence in told["ErrMsg"]) == (400017, True)


async def test_off_peak_jobs_cost_half(ground: Ground) -> None:
    async with calling(ground) as caller:
        usual, cheap = await caller.submitted(), await caller.submitted(kinora_class="off_peak")
        assert (await caller.job(usual)).cost == PRICE
        assert (await caller.job(cheap)).cost == 3
        assert (await caller.claimed()).id == usual


async def test_a_full_queue_takes_no_more(ground: Ground) -> None:
    async with calling(ground, queue_limit=2) as caller:
        await caller.submitted()
        await caller.submitted()
        told = await caller.submit()
        assert (told["ErrCode"], "2 jobs wait already" in told["ErrMsg"]) == (500069, True)
        await caller.claimed()
        await caller.submitted()


async def test_a_drained_queue_takes_no_more_and_a_paused_one_does(ground: Ground) -> None:
    halt = build_operator(ground).halt
    async with calling(ground) as caller:
        await halt(Halt.PAUSED)
        waiting = await caller.submitted()
        assert (await caller.client.get("/readyz")).json()["queue"] == "paused"
        assert "eta" not in await caller.result(waiting)
        for account in (None, HOUSE):
            await halt(Halt.DRAINING, account=account)
            told = await caller.submit()
            assert (told["ErrCode"], "being drained" in told["ErrMsg"]) == (500069, True)
            assert await halt(None, account=account)
        assert "queue" not in (await caller.client.get("/readyz")).json()
        assert (await caller.claimed()).id == waiting


def expiring(ground: Ground, clock: Later) -> GiveUpWaiting:
    return GiveUpWaiting(
        store=ground.store, clock=clock, fail=FailJob(store=ground.store, clock=clock)
    )


async def balance(ground: Ground) -> int:
    found = await ground.store.view.accounts.get(HOUSE)
    assert found is not None
    return found.balance.total


async def test_a_job_that_could_not_begin_in_time_is_paid_back(ground: Ground) -> None:
    before = await balance(ground)
    async with calling(ground, longest_wait=600) as caller:
        soon = await caller.submitted(kinora_start_within="30")
        late = await caller.submitted(kinora_start_within="5000")
        clock = Later(ground.clock.now() + timedelta(seconds=20))
        expire = expiring(ground, clock)
        assert await expire() == 0
        clock.at += timedelta(seconds=20)
        assert [await expire(), await expire()] == [1, 0]
        told = await caller.result(soon)
        assert (told["status"], told["reason"]) == (8, "no engine was free within 30 s")
        clock.at += timedelta(seconds=600)
        assert await expire() == 1
        assert (await caller.job(late)).reason == "no engine was free within 600 s"
    assert await balance(ground) == before
    assert list(await ground.store.view.ledger.discrepancies()) == []


async def seen(ground: Ground, job: Job, took: Callable[[int], float], number: int = 11) -> None:
    async with ground.store.transaction() as tx:
        for each in range(number):
            await tx.queue.note_run(job.kind, took(each))


async def test_places_and_times_are_told_as_far_as_they_are_known(ground: Ground) -> None:
    async with calling(ground, engines=2) as caller:
        jobs = [await caller.submitted() for _ in range(4)]
        told = [await caller.result(job) for job in jobs]
        assert [each["queue_position"] for each in told] == [1, 2, 3, 4]
        assert not any("eta" in each for each in told)
        # As fast as 10 s, as slow as 20 s, without the slowest and the fastest of all.
        await seen(ground, await caller.job(jobs[0]), lambda number: 9 + 1.2 * number)
        running = await caller.claimed()
        assert running.id == jobs[0]
        newest = await caller.submitted()
        told = [await caller.result(job) for job in [*jobs, newest]]
    assert [each["queue_position"] for each in told] == [0, 1, 2, 3, 4]
    assert "queue_position_exact" not in told[-1]
    etas = [(each["eta"]["low_s"], each["eta"]["high_s"]) for each in told]
    assert etas[1] == (10, 20)
    assert etas == sorted(etas)
    assert etas[1] < etas[2] <= etas[3] < etas[4] <= (31, 60)
    assert all(low < high for low, high in etas)


async def test_an_ended_job_has_no_place_and_its_time_is_kept(ground: Ground) -> None:
    async with calling(ground) as caller:
        name = await caller.submitted()
        job = await caller.claimed()
        async with ground.store.transaction() as tx:
            await tx.jobs.save(
                job.fail("no", at=ground.clock.now()), state=JobState.RUNNING, attempt=job.attempt
            )
        told = await caller.result(name)
    assert not {"queue_position", "eta", "queue_position_exact"} & set(told)
