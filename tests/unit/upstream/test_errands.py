"""Errands: one outcome, one charge, whatever the other server says or does not say."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kinora.apis.useapi.routes import PREFIX
from kinora.bootstrap.dispatcher import build_dispatcher
from kinora.bootstrap.ground import Ground, build_lane_seal, build_operator
from kinora.cli.main import cli
from kinora.domain.errand import Step
from kinora.domain.errors import JobNotFound
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.job import JobState
from kinora.domain.lane import Bar
from kinora.ports.sealing import BadSeal
from kinora.ports.upstream import bound_to
from kinora.usecases.end_errand import SettleErrand
from kinora.usecases.run_errand import LONGEST_WORK
from tests.unit.upstream.platform import (
    CUT,
    LANE,
    SECRET,
    THERE,
    House,
    envelope,
    house_beside,
    refusal,
)


@pytest.fixture
async def house(ground: Ground, tmp_path: Path) -> AsyncIterator[House]:
    async with house_beside(ground, tmp_path) as made:
        yield made


async def test_a_job_is_made_elsewhere(house: House) -> None:
    before = await house.balance()
    job = await house.submit()
    assert await house.go(job) is not None
    (sent,) = house.platform.sent
    errand = await house.errand(job)
    assert (errand.step, errand.there, sent.headers["api-key"]) == (Step.SENT, THERE, SECRET)
    assert sent.headers["ai-trace-id"] == errand.trace
    assert sent.fields["prompt"] == "a paper boat"
    assert sent.fields["seed"] == (await house.job(job)).seed
    await house.go(job)
    assert (await house.job(job)).progress == 0.5
    assert await house.go(job) is None
    done = await house.job(job)
    assert (done.state, done.attempt) == (JobState.COMPLETED, 1)
    outcome = await house.store.view.jobs.outcome(job)
    assert outcome is not None
    assert outcome.asset is not None
    assert (outcome.asset.mime, outcome.asset.frames) == ("video/mp4", 12)
    assert await house.ground.blobs.size(outcome.asset.place) == len(house.platform.file)
    assert await house.balance() == before - done.cost
    assert await house.store.view.ledger.discrepancies() == []
    assert await house.store.view.errands.get(job) is None
    assert not list((house.run.fetch.workshop).iterdir())
    assert len(house.platform.sent) == 1


async def test_inputs_are_sent_once(house: House) -> None:
    picture = await house.caller.picture()
    number = int(picture.partition("/")[2].partition(".")[0])
    asset = await house.store.view.assets.get(AssetId(number))
    assert asset is not None
    source = house.caller.folder / "source"
    source.write_bytes(b"a picture")
    await house.ground.blobs.adopt(source, name=asset.place)
    house.platform.submits = [refusal(500044), (200, envelope({"video_id": THERE}))]
    job = await house.submit(first_frame_path=picture)
    await house.go(job, steps=2, seconds=5)
    assert [each.fields["img_id"] for each in house.platform.sent] == [41, 41]
    assert sum(each.path.endswith("/image/upload") for each in house.platform.heard) == 1
    assert b"a picture" in house.platform.heard[0].body


@pytest.mark.parametrize("word", ["release", "settle", "resume"])
async def test_a_call_of_which_nothing_is_known_is_an_operators(house: House, word: str) -> None:
    before = await house.balance()
    job = await house.submit()
    await house.stopped_while_sending(job)
    assert await house.go(job) is None
    assert house.platform.sent == []
    cost = (await house.job(job)).cost
    (unknown,) = await house.store.view.errands.unknown()
    assert (unknown.job, unknown.note) == (job, "the server stopped during the call")
    assert await house.held() == cost
    assert (await house.lane()).executing == 0
    settle = build_operator(house.ground).settle_errand
    if word == "resume":
        await settle.resume(job, there=THERE)
        house.clock.at = house.ground.clock.now()
        await house.go(job, steps=2)
        assert (await house.job(job)).state is JobState.COMPLETED
    else:
        ended = await (settle.release(job) if word == "release" else settle.settle(job))
        assert ended.state is JobState.FAILED
        with pytest.raises(JobNotFound):
            await settle.release(job)
    spent = 0 if word == "release" else cost
    assert (await house.held(), await house.balance()) == (0, before - spent)
    assert await house.store.view.ledger.discrepancies() == []
    assert house.platform.sent == []


async def test_a_call_is_repeated_to_the_letter_where_that_makes_no_second_job(
    house: House,
) -> None:
    await house.open_lane(replays=True)
    house.platform.submits = [CUT, (502, b"<html>"), (200, envelope({"video_id": THERE}))]
    job = await house.submit()
    await house.stopped_while_sending(job)
    await house.go(job, steps=3, seconds=61)
    assert (await house.errand(job)).step is Step.SENT
    bodies = {each.body for each in house.platform.sent}
    traces = {each.headers["ai-trace-id"] for each in house.platform.sent}
    assert (len(house.platform.sent), len(bodies), len(traces)) == (3, 1, 1)
    other = await house.submit()
    await house.stopped_while_sending(other)
    house.clock.goes(25 * 3600)
    assert await house.go(other) is None
    assert (await house.errand(other)).step is Step.UNKNOWN


@pytest.mark.parametrize("answer", [CUT, (502, b"<html>"), (200, b""), (200, envelope({}))])
async def test_an_answer_that_says_nothing_leaves_the_job_unknown(
    house: House, answer: tuple[int, bytes]
) -> None:
    house.platform.submits = [answer]
    job = await house.submit()
    assert await house.go(job) is None
    assert (await house.errand(job)).step is Step.UNKNOWN
    assert not (await house.job(job)).state.final
    assert await house.go(job) is None
    assert len(house.platform.sent) == 1


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (refusal(500063), JobState.MODERATED),
        (refusal(400017, "duration"), JobState.FAILED),
        ((200, b'{"err_code": 500052, "err_msg": "no", "resp": null}'), JobState.MODERATED),
        ((404, b"<html>"), JobState.FAILED),
        ((302, b""), JobState.FAILED),
    ],
)
async def test_a_refusal_ends_the_job_and_pays_it_back(
    house: House, answer: tuple[int, bytes], state: JobState
) -> None:
    before = await house.balance()
    house.platform.submits = [answer]
    job = await house.submit()
    assert await house.go(job) is None
    ended = await house.job(job)
    assert (ended.state, await house.balance()) == (state, before)
    assert SECRET not in ended.reason
    assert (await house.lane()).quarantine is None
    assert await house.store.view.ledger.discrepancies() == []


@pytest.mark.parametrize(
    ("answer", "bar", "status"),
    [
        (refusal(400012), Bar.CREDENTIALS, 596),
        ((401, b""), Bar.CREDENTIALS, 596),
        (refusal(500090), Bar.CREDITS, 412),
        (refusal(500044), None, 200),
        (refusal(500069), None, 200),
    ],
)
async def test_what_the_lane_is_to_blame_for_closes_it(
    house: House, answer: tuple[int, bytes], bar: Bar | None, status: int
) -> None:
    house.platform.submits = [answer, (200, envelope({"video_id": THERE}))]
    job = await house.submit()
    await house.go(job)
    assert (await house.job(job)).state is JobState.RUNNING
    assert (await house.errand(job)).step is Step.WAITING
    closed = (await house.lane()).quarantine
    assert (closed.reason if closed else None) is bar
    body: dict[str, Any] = {"prompt": "x", "duration": 1, "quality": "360p", "email": LANE}
    answered = await house.caller.client.post(PREFIX + "/videos/create", json=body)
    assert answered.status_code == status, answered.text
    rows = (await house.caller.get("/scheduler/available"))["available"]
    assert [row.get("quarantine") for row in rows] == [None, bar.value if bar else None]
    free = await house.caller.post("/videos/create", prompt="x", duration=1)
    assert bar is None or "default@kinora.local" in free["video_id"]
    await house.go(job, seconds=3599 if bar else 60)
    assert (await house.errand(job)).step is Step.SENT
    assert (await house.lane()).quarantine is None


async def test_a_server_that_is_not_there_is_asked_less_and_less(house: House) -> None:
    house.platform.port, port = 1, house.platform.port
    await house.open_lane()
    before, rests = await house.balance(), []
    job = await house.submit()
    for _ in range(3):
        await house.go(job)
        closed = (await house.lane()).quarantine
        assert closed is not None
        assert (closed.reason, closed.until is not None) == (Bar.UNREACHABLE, True)
        assert closed.until is not None
        rests.append(closed.until - house.clock.now())
        house.clock.at = closed.until
    assert rests == [timedelta(seconds=each) for each in (5, 10, 20)]
    house.clock.goes(3600)
    assert await house.go(job) is None
    ended = await house.job(job)
    assert (ended.state, await house.balance()) == (JobState.FAILED, before)
    assert "could not be reached" in ended.reason
    assert port


@pytest.mark.parametrize(
    ("poll", "state"),
    [(7, JobState.MODERATED), (8, JobState.FAILED), (6, JobState.FAILED), (0, JobState.FAILED)],
)
async def test_a_bad_end_elsewhere_is_a_bad_end_here(
    house: House, poll: int, state: JobState
) -> None:
    before = await house.balance()
    house.platform.stands(poll, reason="no cat in it")
    if poll == 0:
        house.platform.polls = [refusal(500008)]
    job = await house.submit()
    assert await house.go(job, steps=2) is None
    assert ((await house.job(job)).state, await house.balance()) == (state, before)


async def test_questions_without_an_answer_are_asked_again(house: House) -> None:
    good = house.platform.polls
    house.platform.polls = [CUT, (500, b""), refusal(99999), refusal(400012), *good]
    job = await house.submit()
    await house.go(job, steps=6, seconds=61)
    assert await house.go(job, seconds=61) is None
    assert (await house.job(job)).state is JobState.COMPLETED
    assert (len(house.platform.sent), len(house.platform.asked)) == (1, 6)


async def test_a_lane_that_mostly_fails_is_closed(house: House) -> None:
    house.platform.stands(8)
    for _ in range(5):
        assert (await house.lane()).quarantine is None
        await house.go(await house.submit(), steps=2)
    closed = (await house.lane()).quarantine
    assert closed is not None
    assert closed.reason is Bar.FAILURES
    told = (await house.caller.get(f"/accounts/{LANE}"))["health"]
    assert (told["failed"], told["quarantine"], told["until"] != "") == (5, "failures", True)
    sentence = await house.caller.refused(429, "/videos/create", prompt="x", email=LANE)
    assert "failures" in sentence
    operator = build_operator(house.ground)
    await operator.close_lane(await house._owner(), email=LANE, closed=False)
    house.platform.stands(1)
    await house.go(await house.submit(), steps=2)
    assert (await house.lane()).quarantine is None


async def test_an_operator_closes_and_opens_lanes(house: House) -> None:
    operator, owner = build_operator(house.ground), await house._owner()
    await operator.close_lane(owner, email=LANE, closed=True)
    assert "operator" in await house.caller.refused(429, "/videos/create", prompt="x", email=LANE)
    await operator.close_lane(owner, email=LANE, closed=False)
    await house.submit()
    with pytest.raises(JobNotFound):
        await operator.close_lane(owner, email="no@where.test", closed=True)


async def test_an_operator_gives_a_job_another_day(house: House) -> None:
    house.platform.stands(5)
    job = await house.submit()
    await house.go(job)
    await house.go(job, seconds=LONGEST_WORK.total_seconds() + 1)
    assert (await house.errand(job)).step is Step.UNKNOWN
    there = (await house.errand(job)).there
    assert there is not None
    resume = SettleErrand(store=house.store, clock=house.clock).resume
    await resume(job, there=there)
    house.platform.stands(1)
    assert await house.go(job, seconds=1) is None
    assert (await house.job(job)).state is JobState.COMPLETED


async def test_a_cancelled_job_is_forgotten(house: House) -> None:
    before = await house.balance()
    job = await house.submit()
    await house.go(job)
    name = f"user:1-pixverse:{LANE}-video:{job}"
    assert (await house.caller.client.delete(f"{PREFIX}/scheduler/{name}")).status_code == 200
    assert await house.go(job) is None
    assert (await house.store.view.errands.open(), house.platform.asked) == ([], [])
    assert await house.balance() == before


async def test_a_cancelled_job_of_which_nothing_is_known_is_off_the_operators_list(
    house: House,
) -> None:
    before = await house.balance()
    job = await house.submit()
    await house.stopped_while_sending(job)
    await house.go(job)
    assert len(await house.store.view.errands.unknown()) == 1
    await build_operator(house.ground).cancel(job)
    assert await house.store.view.errands.unknown() == []
    (left,) = await house.store.view.errands.open()
    assert left.job == job
    assert await house.go(job) is None
    assert await house.store.view.errands.open() == []
    assert await house.balance() == before


async def test_what_another_server_says_is_kept_short_and_free_of_our_key(house: House) -> None:
    house.platform.submits = [refusal(400017, f"\n{SECRET}\x1b[31m " + "x" * 5000)]
    job = await house.submit()
    await house.go(job)
    reason = (await house.job(job)).reason
    assert SECRET not in reason
    assert reason.isprintable()
    assert len(reason) < 400


async def test_the_two_capacities_are_apart(house: House) -> None:
    """Jobs of an upstream lane are in no engine's queue, and no restart of engines touches them."""
    away = await house.submit()
    async with house.store.transaction() as tx:
        assert await tx.jobs.claim(at=house.ground.clock.now()) is None
    recover = build_dispatcher(house.ground).outcomes.recover
    assert await recover() == 0
    assert (await house.job(away)).attempt == 1
    here = await house.caller.post("/videos/create", prompt="x", email="default@kinora.local")
    claimed = await house.caller.started()
    assert here["video_id"].endswith(str(claimed.id))
    assert await recover() == 1


