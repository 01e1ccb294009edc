"""One engine is halted, by its name, and the others go on."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kinora.apis.useapi.routes import PREFIX
from kinora.bootstrap.ground import Ground, build_operator, build_places
from kinora.cli.main import cli
from kinora.domain.errand import Step
from kinora.domain.errors import Invalid
from kinora.domain.ids import JobId
from kinora.domain.job import JobState
from kinora.domain.rank import Halt
from kinora.usecases.read_engines import ReadEngines
from kinora.usecases.run_errand import PATIENCE, PAUSED
from tests.unit.upstream.platform import CLIP, LANE, House, house_beside

OWN = "studio"
HERE = "default@kinora.local"


@pytest.fixture
async def house(ground: Ground, tmp_path: Path) -> AsyncIterator[House]:
    async with house_beside(ground, tmp_path) as made:
        yield made


def there(house: House) -> str:
    return f"127.0.0.1:{house.platform.port}"


async def halt(house: House, how: Halt | None, name: str) -> bool:
    return await build_operator(house.ground).halt.engine(how, name=name)


async def refused(house: House, *, email: str) -> tuple[int, str]:
    body = CLIP | {"email": email}
    answer = await house.caller.client.post(f"{PREFIX}/videos/create", json=body)
    return answer.status_code, answer.text


async def lane_by_chance(house: House) -> str:
    """Return the name of a job whose caller names no lane; the lane's email stands in it."""
    told = await house.caller.post("/videos/create", **(CLIP | {"email": ""}))
    name: str = told["video_id"]
    return name


async def available(house: House, lane: str) -> int:
    """Return how many jobs a lane is told to take."""
    rows = (await house.caller.get("/scheduler/available"))["available"]
    return sum(row["available"] for row in rows if row["email"] == lane)


async def here(house: House) -> JobId:
    return await house.submit(email=HERE)


async def at_desk(house: House, *words: str) -> Any:
    given = ["--data", str(house.ground.settings.data), "queue", *words, "--json"]
    # A command has a loop of its own.
    result = await asyncio.to_thread(CliRunner().invoke, cli, given)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


async def claimed(house: House) -> JobId | None:
    async with house.store.transaction() as tx:
        found = await tx.jobs.claim(at=house.clock.now())
    return found.id if found else None


async def test_a_paused_upstream_is_sent_nothing_and_the_own_engine_goes_on(house: House) -> None:
    await halt(house, Halt.PAUSED, there(house))
    away, own = await house.submit(), await here(house)
    await house.go(away, steps=3, seconds=10)
    assert (await house.errand(away)).step is Step.WAITING
    assert (house.platform.heard, await claimed(house)) == ([], own)
    assert await halt(house, None, there(house))
    assert not await halt(house, None, there(house))
    await house.go(away, steps=3, seconds=1)
    assert (await house.job(away)).state is JobState.COMPLETED


async def test_what_an_upstream_has_goes_on_in_a_pause(house: House) -> None:
    away = await house.submit()
    await house.go(away)
    await halt(house, Halt.PAUSED, there(house))
    await house.go(away, steps=2, seconds=1)
    assert (await house.job(away)).state is JobState.COMPLETED


async def test_a_paused_own_engine_starts_nothing_and_upstreams_go_on(house: House) -> None:
    await halt(house, Halt.PAUSED, OWN)
    away, own = await house.submit(), await here(house)
    assert await claimed(house) is None
    await house.go(away, steps=3, seconds=1)
    assert (await house.job(away)).state is JobState.COMPLETED
    await halt(house, None, OWN)
    assert await claimed(house) == own


async def test_a_pause_of_all_or_of_the_account_holds_upstreams_jobs_too(house: House) -> None:
    away = await house.submit()
    stop = build_operator(house.ground).halt
    for account in (None, (await house.job(away)).account):
        await stop(Halt.PAUSED, account=account)
        await house.go(away, steps=2, seconds=1)
        assert house.platform.heard == []
        await stop(None, account=account)
    await house.go(away)
    assert len(house.platform.sent) == 1


async def test_who_waits_too_long_for_a_paused_upstream_is_paid_back(house: House) -> None:
    before = await house.balance()
    await halt(house, Halt.PAUSED, there(house))
    away = await house.submit()
    await house.go(away, seconds=PATIENCE.total_seconds() + 1)
    job = await house.job(away)
    assert (job.state, job.reason) == (JobState.FAILED, PAUSED)
    assert await house.balance() == before
    # It is no fault of the lane's.
    account = job.account
    assert await house.store.view.lanes.health(account, at=house.clock.now()) == {}


async def test_a_draining_engine_takes_no_new_jobs_and_makes_those_that_wait(house: House) -> None:
    away, own = await house.submit(), await here(house)
    for name, lane in ((there(house), LANE), (OWN, HERE)):
        await halt(house, Halt.DRAINING, name)
        status, text = await refused(house, email=lane)
        assert (status, "being drained" in text) == (503, True)
        assert await available(house, lane) == 0
        # Who names no lane is served by the other engine.
        assert lane not in await lane_by_chance(house)
        await halt(house, None, name)
        assert await available(house, lane) > 0
    await halt(house, Halt.DRAINING, there(house))
    await halt(house, Halt.DRAINING, OWN)
    assert (await refused(house, email=""))[0] == 503
    assert await claimed(house) == own
    await house.go(away, steps=3, seconds=1)
    assert (await house.job(away)).state is JobState.COMPLETED


