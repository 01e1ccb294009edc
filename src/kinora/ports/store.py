"""Durable state: one transaction covers a decision and all its consequences.

A method that looks for one thing returns None when there is none. Inside a transaction nothing
but this port may be awaited: adapters run bodies of several callers in one group commit.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kinora.domain.account import Account
from kinora.domain.asset import Asset
from kinora.domain.fact import Fact, FactKind
from kinora.domain.ids import AccountId, AssetId, JobId, VoiceId
from kinora.domain.job import Job, JobState
from kinora.domain.ledger import Entry, Movement, Used
from kinora.domain.moderation import Decision, Review
from kinora.domain.order import Feature
from kinora.domain.plan import Plan
from kinora.domain.proof import Proof
from kinora.domain.rank import Rank
from kinora.domain.statement import Statement
from kinora.domain.voice import Voice
from kinora.ports.audit import Audit
from kinora.ports.callbacks import Callbacks
from kinora.ports.engines import Engines
from kinora.ports.keeping import Doomed, LegalHolds, Retention
from kinora.ports.keys import Keys
from kinora.ports.lanes import Errands, Lanes
from kinora.ports.queue import Queue
from kinora.ports.quotas import Quotas
from kinora.ports.upkeep import Upkeep
from kinora.ports.webhooks import Deliveries, Endpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A stored answer to an earlier submit: the digest of its body and the job it made."""

    digest: str
    job: JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a poll needs, read in one go: the job and, when it is done, its result."""

    job: Job
    asset: Asset | None


class Accounts(Protocol):
    """Accounts, their keys and their places."""

    async def add(self, account: Account) -> None:
        """Keep a new account; its balance must be zero, grants come through the ledger."""

    async def get(self, account: AccountId) -> Account | None:
        """Return the account."""

    async def list(self) -> Sequence[Account]:
        """Return all accounts, oldest first."""

    async def change(self, account: AccountId, *, name: str, plan: str, max_jobs: int) -> None:
        """Change what an operator may change."""

    async def reply_url(self, account: AccountId) -> str:
        """Return where an account wants all its jobs to be told, empty when nowhere."""

    async def set_reply_url(self, account: AccountId, url: str) -> None:
        """Change where an account wants all its jobs to be told; empty for nowhere."""

    async def set_share(self, account: AccountId, *, weight: float, rank: Rank) -> None:
        """Change its share of the engines, and the best class that it may use."""

    async def take_place(self, account: AccountId) -> bool:
        """Count one more active job if the limit allows; False when it does not."""

    async def subscribe(
        self, account: AccountId, plan: Plan, *, renews_from: datetime, renews_at: datetime | None
    ) -> None:
        """Put an account on a plan; with `renews_at` None no month will begin."""

    async def to_renew(self, *, at: datetime, at_most: int) -> Sequence[Account]:
        """Return accounts whose next month has begun by a time, the longest overdue first."""

    async def renewed(self, account: AccountId, *, due: datetime, renews_at: datetime) -> bool:
        """Note when the month after the one of `due` begins; False when that was done before."""


class Jobs(Protocol):
    """Jobs and the queue."""

    async def add(self, job: Job) -> None:
        """Keep a new queued job."""

    async def get(self, job: JobId) -> Job | None:
        """Return the job."""

    async def outcome(self, job: JobId) -> Outcome | None:
        """Return the job with its result in one read."""

    async def save(self, job: Job, *, state: JobState, attempt: int) -> bool:
        """Write a changed job if it still is in `state` at `attempt`; False when it is not."""

    async def claim(self, *, at: datetime, warm: frozenset[str] = frozenset()) -> Job | None:
        """Start the next job, fairly between accounts, and return it as running.

        None when nothing waits that may start. `warm` are the models that free engines have
        loaded: within bounds, a job for one of them may go first (`kinora.domain.turns`).
        """

    async def progress(self, job: JobId, *, attempt: int, done: float) -> None:
        """Note how far a running attempt is; a late attempt changes nothing."""

    async def free_place(self, job: Job) -> bool:
        """Give a job's place back to its account; False when it has none any more."""

    async def unended(self, *, before: datetime, at_most: int, placed: bool) -> Sequence[Job]:
        """Return jobs accepted before a time that have not ended, oldest first.

        With `placed` only those that still hold a place.
        """

    async def in_state(self, state: JobState, *, at_most: int = 1000) -> Sequence[Job]:
        """Return the oldest jobs in a state, oldest first."""

    async def running_here(self, *, at_most: int = 1000) -> Sequence[Job]:
        """Return the oldest running jobs that this server's own engines make."""

    async def list(
        self, account: AccountId | None = None, *, newest: int, before: JobId | None = None
    ) -> Sequence[Job]:
        """Return jobs, newest first, below `before`."""

    async def count(self) -> dict[JobState, int]:
        """Return how many jobs are in each state."""