async def test_a_removed_lane_goes_on_with_what_it_has(house: House) -> None:
    job = await house.submit()
    for status in (200, 404):
        answer = await house.caller.client.delete(f"{PREFIX}/accounts/{LANE}")
        assert answer.status_code == status
    assert list(await house.caller.get("/accounts")) == ["default@kinora.local"]
    assert await house.go(job, steps=3) is None
    assert (await house.job(job)).state is JobState.COMPLETED
    assert await house.store.view.lanes.all() == []


async def test_keys_are_sealed_and_masked(house: House) -> None:
    told = await house.caller.get("/accounts")
    assert SECRET not in str(told)
    assert told[LANE]["jwt"]["token"] == "sk-…secured…def"
    lane = await house.lane()
    assert SECRET not in repr(lane)
    assert lane.upstream is not None
    seals, sealed = build_lane_seal(house.ground), lane.upstream.sealed
    about = bound_to(AccountId(1), LANE, house.platform.url)
    assert seals.open(sealed, about=about) == SECRET.encode()
    other = build_lane_seal(replace(house.ground, secret=b"another installation's secret!!!"))
    broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for opener, text, where in (
        (other, sealed, about),
        (seals, broken, about),
        (seals, b"", about),
        (seals, sealed, bound_to(AccountId(2), LANE, house.platform.url)),
    ):
        with pytest.raises(BadSeal):
            opener.open(text, about=where)
    for path in house.ground.settings.data.glob("kinora.sqlite3*"):
        assert SECRET.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"upstream": "ftp://x"}, "upstream must be an http or https address"),
        ({"upstream": "http://me:pw@x"}, "without user name"),
        ({"upstream": "http://x:port"}, "upstream must be"),
        ({"upstream": "https://other.test"}, "upstreamKey is required"),
        ({"upstream": "https://other.test", "upstreamKey": "with space"}, "upstreamKey must have"),
        ({"upstream": "https://other.test", "upstreamKey": SECRET}, "are under way"),
    ],
)
async def test_bad_terms_are_refused(house: House, terms: dict[str, str], sentence: str) -> None:
    await house.submit()
    path = f"/accounts/{LANE}"
    told = await house.caller.refused(400, path, password="-", maxJobs=8, **terms)
    assert sentence in told
    kept = await house.caller.client.post(PREFIX + path, json={"password": "-", "maxJobs": 5})
    assert (kept.json()["maxJobs"], kept.json()["upstream"]) == (5, house.platform.url)
    path = "/accounts/default@kinora.local"
    told = await house.caller.refused(400, path, password="-", maxJobs=8, upstream="https://x.y")
    assert "default account" in told


