"""Callbacks: what is posted, when, and what happens when nobody takes it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from kinora.adapters.post import SafePost
from kinora.bootstrap.ground import Ground
from kinora.bootstrap.useapi import build_callbacks
from kinora.domain.breaker import FAILURES
from kinora.domain.ids import AccountId
from kinora.ports.callbacks import Callback
from kinora.ports.post import Answer
from kinora.ports.store import Outcome
from kinora.usecases.crew import EACH
from kinora.usecases.post_callbacks import LOOKED_AT, MOST_TRIES, PostCallbacks, place_of
from tests.contracts.test_store import NOW, job
from tests.receiver import LOOPBACK, Later, receiving
from tests.unit.apis.useapi import calling


@asynccontextmanager
async def posting(ground: Ground) -> AsyncIterator[tuple[PostCallbacks, Later]]:
    clock, post = Later(ground.clock.now()), SafePost(allowed=[LOOPBACK])
    yield replace(build_callbacks(ground, post), clock=clock), clock
    await post.close()


async def test_a_film_is_told_of_twice(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller, receiving() as hook, posting(ground) as made:
        post, clock = made
        body = {"prompt": "a boat", "replyUrl": hook.url, "replyRef": "order 7"}
        name = (await caller.post("/videos/create", **body))["video_id"]
        clock.at = ground.clock.now() + timedelta(minutes=5)
        assert await post() == 0
        job = await caller.started()
        assert [await post(), await post()] == [1, 0]
        async with ground.store.transaction() as tx:
            again = job.put_back(at=ground.clock.now())
            await tx.jobs.save(again, state=job.state, attempt=job.attempt)
        await caller.finished()
        assert [await post(), await post()] == [1, 0]
        row = await caller.get(f"/videos/{name}")
    first, last = hook.bodies
    assert (first["video_id"], first["video_status_name"]) == (name, "GENERATING")
    assert first["video_status_final"] is False
    assert last == row | {"replyRef": "order 7"}
    assert hook.heads[0].startswith("POST /hook?a=1 HTTP/1.1")
    assert "content-type: application/json" in hook.heads[0].lower()
    assert "transfer-encoding" not in hook.heads[0].lower()


async def test_a_slow_host_of_many_jobs_delays_no_other(ground: Ground) -> None:
    let_go, told = asyncio.Event(), list[str]()

    async def post(url: str, body: bytes, *, headers: object = None) -> Answer:
        told.append(url)
        if "slow" in url:
            await let_go.wait()
        return Answer(status=200, millis=1)

    async def write(_: Callback, __: Outcome) -> bytes:
        return b""

    clock, quick = Later(NOW), "http://quick.test/"
    made = [job(AccountId(1), cost=0) for _ in range(2 * LOOKED_AT)]
    async with ground.store.transaction() as tx:
        for number, each in enumerate(made, start=1):
            await tx.jobs.add(each)
            begun = each.start(at=NOW)
            assert await tx.jobs.save(begun, state=each.state, attempt=each.attempt)
            url = quick if number == len(made) else "http://slow.test/"
            at = NOW - timedelta(minutes=1) + timedelta(milliseconds=number)
            await tx.callbacks.add(Callback(job=each.id, url=url, base=""), at=at)
    tells = PostCallbacks(store=ground.store, clock=clock, post=post, body=write)
    for _ in range(3):
        await tells.begin()
        await tells.crew.wait(0.05)
        clock.at += timedelta(seconds=1)
    assert told.count(quick) == 1
    assert len(told) == EACH + 1
    let_go.set()
    while tells.crew.under_way or await tells.begin():
        await tells.crew.wait(1)
    assert len(told) == len(made)


async def test_each_picture_is_told_of(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller, receiving() as hook, posting(ground) as made:
        body = {"prompt": "a fox", "create_count": 2, "replyUrl": hook.url}
        names = (await caller.post("/images/create", **body))["success_ids"]
        await caller.finished()
        await caller.failed()
        made[1].at = ground.clock.now() + timedelta(minutes=5)
        assert await made[0]() == 2
    told = {body["image_id"]: body["image_status_name"] for body in hook.bodies}
    assert told == dict(zip(names, ("COMPLETED", "FAILED"), strict=True))
    assert all("replyRef" not in body for body in hook.bodies)


async def test_nobody_takes_it(ground: Ground, tmp_path: Path) -> None:
    for status in (500, 307):
        async with receiving(status) as hook, calling(ground, tmp_path) as caller:
            await caller.post("/images/create", prompt="a fox", replyUrl=hook.url)
            await caller.finished()
            async with posting(ground) as (post, clock):
                tries, start = 0, clock.at
                for _ in range(60):
                    clock.at += timedelta(minutes=20)
                    tries += await post()
                assert tries == len(hook.bodies) == MOST_TRIES
                assert clock.at - start > timedelta(hours=5)


async def test_backing_off(ground: Ground, tmp_path: Path) -> None:
    async with receiving(503) as hook, calling(ground, tmp_path) as caller:
        await caller.post("/images/create", prompt="a fox", replyUrl=hook.url)
        await caller.finished()
        async with posting(ground) as (post, clock):
            clock.at += timedelta(seconds=1)
            waits = []
            for _ in range(4):
                assert await post() == 1
                wait = 0
                while not await ground.store.view.callbacks.due(at=clock.at, at_most=1):
                    clock.at += timedelta(seconds=1)
                    wait += 1
                waits.append(wait)
            assert waits == [10, 20, 40, 80]
            hook.statuses = [204]
            assert [await post(), await post()] == [1, 0]


async def test_places_that_posts_never_reach(ground: Ground, tmp_path: Path) -> None:
    async with receiving() as hook, calling(ground, tmp_path) as caller:
        for url in (hook.url, "http://localhost:1/", "http://user:word@example.com/"):
            await caller.post("/images/create", prompt="a fox", replyUrl=url)
            await caller.finished()
        closed = build_callbacks(ground, SafePost())
        clock = Later(ground.clock.now() + timedelta(seconds=1))
        assert await replace(closed, clock=clock)() == 3
        assert hook.bodies == []
        assert len(await ground.store.view.callbacks.due(at=clock.at, at_most=9)) == 0


async def test_a_host_that_fails_is_left_alone_without_counting_tries(
    ground: Ground, tmp_path: Path
) -> None:
    async with (
        receiving(500) as dead,
        receiving() as good,
        calling(ground, tmp_path) as caller,
        posting(ground) as (post, clock),
    ):
        for url in (dead.url, good.url):
            body = {"prompt": "a fox", "create_count": 3, "replyUrl": url}
            await caller.post("/images/create", **body)
        for _ in range(6):
            await caller.finished()
        clock.at += timedelta(seconds=1)
        # After the first failure the host is asked by one at a time.
        while len(dead.got) < FAILURES:
            await post()
            clock.at += timedelta(seconds=5)
        assert len(good.got) == 3
        open_until = post.breakers[place_of(dead.url)].open_until
        assert open_until is not None
        clock.at = open_until - timedelta(seconds=1)
        assert await post() == 0
        tries = await ground.store.view.callbacks.due(at=clock.at + timedelta(hours=2), at_most=9)
        assert sum(each.tries for each in tries) == FAILURES
        dead.statuses = [200]
        clock.at += timedelta(hours=1)
        while await post():
            pass
        assert post.breakers == {}
        assert len(dead.got) == FAILURES + 3