class Assets(Protocol):
    """What is stored, by id. The bytes are in the blob store."""

    async def add(self, asset: Asset) -> Asset:
        """Keep a new asset; it comes back with the name of the bytes that it shares."""

    async def get(self, asset: AssetId) -> Asset | None:
        """Return the asset, unless its bytes were given up."""

    async def gone(self, asset: AssetId) -> AccountId | None:
        """Return whose asset this was, when there was one and its bytes were given up."""

    async def remove(self, asset: Asset, *, at: datetime) -> None:
        """Give an asset's bytes up: they go with the last asset that has them."""

    async def of_job(self, job: JobId) -> Sequence[Asset]:
        """Return what a job made and still has, its result first."""

    async def blobs(self) -> Sequence[str]:
        """Return the names of all bytes that assets have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageAsk:
    """Which entries of jobs are wanted: from `since` until before `until`, below `before`."""

    movements: frozenset[Movement]
    features: frozenset[Feature]
    at_most: int
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


class Ledger(Protocol):
    """Credits. Balances are the sums of the entries, always."""

    async def grant(
        self, account: AccountId, *, monthly: int, package: int, note: str, at: datetime
    ) -> None:
        """Give credits, or take them, when negative: those are written off."""

    async def hold(self, job: Job, *, at: datetime) -> bool:
        """Set the job's cost aside; False when the account cannot pay."""

    async def settle(self, job: Job, *, at: datetime) -> None:
        """Take what was held for the job for good."""

    async def release(self, job: Job, *, at: datetime) -> None:
        """Give back what was held for the job, to the purses it came from."""

    async def renew(
        self, account: AccountId, *, allowance: int, due: datetime, at: datetime
    ) -> None:
        """Begin the month of `due`: what is left of monthly credits expires, new ones come."""

    async def entries(self, account: AccountId, *, newest: int = 100) -> Sequence[Entry]:
        """Return an account's entries, newest first."""

    async def usage(self, account: AccountId, asked: UsageAsk) -> Sequence[Used]:
        """Return an account's entries of jobs, newest first."""

    async def prove(self) -> Proof:
        """Return what was checked of all the books at one moment, and what does not add up."""

    async def discrepancies(self) -> Sequence[str]:
        """Return a sentence for each thing that does not add up."""

    async def statement(self, account: AccountId, *, since: datetime, until: datetime) -> Statement:
        """Return an account's entries from `since` until before `until`, with its balances."""


class Answers(Protocol):
    """Answers already given, for submits that come twice."""

    async def find(self, account: AccountId, *, scope: str, key: str) -> Answered | None:
        """Return the stored answer."""

    async def add(
        self, account: AccountId, *, scope: str, key: str, answered: Answered, at: datetime
    ) -> None:
        """Store an answer."""

    async def forget(self, *, before: datetime) -> int:
        """Drop answers given before a time; return how many."""


class Outbox(Protocol):
    """Facts that the world must hear, in order."""

    async def add(self, kind: FactKind, job: Job, *, at: datetime) -> None:
        """Keep a fact, to be told at least once."""

    async def untold(self, *, at_most: int) -> Sequence[Fact]:
        """Return facts not yet told, oldest first."""

    async def told(self, facts: Sequence[Fact], *, at: datetime) -> None:
        """Mark facts as told."""


class Reviews(Protocol):
    """What moderation noted."""

    async def add(
        self, account: AccountId, job: JobId | None, decision: Decision, *, at: datetime
    ) -> None:
        """Note a decision."""

    async def get(self, review: int) -> Review | None:
        """Return a note."""

    async def waiting(self, *, at_most: int) -> Sequence[Review]:
        """Return what an operator has yet to look at, oldest first."""

    async def newest(self, *, at_most: int) -> Sequence[Review]:
        """Return the newest notes of all kinds."""

    async def close(self, review: int, *, outcome: str) -> bool:
        """Note what an operator said; False when it was said before."""


class Voices(Protocol):
    """Voices of accounts' own."""

    async def add(self, voice: Voice) -> None:
        """Keep a new voice."""

    async def get(self, voice: VoiceId) -> Voice | None:
        """Return the voice."""

    async def of_account(self, account: AccountId) -> Sequence[Voice]:
        """Return an account's voices, oldest first."""

    async def drop(self, voice: VoiceId, *, account: AccountId) -> bool:
        """Forget a voice; False when the account has none with this id."""


class Tx(Protocol):
    """What a transaction can touch."""

    @property
    def accounts(self) -> Accounts:
        """Accounts."""

    @property
    def keys(self) -> Keys:
        """Keys."""

    @property
    def jobs(self) -> Jobs:
        """Jobs."""

    @property
    def assets(self) -> Assets:
        """Assets."""

    @property
    def ledger(self) -> Ledger:
        """Ledger."""

    @property
    def answers(self) -> Answers:
        """Stored answers."""

    @property
    def outbox(self) -> Outbox:
        """Outbox."""

    @property
    def reviews(self) -> Reviews:
        """Moderation's notes."""

    @property
    def voices(self) -> Voices:
        """Voices."""

    @property
    def lanes(self) -> Lanes:
        """Lanes."""

    @property
    def errands(self) -> Errands:
        """Errands."""

    @property
    def callbacks(self) -> Callbacks:
        """Callbacks."""

    @property
    def retention(self) -> Retention:
        """Retention."""

    @property
    def legal_holds(self) -> LegalHolds:
        """Legal holds."""

    @property
    def doomed(self) -> Doomed:
        """Doomed bytes."""

    @property
    def upkeep(self) -> Upkeep:
        """Upkeep."""

    @property
    def endpoints(self) -> Endpoints:
        """Endpoints."""

    @property
    def deliveries(self) -> Deliveries:
        """Deliveries."""

    @property
    def audit(self) -> Audit:
        """The audit log."""

    @property
    def quotas(self) -> Quotas:
        """What accounts use of what they may."""

    @property
    def queue(self) -> Queue:
        """The queue as a whole."""

    @property
    def engines(self) -> Engines:
        """Engines by name."""


class Store(Protocol):
    """The one place where state lives."""

    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction: committed when the block ends, undone when it raises.

        When the block has been left, the commit is on disk.
        """

    @property
    def view(self) -> Tx:
        """The committed state, for reading only; each call sees the newest commit."""

    async def close(self) -> None:
        """Finish what is under way and let go of the files."""
