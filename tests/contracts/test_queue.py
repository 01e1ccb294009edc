"""The queue, over every store."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kinora.adapters.db import migrate as migrations
from kinora.adapters.db.migrate import migrate
from kinora.adapters.db.sqlite import SqliteStore, open_store
from kinora.adapters.db.statements import connect, load_statements
from kinora.adapters.memory import open_memory_store
from kinora.domain.ids import AccountId
from kinora.domain.job import Job, JobState
from kinora.domain.rank import Halt, Rank
from kinora.domain.runs import KEPT, RunKind
from kinora.domain.turns import MOST_PASSED
from tests.contracts.test_store import ADA, BOB, NOW, account, job

CYD = AccountId(3)
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    if request.param == "memory":
        made = open_memory_store()
    else:
        migrate(tmp_path / "store.db")
        made = open_store(tmp_path / "store.db")
    async with made.transaction() as tx:
        for number, name in ((ADA, "ada"), (BOB, "bob"), (CYD, "cyd")):
            await tx.accounts.add(account(number, name))
    yield made
    await made.close()


def work(
    owner: AccountId = ADA,
    *,
    seconds: float = 1,
    rank: Rank = Rank.STANDARD,
    model: str = "v6",
    start_within: float | None = None,
) -> Job:
    made = job(owner, cost=0)
    return replace(
        made,
        order=replace(made.order, rank=rank, model=model),
        expected=timedelta(seconds=seconds),
        start_by=None if start_within is None else NOW + timedelta(seconds=start_within),
    )


async def add(store: SqliteStore, jobs: Sequence[Job]) -> None:
    async with store.transaction() as tx:
        for each in jobs:
            await tx.jobs.add(each)


async def claim(store: SqliteStore, *, after: float = 0, warm: Sequence[str] = ()) -> Job | None:
    async with store.transaction() as tx:
        return await tx.jobs.claim(at=NOW + after * SECOND, warm=frozenset(warm))


async def claims(store: SqliteStore, number: int, *, after: float = 0) -> list[Job]:
    found = [await claim(store, after=after) for _ in range(number)]
    return [each for each in found if each is not None]


def by_account(jobs: Sequence[Job]) -> Counter[AccountId]:
    return Counter(each.account for each in jobs)


async def test_accounts_share_engine_time_not_turns(store: SqliteStore) -> None:
    films, pictures = [work(ADA, seconds=60) for _ in range(5)], [work(BOB) for _ in range(150)]
    await add(store, [*films, *pictures])
    assert by_account(await claims(store, 122)) == {ADA: 2, BOB: 120}


async def test_weights_are_shares(store: SqliteStore) -> None:
    async with store.transaction() as tx:
        await tx.accounts.set_share(ADA, weight=3, rank=Rank.STANDARD)
    await add(store, [work(owner) for _ in range(60) for owner in (ADA, BOB)])
    assert by_account(await claims(store, 40)) == {ADA: 30, BOB: 10}


async def test_what_a_job_really_took_is_charged_when_it_ends(store: SqliteStore) -> None:
    await add(store, [work(owner) for _ in range(20) for owner in (ADA, BOB)])
    (slow,) = await claims(store, 1, after=1)
    assert slow.account == ADA
    async with store.transaction() as tx:
        ended = slow.fail("no", at=NOW + 7 * SECOND)
        assert await tx.jobs.save(ended, state=slow.state, attempt=slow.attempt)
    assert by_account(await claims(store, 6)) == {BOB: 6}


async def test_a_job_that_another_server_made_is_not_charged(store: SqliteStore) -> None:
    await add(store, [work(owner) for _ in range(20) for owner in (ADA, BOB)])
    (away,) = await claims(store, 1)
    async with store.transaction() as tx:
        ended = away.fail("no", at=NOW + 6 * SECOND)
        assert await tx.jobs.save(ended, state=away.state, attempt=away.attempt)
    assert by_account(await claims(store, 6)) == {ADA: 3, BOB: 3}


async def test_a_stopped_clock_ruins_nobody(store: SqliteStore) -> None:
    await add(store, [work(owner) for _ in range(30) for owner in (ADA, BOB)])
    (slow,) = await claims(store, 1, after=1)
    async with store.transaction() as tx:
        ended = slow.fail("no", at=NOW + timedelta(days=30))
        assert await tx.jobs.save(ended, state=slow.state, attempt=slow.attempt)
    assert by_account(await claims(store, 14))[ADA] == 2


async def test_a_clock_that_is_set_back_gives_nobody_turns(store: SqliteStore) -> None:
    await add(store, [work(owner) for _ in range(30) for owner in (ADA, BOB)])
    (quick,) = await claims(store, 1, after=1)
    async with store.transaction() as tx:
        ended = quick.fail("no", at=NOW - timedelta(days=1))
        assert await tx.jobs.save(ended, state=quick.state, attempt=quick.attempt)
    assert by_account(await claims(store, 15)) == {ADA: 7, BOB: 8}


def test_what_is_overdue_is_found_without_reading_what_waits(tmp_path: Path) -> None:
    migrate(tmp_path / "x.db")
    db, values = connect(str(tmp_path / "x.db")).raw, {"at": 1, "at_most": 1}
    (step,) = db.execute("explain query plan " + load_statements()["overdue"], values)
    assert step["detail"].startswith("SEARCH jobs USING INDEX jobs_to_begin (start_by<?)")


async def test_who_was_away_saved_no_turns_up(store: SqliteStore) -> None:
    await add(store, [work(ADA) for _ in range(40)])
    await claims(store, 20)
    await add(store, [work(BOB) for _ in range(20)])
    assert by_account(await claims(store, 20)) == {ADA: 10, BOB: 10}


async def test_a_better_class_goes_first_and_a_lower_one_is_not_forgotten(
    store: SqliteStore,
) -> None:
    await add(store, [work(ADA, rank=Rank.PRIORITY) for _ in range(40)])
    await add(store, [work(BOB) for _ in range(40)])
    ranks = [each.rank for each in await claims(store, 16)]
    assert ranks == [*[Rank.PRIORITY] * 3, Rank.STANDARD] * 4


async def test_off_peak_jobs_wait_for_an_idle_engine_until_they_are_ripe(
    store: SqliteStore,
) -> None:
    await add(store, [work(ADA, rank=Rank.OFF_PEAK) for _ in range(5)])
    await add(store, [work(BOB) for _ in range(90)])
    assert by_account(await claims(store, 40, after=599)) == {BOB: 40}
    ripe = [each.rank for each in await claims(store, 33, after=601)]
    assert [place for place, rank in enumerate(ripe) if rank is Rank.OFF_PEAK] == [0, 16, 32]
    await claims(store, 21, after=602)
    assert by_account(await claims(store, 9, after=602)) == {ADA: 1}


async def test_a_warm_engine_takes_a_job_that_fits_within_bounds(store: SqliteStore) -> None:
    await add(store, [work(ADA, model="cold") for _ in range(30)])
    await add(store, [work(BOB, model="warm") for _ in range(30)])
    found = [await claim(store, warm=["warm"]) for _ in range(2 * MOST_PASSED + 2)]
    owners = [each.account for each in found if each]
    assert owners == [*[BOB] * MOST_PASSED, ADA] * 2
    # What BOB got ahead, ADA gets back as soon as engines do not care.
    back = by_account(await claims(store, 2 * MOST_PASSED - 2))
    assert back == {ADA: 2 * MOST_PASSED - 2}


async def test_a_paused_account_is_passed_over_and_keeps_its_jobs(store: SqliteStore) -> None:
    await add(store, [work(ADA) for _ in range(3)])
    async with store.transaction() as tx:
        await tx.queue.stop(ADA, Halt.PAUSED, at=NOW)
    await add(store, [work(owner) for owner in (ADA, BOB, CYD)])
    async with store.transaction() as tx:
        await tx.queue.stop(CYD, Halt.PAUSED, at=NOW)
    assert by_account(await claims(store, 5)) == {BOB: 1}
    assert await store.view.queue.halts_of(ADA) == {Halt.PAUSED}
    assert await store.view.queue.line(at=NOW, at_most=9) == []
    async with store.transaction() as tx:
        assert await tx.queue.resume(ADA)
        assert not await tx.queue.resume(ADA)
    assert by_account(await claims(store, 9)) == {ADA: 4}
    assert await store.view.queue.halts_of(ADA) == set()


async def test_a_pause_of_everything_starts_nothing(store: SqliteStore) -> None:
    await add(store, [work()])
    async with store.transaction() as tx:
        await tx.queue.stop(None, Halt.PAUSED, at=NOW)
    assert await claim(store) is None
    assert [stop.account for stop in await store.view.queue.stops()] == [None]
    async with store.transaction() as tx:
        await tx.queue.stop(None, Halt.DRAINING, at=NOW)
    assert await store.view.queue.halts_of(BOB) == {Halt.DRAINING}
    assert await claim(store) is not None
    async with store.transaction() as tx:
        assert await tx.queue.resume(None)


async def test_a_pause_of_the_own_engine_starts_nothing(store: SqliteStore) -> None:
    await add(store, [work(), work(BOB)])
    async with store.transaction() as tx:
        assert await tx.engines.own() == ""
        for name in ("studio", "testcard", "studio"):
            await tx.engines.set_own(name)
        await tx.engines.stop("studio", Halt.PAUSED, at=NOW)
        await tx.engines.stop("api.vendor.test", Halt.DRAINING, at=NOW)
    assert await store.view.engines.own() == "studio"
    assert await claim(store) is None
    assert await store.view.queue.paused()
    assert [(stop.engine, stop.everything) for stop in await store.view.queue.stops()] == [
        ("api.vendor.test", False),
        ("studio", False),
    ]
    halts_of = store.view.queue.halts_of
    assert await halts_of(ADA) == {Halt.PAUSED}
    assert await halts_of(ADA, upstream="api.vendor.test") == {Halt.DRAINING}
    assert await halts_of(ADA, upstream="another.test") == set()
    async with store.transaction() as tx:
        await tx.queue.stop(None, Halt.DRAINING, at=NOW)
    assert await halts_of(ADA) == {Halt.DRAINING, Halt.PAUSED}
    # Another engine does not take the halt over, nor is it forgotten.
    async with store.transaction() as tx:
        await tx.engines.set_own("testcard")
    assert await claim(store) is not None
    async with store.transaction() as tx:
        await tx.engines.set_own("studio")
    assert await claim(store) is None
    async with store.transaction() as tx:
        assert await tx.engines.resume("studio")
        assert not await tx.engines.resume("studio")
    assert await claim(store) is not None


async def test_waiting_jobs_are_counted_by_class(store: SqliteStore) -> None:
    jobs = [work(rank=rank) for rank in (Rank.STANDARD, Rank.STANDARD, Rank.OFF_PEAK)]
    await add(store, jobs)
    running = await claim(store)
    assert running is not None
    async with store.transaction() as tx:
        gone = jobs[1].cancel(at=NOW)
        assert await tx.jobs.save(gone, state=JobState.QUEUED, attempt=0)
    counted = {Rank.PRIORITY: 0, Rank.STANDARD: 0, Rank.OFF_PEAK: 1}
    assert await store.view.queue.waiting() == counted
    assert [run.job for run in await store.view.queue.running(at_most=9)] == [running.id]
    async with store.transaction() as tx:
        again = running.put_back(at=NOW)
        assert await tx.jobs.save(again, state=running.state, attempt=running.attempt)
    assert await store.view.queue.waiting() == counted | {Rank.STANDARD: 1}


async def test_the_line_is_what_is_claimed(store: SqliteStore) -> None:
    ranks = [Rank.STANDARD, Rank.PRIORITY, Rank.STANDARD, Rank.OFF_PEAK]
    jobs = [
        work(AccountId(1 + number % 3), seconds=1 + number % 7, rank=ranks[number % 4])
        for number in range(90)
    ]
    await add(store, jobs)
    line = await store.view.queue.line(at=NOW + 700 * SECOND, at_most=60)
    claimed = await claims(store, 60, after=700)
    assert [each.job for each in line] == [each.id for each in claimed]
    assert len(await store.view.queue.line(at=NOW, at_most=60)) == 30


async def test_jobs_that_should_have_begun_are_overdue(store: SqliteStore) -> None:
    soon, late, free = work(start_within=5), work(start_within=50), work()
    await add(store, [soon, late, free])

    async def overdue(after: float) -> list[int]:
        found = await store.view.queue.overdue(at=NOW + after * SECOND, at_most=9)
        return [each.id for each in found]

    assert await overdue(5) == []
    assert await overdue(6) == [soon.id]
    first, *_ = await claims(store, 1)
    async with store.transaction() as tx:
        await tx.jobs.save(first.lose(at=NOW), state=first.state, attempt=first.attempt)
    assert await overdue(99) == [late.id]


async def test_the_newest_run_times_of_a_kind_are_kept(store: SqliteStore) -> None:
    kind = RunKind("text_to_video", "v6", "540p", 5)
    async with store.transaction() as tx:
        for number in range(KEPT + 3):
            await tx.queue.note_run(kind, number + 0.25)
    took = await store.view.queue.took(kind)
    assert took == [number + 0.25 for number in range(3, KEPT + 3)]
    assert await store.view.queue.took(replace(kind, quality="720p")) == []


def test_a_queue_of_the_version_before_goes_on_in_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, scripts = tmp_path / "old.db", migrations.migrations()
    before = next(n for n, script in enumerate(scripts) if "waiting_heads" in script)
    with monkeypatch.context() as old:
        old.setattr(migrations, "migrations", lambda: scripts[:before])
        migrate(path)
    fill_old(path)
    migrate(path)
    assert asyncio.run(claimed_of(path)) == [(2, 21), (1, 11), (1, 12)]


OLD_ORDER = (
    '{"ask": {"words": {"prompt": "a"}},'
    ' "terms": {"aspect_ratio": "", "seconds": 0, "seed": null, "trace": ""}}'
)


def fill_old(path: Path) -> None:
    raw = sqlite3.connect(path)
    for owner in (1, 2):
        raw.execute(
            "insert into accounts (id, name, plan, max_jobs, created_at) values (?, '', '', 9, 0)",
            (owner,),
        )
    for number in (11, 12, 21):
        raw.execute(
            "insert into jobs (id, account, feature, state, attempt, breaks, progress, seed, cost,"
            " width, height, frames, fps, model, quality, ordered, reason, created_at, changed_at)"
            " values (?, ?, 'text_to_image', 'queued', 0, 0, 0, 0, 0, 2, 2, 1, 0, 'm', '', ?, '',"
            " 0, 0)",
            (
                number,
                number // 10,
                OLD_ORDER,
            ),
        )
    raw.executemany("insert into turns values (?, ?)", [(1, 7), (2, 5)])
    raw.executemany("insert into heads values (?, ?, ?)", [(1, 11, 7), (2, 21, 5)])
    raw.commit()
    raw.close()


async def claimed_of(path: Path) -> list[tuple[int, int]]:
    store = open_store(path)
    found = await claims(store, 9)
    await store.close()
    return [(each.account, each.id) for each in found]
