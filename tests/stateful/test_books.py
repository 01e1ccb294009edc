"""Whatever happens in whatever order, the books add up and every job has one end."""

import asyncio
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from kinora.adapters.blobs.disk import DiskBlobs
from kinora.adapters.clock import RandomMint
from kinora.adapters.db.migrate import migrate
from kinora.adapters.db.sqlite import SqliteStore, open_store
from kinora.adapters.memory import open_memory_store
from kinora.adapters.provenance.nothing import NoStamp
from kinora.catalog.book import load
from kinora.domain.caps import Cap, CapPeriod
from kinora.domain.errors import (
    CapReached,
    Invalid,
    JobNotFound,
    NotEnoughCredits,
    TooManyRunning,
)
from kinora.domain.fact import FactKind
from kinora.domain.ids import AccountId, JobId, KeyId
from kinora.domain.job import Job, JobState, WrongState
from kinora.domain.keys import Pepper
from kinora.domain.ledger import Book
from kinora.domain.moderation import Decision, Verdict
from kinora.domain.order import Order, TextToVideo, Words
from kinora.domain.plan import Plan, next_month
from kinora.moderation.hashes import HashList
from kinora.moderation.moderator import RuleModerator
from kinora.moderation.rules import shipped
from kinora.ports.engine import Output
from kinora.usecases.cancel_job import CancelJob
from kinora.usecases.choose_plan import ChoosePlan
from kinora.usecases.delete_job import DeleteJob
from kinora.usecases.expire_jobs import Expired, ExpireJobs
from kinora.usecases.fail_job import FailJob
from kinora.usecases.finish_job import FinishJob
from kinora.usecases.judge_content import JudgeContent
from kinora.usecases.manage_accounts import CapKey, CreateAccount, CreateKey, GrantCredits
from kinora.usecases.recover_jobs import MAX_BREAKS, RecoverJobs
from kinora.usecases.remove_media import ClearDoomed
from kinora.usecases.renew_months import RenewMonths
from kinora.usecases.settle_review import SettleReview
from kinora.usecases.submit_job import Repeat, SubmitJob

PER_SECOND = 5
"""What a second of a silent v6 film costs at 360p."""

