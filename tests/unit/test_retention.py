"""Media goes when its time has come, and not before nobody needs it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from kinora.adapters.memory import open_memory_store
from kinora.bootstrap.ground import Ground
from kinora.cli.main import cli
from kinora.domain.errors import (
    ContentDeleted,
    ImageNotFound,
    Invalid,
    Missing,
    NotAllowed,
    UnderLegalHold,
)
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.job import JobState
from kinora.domain.keeping import Keeping, Rule
from kinora.domain.order import ImageToVideo, Words
from kinora.usecases.find_sound import FindSound
from kinora.usecases.hold_media import HoldMedia, LiftHold, Subject
from kinora.usecases.keep_voices import DropVoice, MakeVoice
from kinora.usecases.set_retention import ApplyRetention, SetRetention
from kinora.usecases.sweep_blobs import PARTS
from tests.keeper import House

MONTH = Keeping(results=30, uploads=7)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store = open_memory_store()
    yield House(store, tmp_path, MONTH)
    await store.close()


def animated(image: AssetId) -> ImageToVideo:
    return ImageToVideo(words=Words(prompt="snow"), image=image)


async def rule(house: House, scope: str, name: str, **days: int) -> None:
    await SetRetention(store=house.store, clock=house.clock)(
        Rule(scope=scope, name=name, keeping=Keeping(**days))
    )


async def test_uploads_and_results_go_when_their_days_are_over(house: House) -> None:
    account = await house.open()
    picture = await house.picture(account)
    job = await house.film(account, beside=(b"mask",))
    house.clock.later(days=6.99)
    assert await house.expire() == 0
    house.clock.later(days=0.02)
    assert await house.expire() == 1
    assert not await house.is_there(picture.id)
    assert await house.store.view.assets.gone(picture.id) == account
    assert house.stored() == [b"film", b"mask"]
    house.clock.later(days=23)
    assert await house.expire() == 2
    assert await house.state(job) is JobState.DELETED
    assert house.stored() == []
    assert await house.expire() == 0
    assert list(await house.store.view.ledger.discrepancies()) == []


async def test_for_ever_is_the_default(house: House) -> None:
    house.keeping = Keeping(results=0, uploads=0)
    account = await house.open()
    picture, job = await house.picture(account), await house.film(account)
    house.clock.later(days=20_000)
    assert await house.expire() == 0
    assert await house.is_there(picture.id)
    assert await house.is_there(job.result)


async def test_an_account_goes_before_its_plan_and_a_plan_before_the_settings(
    house: House,
) -> None:
    other, own = await house.open("small"), await house.open("small")
    await rule(house, "plan", "small", results=3, uploads=2)
    await rule(house, "account", str(own), uploads=0)
    days = {}
    for account in (other, own, await house.open("large")):
        job = await house.film(account)
        for asset in (
            await house.picture(account),
            await house.store.view.assets.get(job.result or AssetId(0)),
        ):
            assert asset is not None
            until = asset.expires_at
            days[account, asset.job is None] = until and (until - house.clock.now()).days
    assert list(days.values()) == [2, 3, None, 3, 7, 30]


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (Rule(scope="plan", name="x", keeping=Keeping()), Invalid),
        (Rule(scope="plan", name="x", keeping=Keeping(results=-1)), Invalid),
        (Rule(scope="plan", name="x", keeping=Keeping(uploads=10**6)), Invalid),
        (Rule(scope="account", name="x", keeping=Keeping(uploads=1)), Invalid),
        (Rule(scope="account", name="77", keeping=Keeping(uploads=1)), NotAllowed),
    ],
)
async def test_rules_that_cannot_be(house: House, wanted: Rule, error: type[Exception]) -> None:
    with pytest.raises(error):
        await SetRetention(store=house.store, clock=house.clock)(wanted)
    assert list(await house.store.view.retention.rules()) == []


async def test_a_new_rule_dates_older_media_only_when_told_to(house: House) -> None:
    account = await house.open()
    await house.picture(account)
    job = await house.film(account)
    await rule(house, "account", str(account), results=1, uploads=0)
    apply = ApplyRetention(store=house.store, clock=house.clock, otherwise=MONTH)
    house.clock.later(days=2)
    assert await house.expire() == 0
    assert (await apply(account), await apply(account)) == (2, 0)
    assert await house.expire() == 1
    assert await house.state(job) is JobState.DELETED
    assert house.stored() == [b"picture"]


async def test_what_a_job_that_has_not_ended_needs_stays_until_it_has(house: House) -> None:
    account = await house.open()
    picture = await house.picture(account)
    house.clock.later(days=6.9)
    await house.submit(account, animated(picture.id))
    house.clock.later(days=1)
    assert await house.expire() == 1
    assert await house.is_there(picture.id)
    await house.finish()
    house.clock.later(hours=1)
    assert await house.expire() == 1
    assert house.stored() == [b"film"]


async def test_a_voice_keeps_its_sound(house: House) -> None:
    account = await house.open()
    sound = await house.sound(account)
    voice = await MakeVoice(store=house.store, clock=house.clock, mint=house.mint)(
        "Ada", sound.id, account=account
    )
    house.clock.later(days=8)
    await house.expire()
    assert await house.is_there(sound.id)
    await DropVoice(store=house.store)(voice.id, account=account)
    house.clock.later(hours=1)
    await house.expire()
    assert house.stored() == []


async def test_who_asks_for_what_has_expired_is_told_so(house: House) -> None:
    account, other = await house.open(), await house.open()
    picture, sound = await house.picture(account), await house.sound(account)
    house.clock.later(days=8)
    await house.expire()
    with pytest.raises(ContentDeleted, match="was deleted, or has expired"):
        await house.submit(account, animated(picture.id))
    with pytest.raises(ContentDeleted):
        await FindSound(store=house.store)(sound.id, account=account)
    with pytest.raises(ImageNotFound):
        await house.submit(other, animated(picture.id))


@pytest.mark.parametrize("what", ["account", "job", "asset"])
async def test_nothing_under_a_legal_hold_goes(house: House, what: str) -> None:
    account = await house.open()
    picture = await house.picture(account)
    await house.submit(account, animated(picture.id))
    job = await house.finish(b"kept", beside=(b"mask",))
    free = await house.film(await house.open(), b"other's")
    subject = {
        "account": Subject(account=account),
        "job": Subject(job=job.id),
        "asset": Subject(asset=job.result),
    }[what]
    hold = await HoldMedia(store=house.store, clock=house.clock)(
        subject, reason="court order 7", who="ada"
    )
    with pytest.raises(UnderLegalHold, match="legal hold"):
        await house.delete(job.id, account=account)
    house.clock.later(days=60)
    await house.expire()
    assert await house.state(free) is JobState.DELETED
    picture_too = [] if what == "asset" else [b"picture"]
    assert house.stored() == [b"kept", b"mask", *picture_too]
    lift = LiftHold(store=house.store, clock=house.clock)
    await lift(hold.id, who="bob")
    with pytest.raises(Invalid, match="no legal hold"):
        await lift(hold.id, who="bob")
    house.clock.later(days=1)
    await house.expire()
    assert house.stored() == []
    (kept,) = await house.store.view.legal_holds.list(ended=True)
    assert (kept.reason, kept.who, kept.ended_by) == ("court order 7", "ada", "bob")
    assert list(await house.store.view.legal_holds.list()) == []


async def test_holds_that_cannot_be(house: House) -> None:
    account = await house.open()
    job = await house.film(account)
    hold = HoldMedia(store=house.store, clock=house.clock)
    with pytest.raises(Missing):
        await hold(Subject(account=account), reason=" ", who="ada")
    with pytest.raises(Invalid, match="exactly one"):
        await hold(Subject(account=account, job=job.id), reason="x", who="ada")
    with pytest.raises(NotAllowed):
        await hold(Subject(account=AccountId(99)), reason="x", who="ada")
    await house.delete(job.id, account=account)
    with pytest.raises(Invalid, match="deleted already"):
        await hold(Subject(job=job.id), reason="x", who="ada")


async def test_a_crash_between_commit_and_removal_is_made_good(house: House) -> None:
    account = await house.open()
    job = await house.film(account)

    async def crash() -> None:
        raise KeyboardInterrupt

    dying = replace(house.delete, clear=crash)
    with pytest.raises(KeyboardInterrupt):
        await dying(job.id, account=account)
    assert (await house.state(job), house.stored()) == (JobState.DELETED, [b"film"])
    assert await house.clear() == 1
    assert house.stored() == []
    assert await house.clear() == 0


async def test_bytes_that_cannot_go_now_go_later(house: House) -> None:
    account = await house.open()
    job = await house.film(account)
    with house.blobs.freeze() as frozen:
        assert frozen
        await house.delete(job.id, account=account)
        assert house.stored() == [b"film"]
    assert await house.clear() == 1
    assert house.stored() == []


async def test_orphans_are_swept_in_passing(house: House) -> None:
    account = await house.open()
    kept = await house.picture(account, b"kept")
    for name in ("content/00/00/lost", "made/80/lost", "given/ff/lost"):
        await house.blobs.adopt(house.file(b"lost"), name=name)
    alone = replace(kept, id=AssetId(house.mint.id()), blob="given/ff/old", content="")
    await house.blobs.adopt(house.file(b"older"), name="given/ff/old")
    async with house.store.transaction() as tx:
        await tx.assets.add(alone)
    assert sum([await house.sweep.in_passing() for _ in range(3)]) == 0
    swept = 0
    # A round, and the hour in which nothing is old enough.
    for _ in range(len(PARTS) // 2 + 7):
        house.clock.later(minutes=10)
        swept += await house.sweep.in_passing()
    assert (swept, house.stored()) == (3, [b"kept", b"older"])


async def test_a_large_backlog_is_worked_off(house: House) -> None:
    account = await house.open()
    for number in range(60):
        await house.picture(account, str(number).encode())
    house.clock.later(days=8)
    assert await house.expire() == 60
    assert house.stored() == []


async def test_what_jobs_need_is_read_once_for_all_that_expires(house: House) -> None:
    account, said = await house.open(), list[str]()
    pictures = [await house.picture(account, b"%d" % number) for number in range(9)]
    await house.submit(account, animated(pictures[0].id))
    house.clock.later(days=8)
    house.store._writer._connection.raw.set_trace_callback(said.append)
    await house.expire()
    assert sum("indexed by jobs_active" in each for each in said) == 1
    assert [await house.is_there(each.id) for each in pictures] == [True] + [False] * 8


async def test_the_desk_names_no_file_of_a_job_that_was_deleted(ground: Ground) -> None:
    house = House(ground.store, ground.settings.data)
    job = await house.film(AccountId(1))
    given = ["--data", str(ground.settings.data), "jobs", "show", str(job.id), "--json"]
    told = json.loads((await asyncio.to_thread(CliRunner().invoke, cli, given)).stdout)
    assert (house.folder / "blobs" / told["file"]).exists()
    await house.delete(job.id, account=job.account)
    told = json.loads((await asyncio.to_thread(CliRunner().invoke, cli, given)).stdout)
    assert (told["state"], told["file"]) == ("deleted", None)