async def test_addresses_that_are_not_public_are_not_reached(house: House) -> None:
    from kinora.adapters.upstream.client import PlatformUpstreams  # noqa: PLC0415 - one test

    strict = replace(house.run, upstreams=PlatformUpstreams())
    job = await house.submit()
    await strict(job)
    assert (await house.errand(job)).note == "the upstream's address is not a public one"
    assert house.platform.heard == []


async def test_what_is_not_made_upstream_goes_elsewhere(house: House) -> None:
    for path, body in (
        ("/images/create", {"prompt": "x"}),
        ("/videos/create", {"prompt": "x", "model": "sora-2", "duration": 8}),
        ("/music/create", {"prompt": "x", "instrumental": True}),
    ):
        told = await house.caller.refused(400, path, email=LANE, **body)
        assert "does not make this" in told
        assert "default@kinora.local" in str(await house.caller.post(path, **body))


async def test_an_upstreams_odd_numbers_keep_no_film_from_coming_home(house: House) -> None:
    house.platform.stands(5, 1, progress=10**400)
    job = await house.submit()
    await house.go(job, steps=3, seconds=1)
    assert (await house.job(job)).state is JobState.COMPLETED


async def test_a_job_under_a_number_that_none_can_have_is_an_operators(house: House) -> None:
    house.platform.submits = [(200, envelope({"video_id": "9" * 5000}))]
    job = await house.submit()
    await house.go(job)
    assert (await house.errand(job)).step is Step.UNKNOWN
    assert "has no video_id" in (await house.errand(job)).note


