"""A job that takes too long frees its place, later its credits; what comes after that is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kinora.adapters.blobs.disk import DiskBlobs
from kinora.adapters.clock import RandomMint
from kinora.adapters.db.sqlite import SqliteStore
from kinora.adapters.memory import open_memory_store
from kinora.adapters.provenance.nothing import NoStamp
from kinora.bootstrap.dispatcher import build_dispatcher
from kinora.bootstrap.ground import Ground
from kinora.catalog.book import load
from kinora.catalog.plans import plan_named
from kinora.domain.errors import TooManyRunning
from kinora.domain.ids import AccountId
from kinora.domain.job import Job, JobState
from kinora.domain.moderation import FREE, Decision
from kinora.domain.order import Order, TextToVideo, Words
from kinora.domain.rank import Rank
from kinora.moderation.hashes import HashList
from kinora.moderation.moderator import RuleModerator
from kinora.moderation.rules import shipped
from kinora.ports.engine import Output
from kinora.usecases.choose_plan import ChoosePlan
from kinora.usecases.expire_jobs import Expired, ExpireJobs
from kinora.usecases.fail_job import FailJob
from kinora.usecases.finish_job import FinishJob
from kinora.usecases.manage_accounts import CreateAccount, GrantCredits
from kinora.usecases.submit_job import SubmitJob

ADA = AccountId(1)
MINUTE = timedelta(minutes=1)
CLIP = Order(
    account=ADA,
    ask=TextToVideo(words=Words(prompt="x")),
    model="v6",
    quality="360p",
    aspect_ratio="16:9",
    seconds=5,
)


@dataclass
class House:
    store: SqliteStore
    folder: Path
    at: datetime = datetime(2026, 11, 20, tzinfo=UTC)
    mint: RandomMint = field(default_factory=lambda: RandomMint(worker=1, floor=0))

    def now(self) -> datetime:
        return self.at

    async def free(self, order: Order) -> Decision:
        return FREE

    async def submit(self, order: Order = CLIP) -> Job:
        return await SubmitJob(
            store=self.store,
            catalog=load(),
            clock=self,
            mint=self.mint,
            wake=lambda: None,
            judge=self.free,
        )(order)

    async def claim(self) -> Job:
        async with self.store.transaction() as tx:
            job = await tx.jobs.claim(at=self.at)
        assert job is not None
        return job

    async def expire(self, *, minutes: float = 10, hours: float = 2) -> Expired:
        return await ExpireJobs(
            store=self.store,
            clock=self,
            fail=FailJob(store=self.store, clock=self),
            place_after=timedelta(minutes=minutes),
            refund_after=timedelta(hours=hours),
        )()

    async def finish(self, job: Job) -> bool:
        film = self.folder / "film.mp4"
        film.write_bytes(b"film")
        return await FinishJob(
            store=self.store,
            blobs=DiskBlobs(self.folder / "blobs"),
            clock=self,
            mint=self.mint,
            moderator=RuleModerator(rules=shipped(), hashes=HashList(frozenset(), ())),
            provenance=NoStamp(),
        )(
            job,
            output=Output(
                path=film,
                kind="video",
                mime="video/mp4",
                width=2,
                height=2,
                frames=1,
                seconds=1.0,
                has_audio=False,
            ),
        )

    async def look(self) -> tuple[int, int]:
        """Return the places that are taken and the credits that can be spent."""
        account = await self.store.view.accounts.get(ADA)
        assert account is not None
        assert await self.store.view.ledger.discrepancies() == []
        return account.active, account.balance.total


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(open_memory_store(), tmp_path)
    await CreateAccount(store=made.store, clock=made)(name="ada", plan="", max_jobs=1)
    await GrantCredits(store=made.store, clock=made)(ADA, package=100)
    yield made
    await made.store.close()


async def test_a_place_is_free_after_ten_minutes_and_only_once(house: House) -> None:
    job = await house.submit()
    house.at += 10 * MINUTE
    assert await house.expire() == Expired(places=0, refunds=0)
    with pytest.raises(TooManyRunning):
        await house.submit()
    house.at += MINUTE
    assert await house.expire() == Expired(places=1, refunds=0)
    assert await house.expire() == Expired(places=0, refunds=0)
    assert await house.look() == (0, 75)
    other = await house.submit()
    first = await house.claim()
    assert first.id == job.id
    assert await house.finish(first)
    assert await house.look() == (1, 50)
    second = await house.claim()
    assert second.id == other.id
    assert await house.finish(second)
    assert await house.look() == (0, 50)


async def test_credits_come_back_after_two_hours_and_a_late_film_is_swept(house: House) -> None:
    await house.submit()
    running = await house.claim()
    house.at += timedelta(hours=2, seconds=1)
    assert await house.expire() == Expired(places=0, refunds=1)
    ended = await house.store.view.jobs.get(running.id)
    assert ended is not None
    assert ended.state is JobState.FAILED
    assert ended.reason == "not done 2 hours after it was accepted"
    assert await house.look() == (0, 100)
    assert not await house.finish(running)
    assert list((house.folder / "blobs").rglob("*.mp4")) == []
    assert await house.look() == (0, 100)


async def test_a_run_during_which_the_clock_was_set_back_tells_nothing_of_its_kind(
    house: House,
) -> None:
    await house.submit()
    house.at += MINUTE
    running = await house.claim()
    house.at -= timedelta(hours=1)
    assert await house.finish(running)
    assert await house.store.view.queue.took(running.kind) == []
    assert await house.look() == (0, 75)


async def test_a_job_that_waits_is_given_up_too(house: House) -> None:
    await house.submit()
    house.at += timedelta(hours=3)
    assert await house.expire() == Expired(places=0, refunds=1)
    async with house.store.transaction() as tx:
        assert await tx.jobs.claim(at=house.at) is None
    assert await house.look() == (0, 100)


async def test_an_off_peak_job_has_two_hours_from_when_it_begins(house: House) -> None:
    await house.submit(replace(CLIP, rank=Rank.OFF_PEAK))
    house.at += timedelta(hours=20)
    assert await house.expire() == Expired(places=1, refunds=0)
    running = await house.claim()
    house.at += timedelta(hours=2)
    assert await house.expire() == Expired(places=0, refunds=0)
    house.at += timedelta(seconds=1)
    assert await house.expire() == Expired(places=0, refunds=1)
    assert not await house.finish(running)
    assert await house.look() == (0, 100)


async def test_spans_can_be_changed_and_switched_off(house: House) -> None:
    job = await house.submit()
    house.at += timedelta(days=9)
    assert await house.expire(minutes=0, hours=0) == Expired(places=0, refunds=0)
    assert await house.expire(minutes=0, hours=1) == Expired(places=0, refunds=1)
    ended = await house.store.view.jobs.get(job.id)
    assert ended is not None
    assert ended.reason == "not done 1 hour after it was accepted"
    for hours, told in ((1.5, "90 minutes"), (0.008, "29 seconds")):
        late = await house.submit()
        house.at += timedelta(hours=9)
        await house.expire(hours=hours)
        ended = await house.store.view.jobs.get(late.id)
        assert ended is not None
        assert ended.reason == f"not done {told} after it was accepted"


async def test_the_dispatcher_does_what_is_due(ground: Ground) -> None:
    long_ago = ground.clock.now() - timedelta(days=40)
    old = House(ground.store, ground.settings.data, at=long_ago, mint=ground.mint)
    job = await old.submit()
    await ChoosePlan(store=ground.store, clock=old)(ADA, plan_named("essential"))
    dispatcher, done = build_dispatcher(ground), asyncio.Event()

    async def tell() -> None:
        done.set()

    dispatcher.chores = (*dispatcher.chores, tell)
    tidying = asyncio.create_task(dispatcher._tidy())
    await asyncio.wait_for(done.wait(), 20)
    tidying.cancel()
    ended = await ground.store.view.jobs.get(job.id)
    account = await ground.store.view.accounts.get(ADA)
    assert ended is not None
    assert account is not None
    assert ended.state is JobState.FAILED
    assert (account.active, account.balance.monthly) == (0, 15000)
    assert account.renews_at is not None
    assert account.renews_at > ground.clock.now()
    assert await ground.store.view.ledger.discrepancies() == []
