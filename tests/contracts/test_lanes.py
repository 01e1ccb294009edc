"""Lanes that lead elsewhere, and their errands, over every store."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kinora.adapters.db.migrate import migrate
from kinora.adapters.db.sqlite import SqliteStore
from kinora.adapters.db.statements import connect, load_statements
from kinora.domain.errand import Errand, Step
from kinora.domain.job import Job, WrongState
from kinora.domain.lane import DEFAULT_LANE, Bar, Health, Lane, Quarantine, Upstream
from kinora.domain.rank import Halt
from tests.contracts.test_store import ADA, NOW, job, store

__all__ = ["store"]
VENDOR = "vendor@example.com"


def errand_of(made: Job) -> Errand:
    upstream = Upstream(url="https://vendor.test", sealed=b"sealed", hint="sk-…")
    return Errand.of(made.start(at=NOW), email=VENDOR, upstream=upstream)


async def test_errands_move_by_compare_and_set(store: SqliteStore) -> None:
    made = job()
    async with store.transaction() as tx:
        await tx.jobs.add(made)
        await tx.jobs.save(made.start(at=NOW), state=made.state, attempt=made.attempt)
        await tx.errands.add(errand_of(made))
    waiting = await store.view.errands.get(made.id)
    assert waiting == errand_of(made)
    sending = waiting.sending("{}", at=NOW)
    async with store.transaction() as tx:
        assert await tx.errands.save(sending, step=Step.WAITING)
        assert not await tx.errands.save(sending, step=Step.WAITING)
    assert await store.view.errands.open() == [sending]
    lost = sending.lost("no answer")
    async with store.transaction() as tx:
        assert await tx.errands.save(lost, step=Step.SENDING)
    assert (await store.view.errands.open(), await store.view.errands.unknown()) == ([], [lost])
    with pytest.raises(WrongState):
        lost.sending("{}", at=NOW)
    async with store.transaction() as tx:
        await tx.errands.drop(made.id)
    assert await store.view.errands.get(made.id) is None


async def running(store: SqliteStore) -> tuple[Job, Job]:
    """Return a job that is made here and one that is made elsewhere, both under way."""
    here, away = job(), job()
    async with store.transaction() as tx:
        for made in (here, away):
            await tx.jobs.add(made)
            await tx.jobs.save(made.start(at=NOW), state=made.state, attempt=made.attempt)
        await tx.errands.add(errand_of(away))
    return here, away


async def test_jobs_made_elsewhere_do_not_run_here(store: SqliteStore) -> None:
    here, away = await running(store)
    assert [each.id for each in await store.view.jobs.running_here()] == [here.id]
    # Nor are they paid back by the clock: another server may have been paid.
    late = NOW + timedelta(days=1)
    for placed, found in ((False, {here.id}), (True, {here.id, away.id})):
        unended = await store.view.jobs.unended(before=late, at_most=10, placed=placed)
        assert {each.id for each in unended} == found


async def test_lanes_know_how_their_engine_is_halted(store: SqliteStore) -> None:
    upstream = Upstream(url="https://Vendor.test:8443/there", sealed=b"sealed", hint="sk-…")
    async with store.transaction() as tx:
        await tx.lanes.put(ADA, Lane(email=VENDOR, max_jobs=3, upstream=upstream), at=NOW)
        await tx.engines.set_own("studio")

    async def halts() -> dict[str, Halt | None]:
        return {lane.email: lane.halt for lane in await store.view.lanes.of(ADA)}

    assert await halts() == {DEFAULT_LANE: None, VENDOR: None}
    async with store.transaction() as tx:
        await tx.engines.stop("vendor.test:8443", Halt.PAUSED, at=NOW)
    assert await halts() == {DEFAULT_LANE: None, VENDOR: Halt.PAUSED}
    async with store.transaction() as tx:
        await tx.engines.stop("studio", Halt.DRAINING, at=NOW)
    assert await halts() == {DEFAULT_LANE: Halt.DRAINING, VENDOR: Halt.PAUSED}
    lane = await store.view.lanes.get(ADA, VENDOR)
    assert lane is not None
    assert lane.halt is Halt.PAUSED


async def test_jobs_made_elsewhere_are_not_among_those_that_run(store: SqliteStore) -> None:
    here, _ = await running(store)
    assert [each.job for each in await store.view.queue.running(at_most=9)] == [here.id]


async def test_lanes_keep_where_they_lead_and_how_they_are(store: SqliteStore) -> None:
    upstream = Upstream(url="https://vendor.test", sealed=b"sealed", hint="sk-…", replays=True)
    bar = Quarantine(reason=Bar.CREDITS, until=NOW + timedelta(minutes=5), times=2)
    lane = Lane(email=VENDOR, max_jobs=3, upstream=upstream, quarantine=bar)
    made = job()
    async with store.transaction() as tx:
        await tx.lanes.put(ADA, lane, at=NOW)
        await tx.jobs.add(made)
        await tx.errands.add(errand_of(made))
        for number, well in enumerate((True, False, False)):
            await tx.lanes.mark(ADA, VENDOR, well=well, at=NOW + timedelta(minutes=number * 10))
    assert await store.view.lanes.get(ADA, VENDOR) == lane
    assert list(await store.view.lanes.of(ADA))[1:] == [lane]
    late = NOW + timedelta(minutes=21)
    health = await store.view.lanes.health(ADA, at=late)
    assert health == {VENDOR: Health(succeeded=0, failed=2)}
    async with store.transaction() as tx:
        await tx.lanes.bar(ADA, VENDOR, None)
        assert await tx.lanes.drop(ADA, VENDOR)
        assert not await tx.lanes.drop(ADA, VENDOR)
    assert len(await store.view.lanes.of(ADA)) == 1
    assert await store.view.lanes.get(ADA, VENDOR) == replace(lane, quarantine=None, hidden=True)
    async with store.transaction() as tx:
        await tx.errands.drop(made.id)
    assert await store.view.lanes.all() == []


def test_errands_and_lanes_are_found_by_index(tmp_path: Path) -> None:
    migrate(tmp_path / "store.db")
    db = connect(str(tmp_path / "store.db"))
    texts = load_statements()
    names = ["open_errands", "unknown_errands", "errands_on", "get_errand", "lane_health"]
    names += ["lanes_of", "get_lane", "jobs_running_here", "callback_urls", "executing"]
    for name in names:
        values = dict.fromkeys(re.findall(r":(\w+)", texts[name]), 1) | {"jobs": "[1]"}
        plan = [
            row["detail"] for row in db.raw.execute("explain query plan " + texts[name], values)
        ]
        scans = [step for step in plan if step.startswith("SCAN") and "json_each" not in step]
        assert scans == [], name
    db.raw.close()