async def test_lanes_of_a_paused_engine_are_chosen_last(house: House) -> None:
    for name, lane in ((there(house), LANE), (OWN, HERE)):
        await halt(house, Halt.PAUSED, name)
        for _ in range(3):
            assert lane not in await lane_by_chance(house)
        await halt(house, None, name)


async def test_no_time_is_told_while_the_own_engine_is_paused_or_of_an_upstreams_job(
    house: House,
) -> None:
    away, own = await house.submit(), await here(house)
    kind = (await house.job(own)).kind
    async with house.store.transaction() as tx:
        for _ in range(9):
            await tx.queue.note_run(kind, 10.0)
    places = build_places(house.ground)
    look = await places.look()
    assert (look.places[own].position, look.places[own].done_in is None) == (1, False)
    place = await places(await house.job(away))
    assert place is not None
    assert (place.position, place.done_in) == (0, None)
    await halt(house, Halt.PAUSED, OWN)
    look = await build_places(house.ground).look()
    assert (look.places[own].position, look.places[own].done_in) == (1, None)


async def test_a_wrong_name_is_told_the_right_ones(house: House) -> None:
    for how in (Halt.PAUSED, None):
        with pytest.raises(Invalid, match=f"must be one of studio, {there(house)}, not 'difusers'"):
            await halt(house, how, "difusers")
    with pytest.raises(Invalid, match="must be one of studio"):
        await ReadEngines(store=house.store).one("testcard")


async def test_an_engine_that_is_no_longer_used_can_be_resumed(house: House) -> None:
    await halt(house, Halt.PAUSED, OWN)
    async with house.store.transaction() as tx:
        await tx.engines.set_own("testcard")
    loads = [(load.name, load.own) for load in await ReadEngines(store=house.store)()]
    assert loads == [("testcard", True), (there(house), False), (OWN, False)]
    assert await halt(house, None, OWN)
    with pytest.raises(Invalid):
        await halt(house, None, OWN)


async def test_the_desk_shows_engines_and_their_next_jobs(house: House) -> None:
    sent, unknown, waiting = [await house.submit() for _ in range(3)]
    await house.go(sent)
    await house.stopped_while_sending(unknown)
    await house.go(unknown)
    own = [await here(house) for _ in range(2)]
    running = await claimed(house)
    assert running == own.pop(0)
    vendor = there(house)
    told = await at_desk(house, "pause", "--engine", vendor)
    assert told == {"account": None, "engine": vendor, "state": "paused"}
    found = await at_desk(house, "status")
    assert (found["state"], found["running"], found["waiting"]) == ("open", 2, 2)
    assert (found["standard"], found["halted"]) == (1, [])
    assert [each.pop("since") is None for each in found["engines"]] == [True, False]
    assert found["engines"] == [
        {"engine": OWN, "state": "open", "running": 1, "waiting": 1, "unknown": 0},
        {"engine": vendor, "state": "paused", "running": 1, "waiting": 1, "unknown": 1},
    ]
    assert [each["job"] for each in found["next"]] == own
    found = await at_desk(house, "status", "--engine", vendor)
    assert (found["state"], found["queue"], found["waiting"]) == ("paused", "open", 1)
    assert [(each["job"], each["lane"]) for each in found["next"]] == [(waiting, LANE)]
    found = await at_desk(house, "status", "--engine", OWN, "--next", "5")
    assert (found["state"], found["running"], found["standard"]) == ("open", 1, 1)
    assert [(each["position"], each["job"]) for each in found["next"]] == [(1, own[0])]


async def test_a_drained_engine_is_waited_for_until_it_is_empty(house: House) -> None:
    own, away = await here(house), await house.submit()
    waiting = asyncio.create_task(at_desk(house, "drain", "--engine", there(house), "--wait"))
    await house.go(away, steps=2)
    assert not waiting.done()
    await house.go(away, seconds=1)
    assert (await waiting)["empty"] is True
    assert (await house.job(own)).state is JobState.QUEUED
    assert await at_desk(house, "resume", "--engine", OWN) == {
        "account": None,
        "engine": OWN,
        "state": "open",
        "was_halted": False,
    }


async def test_a_drained_account_is_empty_when_its_jobs_have_ended(house: House) -> None:
    """Not when they have lost their places, as those do that take long."""
    own = await here(house)
    async with house.store.transaction() as tx:
        assert await tx.jobs.free_place(await house.job(own))
    waiting = asyncio.create_task(at_desk(house, "drain", "--account", "1", "--wait"))
    done, _ = await asyncio.wait([waiting], timeout=3)
    assert not done
    await build_operator(house.ground).cancel(own)
    assert (await waiting)["empty"] is True


def test_a_drain_says_how_it_is_taken_back(ground: Ground) -> None:
    for words in ([], ["--engine", OWN], ["--account", "1"]):
        given = ["--data", str(ground.settings.data), "queue", "drain", *words]
        told = CliRunner().invoke(cli, given).stdout
        assert f"until `{' '.join(['kinora', 'queue', 'resume', *words])}`" in told
