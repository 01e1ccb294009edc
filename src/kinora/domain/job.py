"""One accepted order and its state. Every transition is written here, once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from kinora.domain.errors import KinoraError
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.order import Feature, Order, feature_of
from kinora.domain.quote import Quote
from kinora.domain.rank import Rank
from kinora.domain.runs import RunKind
from kinora.domain.shape import Shape


class JobState(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    MODERATED = "moderated"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETED = "deleted"

    @property
    def final(self) -> bool:
        """Whether the job has ended."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


class WrongState(KinoraError):
    """The job is not in a state from which this can happen."""

    code = "wrong_state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One accepted order.

    `cost` is what was held for it, in credits. `attempt` counts the times an engine was given it
    and is the fence: only the newest attempt may end the job. `breaks` counts the attempts whose
    engine broke or vanished. `shape`
    is the exact size to be made. `reason` says, for people, why
    it failed. `progress` goes from 0 to 1. `quote` says how the cost was found; jobs of older
    versions have none. `expected` is the engine time that it will probably take, by which its
    account's turn is charged. `start_by` is until when it must have begun.
    """

    id: JobId
    order: Order
    state: JobState
    seed: int
    cost: int
    shape: Shape
    created_at: datetime
    changed_at: datetime
    attempt: int = 0
    breaks: int = 0
    progress: float = 0.0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: AssetId | None = None
    reason: str = ""
    quote: Quote | None = None
    expected: timedelta = timedelta(seconds=1)
    start_by: datetime | None = None

    @property
    def account(self) -> AccountId:
        """Whose job this is."""
        return self.order.account

    @property
    def feature(self) -> Feature:
        """What kind of work this is."""
        return feature_of(self.order.ask)

    @property
    def rank(self) -> Rank:
        """In which class it waits."""
        return self.order.rank or Rank.STANDARD

    @property
    def kind(self) -> RunKind:
        """Which runs take about as long as this one."""
        seconds = round(self.shape.seconds)
        return RunKind(self.feature.value, self.order.model, self.order.quality, seconds)

    @property
    def worked(self) -> timedelta | None:
        """How long its last attempt took, None until it has ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return self.ended_at - self.started_at

    def start(self, *, at: datetime) -> "Job":
        """Return the job as given to an engine, with the next attempt number."""
        self._must_be(JobState.QUEUED)
        return replace(
            self,
            state=JobState.RUNNING,
            attempt=self.attempt + 1,
            progress=0.0,
            started_at=at,
            changed_at=at,
        )

    def put_back(self, *, at: datetime) -> "Job":
        """Return the job as waiting again after its engine was stopped on purpose."""
        self._must_be(JobState.RUNNING)
        return replace(self, state=JobState.QUEUED, progress=0.0, started_at=None, changed_at=at)

    def lose(self, *, at: datetime) -> "Job":
        """Return the job as waiting again after its engine broke or vanished."""
        return replace(self.put_back(at=at), breaks=self.breaks + 1)

    def complete(self, result: AssetId, *, at: datetime) -> "Job":
        """Return the job as done, with its result."""
        self._must_be(JobState.RUNNING)
        return replace(
            self,
            state=JobState.COMPLETED,
            progress=1.0,
            result=result,
            ended_at=at,
            changed_at=at,
        )

    def fail(self, reason: str, *, at: datetime) -> "Job":
        """Return the job as failed, with a reason for people."""
        self._must_be(JobState.QUEUED, JobState.RUNNING)
        return replace(self, state=JobState.FAILED, reason=reason, ended_at=at, changed_at=at)

    def moderate(self, reason: str, *, at: datetime) -> "Job":
        """Return the job as ended by moderation."""
        self._must_be(JobState.QUEUED, JobState.RUNNING)
        return replace(self, state=JobState.MODERATED, reason=reason, ended_at=at, changed_at=at)

    def delete(self, *, at: datetime) -> "Job":
        """Return the job as one whose result is gone, or that made none and is out of the way."""
        self._must_be(JobState.COMPLETED, JobState.MODERATED, JobState.FAILED, JobState.CANCELLED)
        return replace(self, state=JobState.DELETED, reason="deleted", changed_at=at)

    def cancel(self, *, at: datetime) -> "Job":
        """Return the job as cancelled by its owner or an operator."""
        self._must_be(JobState.QUEUED, JobState.RUNNING)
        return replace(
            self, state=JobState.CANCELLED, reason="cancelled", ended_at=at, changed_at=at
        )

    def _must_be(self, *states: JobState) -> None:
        if self.state not in states:
            raise WrongState(f"job {self.id} is {self.state}")