async def test_a_new_key_does_not_open_what_an_operator_closed(house: House) -> None:
    operator, owner = build_operator(house.ground), await house._owner()
    await operator.close_lane(owner, email=LANE, closed=True)
    await house.open_lane(upstreamKey=SECRET + "2")
    assert "operator" in await house.caller.refused(429, "/videos/create", prompt="x", email=LANE)


async def test_a_lane_that_an_operator_closed_is_not_removed_and_made_anew(house: House) -> None:
    operator, owner = build_operator(house.ground), await house._owner()
    await operator.close_lane(owner, email=LANE, closed=True)
    path = PREFIX + f"/accounts/{LANE}"
    refused = await house.caller.client.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (400, 400)
    assert "operator" in refused.json()["error"]
    assert (await house.lane()).closed_by_operator
    await operator.close_lane(owner, email=LANE, closed=False)
    assert (await house.caller.client.delete(path)).status_code == 200


async def test_a_removed_lane_does_not_come_back_with_its_upstream_unasked(house: House) -> None:
    job, path = await house.submit(), f"/accounts/{LANE}"
    assert (await house.caller.client.delete(PREFIX + path)).status_code == 200
    told = await house.caller.refused(400, path, password="-", maxJobs=8)
    assert "under way" in told
    await house.go(job, steps=3)
    answer = await house.caller.client.post(PREFIX + path, json={"password": "-", "maxJobs": 8})
    assert "upstream" not in answer.json()
    lane = await house.lane()
    assert lane.upstream is None


async def test_the_desk_says_what_a_closed_lane_runs(house: House) -> None:
    await house.submit()
    done = await house.submit()
    await house.go(done, steps=3, seconds=1)
    for word in ("quarantine", "release"):
        given = ["--data", str(house.ground.settings.data), "lanes", word, "1", LANE, "--json"]
        result = await asyncio.to_thread(CliRunner().invoke, cli, given)
        told = json.loads(result.stdout)
        assert (told["runs"], told["well"], told["failed"]) == ("1/8", 1, 0)