PLACE_AFTER, REFUND_AFTER = timedelta(minutes=10), timedelta(hours=2)
PLANS = [
    Plan(name="none", monthly=0, max_jobs=1),
    Plan(name="small", monthly=25, max_jobs=2),
    Plan(name="large", monthly=70, max_jobs=3),
]
STEPS_OF_TIME = [
    *(timedelta(minutes=minutes) for minutes in (1, 11, 121, -90)),
    *(timedelta(days=days) for days in (1, 31, 70, -1, -40)),
]
GIVEN_BACK = {JobState.FAILED, JobState.MODERATED, JobState.CANCELLED}
Given = TypeVar("Given")
STEPS = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@dataclass
class SetClock:
    """A clock that stands until it is set."""

    at: datetime = datetime(2026, 1, 30, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass
class Purse:
    """What an account must have, by a reckoning of our own."""

    places: int
    monthly: int = 0
    package: int = 0
    expired: int = 0
    plan: Plan | None = None
    renews_from: datetime | None = None
    renews_at: datetime | None = None
    keys: dict[KeyId, Cap | None] = field(default_factory=dict)

    def begin_month(self, allowance: int) -> None:
        self.expired += self.monthly
        self.monthly = allowance


@dataclass
class Work:
    """What a job must be, by a reckoning of our own."""

    account: AccountId
    monthly: int
    package: int
    created_at: datetime
    key: KeyId | None = None
    placed: bool = True
    state: JobState = JobState.QUEUED
    ended_as: JobState | None = None
    attempt: int = 0
    breaks: int = 0

    @property
    def end(self) -> JobState:
        """What the job was before it was deleted."""
        return self.ended_as or self.state

    @property
    def cost(self) -> int:
        return self.monthly + self.package


@dataclass
class Reckoning:
    """The books, kept a second time in the simplest way."""

    purses: dict[AccountId, Purse] = field(default_factory=dict)
    works: dict[JobId, Work] = field(default_factory=dict)
    answered: dict[tuple[AccountId, str], tuple[str, JobId]] = field(default_factory=dict)

    def active(self, account: AccountId) -> list[Work]:
        return [w for w in self.works.values() if w.account == account and not w.state.final]

    def placed(self, account: AccountId) -> int:
        return sum(work.placed for work in self.active(account))

    def spent(self, key: KeyId, period: CapPeriod, at: datetime) -> int:
        since, until = period.around(at)
        return sum(
            work.cost
            for work in self.works.values()
            if work.key == key and work.end not in GIVEN_BACK and since <= work.created_at < until
        )

    def is_current(self, job: Job) -> bool:
        work = self.works[job.id]
        return work.state is JobState.RUNNING and work.attempt == job.attempt

    def give_back(self, job: JobId, state: JobState) -> None:
        work = self.works[job]
        work.state = state
        purse = self.purses[work.account]
        purse.monthly += work.monthly
        purse.package += work.package

    def lose(self, job: JobId) -> None:
        work = self.works[job]
        if work.breaks + 1 >= MAX_BREAKS:
            self.give_back(job, JobState.FAILED)
        else:
            work.state, work.breaks = JobState.QUEUED, work.breaks + 1


class Books(RuleBasedStateMachine):
    """Plays callers, engines and operators against a store, through the product's verbs."""

    accounts: Bundle[AccountId] = Bundle("accounts")
    jobs: Bundle[JobId] = Bundle("jobs")
    runs: Bundle[Job] = Bundle("runs")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.place = tempfile.TemporaryDirectory()
        self.folder = Path(self.place.name)
        self.reckoning = Reckoning()
        self.clock = SetClock()
        self.mint = RandomMint(worker=0, floor=0)
        self.blobs = DiskBlobs(self.folder / "blobs")
        self.store = self.open()
        store, clock, mint = self.store, self.clock, self.mint
        self.grant_credits = GrantCredits(store=store, clock=clock)
        self.fail = FailJob(store=store, clock=clock)
        self.cancel = CancelJob(store=store, clock=clock)
        self.recover = RecoverJobs(store=store, clock=clock, fail=self.fail)
        moderator = RuleModerator(rules=shipped(), hashes=HashList(frozenset(), ()))
        judge = JudgeContent(store=store, moderator=moderator, clock=clock)
        self.finish = FinishJob(
            store=store,
            blobs=self.blobs,
            clock=clock,
            mint=mint,
            moderator=moderator,
            provenance=NoStamp(),
        )
        self.create_key = CreateKey(store=store, clock=clock, mint=mint, pepper=Pepper(b"p" * 32))
        self.cap_key = CapKey(store=store, clock=clock)
        self.choose_plan = ChoosePlan(store=store, clock=clock)
        self.renew_months = RenewMonths(store=store, clock=clock)
        clear = ClearDoomed(store=store, blobs=self.blobs)
        self.delete = DeleteJob(store=store, clock=clock, cancel=self.cancel, clear=clear)
        self.settle_review = SettleReview(store=store, blobs=self.blobs, clock=clock)
        self.expire = ExpireJobs(
            store=store,
            clock=clock,
            fail=self.fail,
            place_after=PLACE_AFTER,
            refund_after=REFUND_AFTER,
        )
        self.submit = SubmitJob(
            store=store,
            catalog=load(),
            clock=clock,
            mint=mint,
            wake=lambda: None,
            judge=judge.order,
        )

    def open(self) -> SqliteStore:
        raise NotImplementedError

    def do(self, work: Coroutine[Any, Any, Given]) -> Given:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.do(self.store.close())
        self.runner.close()
        self.place.cleanup()

    @initialize(target=accounts, places=st.tuples(st.integers(0, 3), st.integers(1, 3)))
    def two_accounts(self, places: tuple[int, int]) -> Any:
        create = CreateAccount(store=self.store, clock=self.clock)
        opened = [self.do(create(name="x", plan="", max_jobs=most)) for most in places]
        for account in opened:
            self.reckoning.purses[account.id] = Purse(account.max_jobs)
            self.grant(account.id, 20, 60)
            for name in ("a", "b"):
                key, _ = self.do(self.create_key(account.id, name=name))
                self.reckoning.purses[account.id].keys[key.id] = None
        return multiple(*(account.id for account in opened))

    @rule(account=accounts, monthly=st.integers(-30, 60), package=st.integers(-30, 60))
    def grant(self, account: AccountId, monthly: int, package: int) -> None:
        purse = self.reckoning.purses[account]
        change = self.grant_credits(account, monthly=monthly, package=package)
        if purse.monthly + monthly < 0 or purse.package + package < 0:
            with pytest.raises(Invalid, match="below zero"):
                self.do(change)
            return
        self.do(change)
        purse.monthly += monthly
        purse.package += package

    @rule(account=accounts, plan=st.sampled_from(PLANS))
    def choose(self, account: AccountId, plan: Plan) -> None:
        purse = self.reckoning.purses[account]
        if purse.plan == plan:
            with pytest.raises(Invalid, match="already"):
                self.do(self.choose_plan(account, plan))
            return
        # Two plans in one moment would be two months that begin at the same time.
        self.clock.at += timedelta(seconds=1)
        self.do(self.choose_plan(account, plan))
        now = self.clock.at
        purse.plan, purse.places, purse.renews_from = plan, plan.max_jobs, now
        purse.renews_at = next_month(now, after=now) if plan.monthly else None
        purse.begin_month(plan.monthly)

    @rule()
    def renew(self) -> None:
        begun = 0
        for purse in self.reckoning.purses.values():
            while purse.renews_at and purse.renews_at <= self.clock.at:
                assert purse.plan
                assert purse.renews_from
                purse.begin_month(purse.plan.monthly)
                purse.renews_at = next_month(purse.renews_from, after=purse.renews_at)
                begun += 1
        assert self.do(self.renew_months()) == begun

    @rule(
        account=accounts,
        which=st.integers(0, 1),
        cap=st.none()
        | st.builds(Cap, credits=st.integers(0, 40), period=st.sampled_from(CapPeriod)),
    )
    def cap(self, account: AccountId, which: int, cap: Cap | None) -> None:
        keys = self.reckoning.purses[account].keys
        key = list(keys)[which]
        found = self.do(self.cap_key(key, cap))
        keys[key] = cap
        if cap is not None:
            assert found.cap is not None
            assert found.cap.spent == self.reckoning.spent(key, cap.period, self.clock.at)

    @rule(step=st.sampled_from(STEPS_OF_TIME))
    def set_clock(self, step: timedelta) -> None:
        self.clock.at += step

    @rule()
    def grow_old(self) -> None:
        now, refunds, places = self.clock.at, 0, 0
        for number, work in self.reckoning.works.items():
            if work.state.final:
                continue
            if now - work.created_at > REFUND_AFTER:
                self.reckoning.give_back(number, JobState.FAILED)
                refunds += 1
            elif now - work.created_at > PLACE_AFTER and work.placed:
                work.placed = False
                places += 1
        assert self.do(self.expire()) == Expired(places=places, refunds=refunds)

    @rule(
        target=jobs,
        account=accounts,
        seconds=st.integers(1, 8),
        which=st.none() | st.integers(0, 1),
    )
    def order(self, account: AccountId, seconds: int, which: int | None) -> Any:
        return self.order_again(account, seconds, repeat=None, which=which)

    @rule(
        target=jobs,
        account=accounts,
        seconds=st.integers(1, 4),
        repeat=st.builds(
            Repeat, scope=st.just("s"), key=st.sampled_from("ab"), digest=st.sampled_from("xy")
        ),
    )
    def order_again(
        self,
        account: AccountId,
        seconds: int,
        repeat: Repeat | None,
        which: int | None = None,
    ) -> Any:
        purse = self.reckoning.purses[account]
        cost = PER_SECOND * seconds
        key = None if which is None else list(purse.keys)[which]
        asked = self.submit(clip(account, seconds, key), repeat=repeat)
        known = repeat and self.reckoning.answered.get((account, repeat.key))
        if repeat and known:
            self._repeated(asked, known, repeat)
            return multiple()
        if self.reckoning.placed(account) >= purse.places:
            with pytest.raises(TooManyRunning):
                self.do(asked)
            return multiple()
        if key is not None and self._beyond_cap(key, purse.keys[key], cost):
            with pytest.raises(CapReached, match="this key may spend"):
                self.do(asked)
            return multiple()
        if cost > purse.monthly + purse.package:
            with pytest.raises(NotEnoughCredits, match=f"costs {cost} "):
                self.do(asked)
            return multiple()
        job = self.do(asked)
        assert (job.state, job.cost) == (JobState.QUEUED, cost)
        self._paid(job, repeat)
        return job.id

    def _beyond_cap(self, key: KeyId, cap: Cap | None, cost: int) -> bool:
        if cap is None:
            return False
        return self.reckoning.spent(key, cap.period, self.clock.at) + cost > cap.credits

    def _repeated(
        self, asked: Coroutine[Any, Any, Job], known: tuple[str, JobId], repeat: Repeat
    ) -> None:
        if known[0] != repeat.digest:
            with pytest.raises(Invalid, match="another body"):
                self.do(asked)
        else:
            assert self.do(asked).id == known[1]

    def _paid(self, job: Job, repeat: Repeat | None) -> None:
        purse = self.reckoning.purses[job.account]
        monthly = min(job.cost, purse.monthly)
        assert job.quote is not None
        assert job.quote.credits == job.cost
        self.reckoning.works[job.id] = Work(
            job.account, monthly, job.cost - monthly, job.created_at, job.order.key
        )
        purse.monthly -= monthly
        purse.package -= job.cost - monthly
        if repeat is not None:
            self.reckoning.answered[job.account, repeat.key] = (repeat.digest, job.id)

    @rule(target=runs)
    def claim(self) -> Any:
        async def claimed() -> Job | None:
            async with self.store.transaction() as tx:
                return await tx.jobs.claim(at=self.clock.now())

        works = self.reckoning.works
        waiting = {number for number, work in works.items() if work.state is JobState.QUEUED}
        job = self.do(claimed())
        if job is None:
            assert waiting == set()
            return multiple()
        assert job.id in waiting
        of_account = [number for number in waiting if works[number].account == job.account]
        assert job.id == min(of_account)
        works[job.id].state = JobState.RUNNING
        works[job.id].attempt += 1
        assert job.attempt == works[job.id].attempt
        return job

    @rule(run=consumes(runs))
    def make(self, run: Job) -> None:
        counts = self.reckoning.is_current(run)
        output = film_of(run, self.folder / "film.mp4")
        assert self.do(self.finish(run, output=output)) is counts
        if counts:
            self.reckoning.works[run.id].state = JobState.COMPLETED

    @rule(run=runs)
    def refuse(self, run: Job) -> None:
        counts = self.reckoning.is_current(run)
        assert self.do(self.fail(run, reason="no")) is counts
        if counts:
            self.reckoning.give_back(run.id, JobState.FAILED)

    @rule(run=runs)
    def break_down(self, run: Job) -> None:
        self.do(self.recover.lost(run, reason="the engine broke"))
        if self.reckoning.is_current(run):
            self.reckoning.lose(run.id)

    @rule(run=consumes(runs))
    def put_back(self, run: Job) -> None:
        self.do(self.recover.stopped(run))
        if self.reckoning.is_current(run):
            self.reckoning.works[run.id].state = JobState.QUEUED

    @rule(job=jobs)
    def give_up(self, job: JobId) -> None:
        if self.reckoning.works[job].state.final:
            with pytest.raises(WrongState):
                self.do(self.cancel(job))
            return
        assert self.do(self.cancel(job)).state is JobState.CANCELLED
        self.reckoning.give_back(job, JobState.CANCELLED)

    @rule(job=jobs)
    def remove(self, job: JobId) -> None:
        work = self.reckoning.works[job]
        removed = self.delete(job, account=work.account)
        self.do(removed)
        if work.state.final:
            work.ended_as = work.ended_as or work.state
            work.state = JobState.DELETED
        else:
            self.reckoning.give_back(job, JobState.CANCELLED)

    @rule(job=jobs, allow=st.booleans())
    def review(self, job: JobId, allow: bool) -> None:
        work = self.reckoning.works[job]
        decision = Decision(verdict=Verdict.REVIEW, category="odd", matched=("x",))

        async def noted() -> int:
            async with self.store.transaction() as tx:
                await tx.reviews.add(work.account, job, decision, at=self.clock.at)
            return (await self.store.view.reviews.newest(at_most=1))[0].id

        self.do(self.settle_review(self.do(noted()), allow=allow))
        if allow or work.state in GIVEN_BACK:
            return
        if work.state.final:
            work.ended_as = work.ended_as or work.state
            work.state = JobState.DELETED
        else:
            self.reckoning.give_back(job, JobState.MODERATED)

    @rule()
    def give_up_nothing(self) -> None:
        with pytest.raises(JobNotFound):
            self.do(self.cancel(JobId(1)))

    @rule()
    def start_again(self) -> None:
        works = self.reckoning.works
        running = [number for number, work in works.items() if work.state is JobState.RUNNING]
        assert self.do(self.recover()) == len(running)
        for number in running:
            self.reckoning.lose(number)

    @invariant()
    def books_add_up(self) -> None:
        assert self.do(self.store.view.ledger.discrepancies()) == []
        for account, purse in self.reckoning.purses.items():
            found = self.do(self.store.view.accounts.get(account))
            assert found is not None
            assert (found.balance.monthly, found.balance.package) == (purse.monthly, purse.package)
            assert min(purse.monthly, purse.package) >= 0
            assert found.active == self.reckoning.placed(account)
            assert (found.max_jobs, found.renews_at) == (purse.places, purse.renews_at)
            books = self._books_of(account)
            works = [work for work in self.reckoning.works.values() if work.account == account]
            assert books[Book.HELD] == sum(work.cost for work in works if not work.state.final)
            assert books[Book.REVENUE] == sum(
                work.cost for work in works if work.end is JobState.COMPLETED
            )
            assert books[Book.EXPIRED] == purse.expired
            assert sum(books.values()) == 0

    def _books_of(self, account: AccountId) -> dict[Book, int]:
        entries = self.do(self.store.view.ledger.entries(account, newest=10_000))
        for entry in entries:
            assert sum(entry.books.values()) == 0
        return {book: sum(entry.books.get(book, 0) for entry in entries) for book in Book}

    @invariant()
    def every_job_is_where_it_should_be(self) -> None:
        for number, work in self.reckoning.works.items():
            job = self.do(self.store.view.jobs.get(number))
            assert job is not None
            assert (job.state, job.attempt, job.breaks) == (work.state, work.attempt, work.breaks)
            made = work.end is JobState.COMPLETED
            assert (job.result is not None) == made
            assert (job.ended_at is not None) == job.state.final

    @invariant()
    def each_end_is_told_once_and_keeps_its_bytes(self) -> None:
        facts = self.do(self.store.view.outbox.untold(at_most=10_000))
        told = sorted((fact.job, fact.kind) for fact in facts)
        works = self.reckoning.works.items()
        wanted = [(number, FactKind.QUEUED) for number, _ in works]
        wanted += [
            (number, FactKind(f"job.{work.end}")) for number, work in works if work.state.final
        ]
        assert told == sorted(wanted)
        made = {path for path in self.folder.rglob("*.mp4") if path.parent != self.folder}
        doomed = self.do(self.store.view.doomed.some(at_most=10_000))
        completed = sum(work.state is JobState.COMPLETED for _, work in works)
        # All films have the same bytes: one file stays while any film does, other copies are to go.
        assert len(made) == min(1, completed) + len(doomed)


class InMemory(Books):
    def open(self) -> SqliteStore:
        async def opened() -> SqliteStore:
            return open_memory_store()

        return self.do(opened())


class OnDisk(Books):
    def open(self) -> SqliteStore:
        async def opened() -> SqliteStore:
            migrate(self.folder / "store.db")
            return open_store(self.folder / "store.db")

        return self.do(opened())


def film_of(run: Job, path: Path) -> Output:
    path.write_bytes(b"film")
    return Output(
        path=path,
        kind="video",
        mime="video/mp4",
        width=run.shape.width,
        height=run.shape.height,
        frames=run.shape.frames,
        seconds=run.shape.seconds,
        has_audio=False,
    )


def clip(account: AccountId, seconds: int, key: KeyId | None = None) -> Order:
    return Order(
        account=account,
        ask=TextToVideo(words=Words(prompt="x")),
        model="v6",
        quality="360p",
        aspect_ratio="16:9",
        seconds=seconds,
        seed=1,
        key=key,
    )


TestInMemory = InMemory.TestCase
TestInMemory.settings = STEPS
TestOnDisk = OnDisk.TestCase
TestOnDisk.settings = STEPS


def test_a_film_that_is_reported_twice_stays() -> None:
    books = OnDisk()
    books.two_accounts((1, 1))
    books.order(AccountId(1), 1, None)
    run = books.claim()
    assert isinstance(run, Job)
    for counts in (True, False):
        output = film_of(run, books.folder / "film.mp4")
        assert books.do(books.finish(run, output=output)) is counts
    kept = list((books.folder / "blobs").rglob("*.mp4"))
    books.teardown()
    assert len(kept) == 1
