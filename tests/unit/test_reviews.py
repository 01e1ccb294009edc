"""What moderation shows is decided once, and a refusal costs the caller nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kinora.adapters.blobs.disk import DiskBlobs
from kinora.adapters.clock import RandomMint, SystemClock
from kinora.adapters.db.sqlite import SqliteStore
from kinora.adapters.memory import open_memory_store
from kinora.adapters.provenance.nothing import NoStamp
from kinora.catalog.book import load
from kinora.domain.errors import Invalid, JobNotFound, Moderated
from kinora.domain.ids import AccountId
from kinora.domain.job import Job, JobState
from kinora.domain.order import Order, TextToVideo, Words
from kinora.moderation.hashes import HashList
from kinora.moderation.moderator import RuleModerator
from kinora.moderation.rules import shipped
from kinora.ports.engine import Output
from kinora.usecases.finish_job import FinishJob
from kinora.usecases.judge_content import JudgeContent
from kinora.usecases.manage_accounts import CreateAccount, GrantCredits
from kinora.usecases.naming import digest_of
from kinora.usecases.settle_review import SettleReview
from kinora.usecases.submit_job import SubmitJob

CLOCK = SystemClock()
ALLOWED = "a lake at dawn"
SHOWN = "a table with cocaine"


class House:
    def __init__(self, folder: Path) -> None:
        self.store: SqliteStore = open_memory_store()
        self.folder = folder
        self.blobs = DiskBlobs(folder / "blobs")
        self.mint = RandomMint(worker=0, floor=0)
        self.settle = SettleReview(store=self.store, blobs=self.blobs, clock=CLOCK)

    async def open(self) -> AccountId:
        account = await CreateAccount(store=self.store, clock=CLOCK)(
            name="a", plan="test", max_jobs=5
        )
        grant = GrantCredits(store=self.store, clock=CLOCK)
        await grant(account.id, monthly=0, package=100)
        return account.id

    def moderator(self, *listed: str) -> RuleModerator:
        return RuleModerator(rules=shipped(), hashes=HashList(frozenset(listed), ()))

    async def submit(self, account: AccountId, prompt: str) -> Job:
        judge = JudgeContent(store=self.store, moderator=self.moderator(), clock=CLOCK)
        order = Order(
            account=account,
            ask=TextToVideo(words=Words(prompt=prompt)),
            model="v6",
            quality="360p",
            aspect_ratio="16:9",
            seconds=2,
        )
        return await SubmitJob(
            store=self.store,
            catalog=load(),
            clock=CLOCK,
            mint=self.mint,
            wake=lambda: None,
            judge=judge.order,
        )(order)

    async def finish(self, *listed: str) -> Job:
        async with self.store.transaction() as tx:
            job = await tx.jobs.claim(at=CLOCK.now())
        assert job is not None
        path = self.folder / "film.mp4"
        path.write_bytes(b"film")
        output = Output(
            path=path,
            kind="video",
            mime="video/mp4",
            width=640,
            height=360,
            frames=48,
            seconds=2.0,
            has_audio=False,
        )
        finish = FinishJob(
            store=self.store,
            blobs=self.blobs,
            clock=CLOCK,
            mint=self.mint,
            moderator=self.moderator(*listed),
            provenance=NoStamp(),
        )
        assert await finish(job, output=output)
        return job

    async def purse(self, account: AccountId) -> tuple[int, int]:
        found = await self.store.view.accounts.get(account)
        assert found is not None
        assert list(await self.store.view.ledger.discrepancies()) == []
        return found.balance.total, found.active

    async def state(self, job: Job) -> JobState:
        found = await self.store.view.jobs.get(job.id)
        assert found is not None
        return found.state


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    yield made
    await made.store.close()


async def test_a_refused_prompt_is_noted_and_costs_nothing(house: House) -> None:
    account = await house.open()
    with pytest.raises(Moderated, match="sexual"):
        await house.submit(account, "a nude figure")
    assert await house.purse(account) == (100, 0)
    (note,) = await house.store.view.reviews.newest(at_most=5)
    assert (note.job, note.category, note.matched) == (None, "sexual", "nude")
    assert list(await house.store.view.reviews.waiting(at_most=5)) == []


async def test_a_doubtful_prompt_runs_and_waits_for_a_person(house: House) -> None:
    account = await house.open()
    await house.submit(account, ALLOWED)
    job = await house.submit(account, SHOWN)
    (note,) = await house.store.view.reviews.waiting(at_most=5)
    assert note.job == job.id
    await house.settle(note.id, allow=True)
    assert await house.state(job) is JobState.QUEUED
    assert list(await house.store.view.reviews.waiting(at_most=5)) == []
    with pytest.raises(Invalid, match="already allowed"):
        await house.settle(note.id, allow=False)


async def test_a_refused_job_under_way_is_paid_back(house: House) -> None:
    account = await house.open()
    job = await house.submit(account, SHOWN)
    (note,) = await house.store.view.reviews.waiting(at_most=5)
    await house.settle(note.id, allow=False)
    assert await house.state(job) is JobState.MODERATED
    assert await house.purse(account) == (100, 0)


async def test_a_refused_job_that_is_done_loses_its_file(house: House) -> None:
    account = await house.open()
    job = await house.submit(account, SHOWN)
    await house.finish()
    outcome = await house.store.view.jobs.outcome(job.id)
    assert outcome is not None
    assert outcome.asset is not None
    (note,) = await house.store.view.reviews.waiting(at_most=5)
    await house.settle(note.id, allow=False)
    assert await house.state(job) is JobState.DELETED
    assert await house.blobs.size(outcome.asset.blob) is None
    assert (await house.purse(account))[1] == 0


async def test_a_result_on_the_list_ends_as_moderated_and_is_paid_back(house: House) -> None:
    account = await house.open()
    job = await house.submit(account, ALLOWED)
    (house.folder / "same").write_bytes(b"film")
    await house.finish(digest_of(house.folder / "same"))
    assert await house.state(job) is JobState.MODERATED
    assert await house.purse(account) == (100, 0)
    assert not list((house.folder / "blobs").rglob("*.mp4"))


async def test_an_unknown_review_is_said_to_be_unknown(house: House) -> None:
    with pytest.raises(JobNotFound, match="no review with number 9"):
        await house.settle(9, allow=True)
