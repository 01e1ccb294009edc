"""What waits, in which order, and what an operator has halted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job
from kinora.domain.rank import Halt, Rank, Stop
from kinora.domain.runs import RunKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A job that waits, as a forecast sees it."""

    job: JobId
    account: AccountId
    rank: Rank
    kind: RunKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A job that an engine of this server works on."""

    job: JobId
    kind: RunKind
    since: datetime


class Queue(Protocol):
    """The queue as a whole; single jobs are put in and claimed through `Jobs`."""

    async def waiting(self) -> Mapping[Rank, int]:
        """Return how many jobs wait in each class."""

    async def line(self, *, at: datetime, at_most: int) -> Sequence[Waiting]:
        """Return the jobs that would be claimed next, in that order, if no others came.

        Those of paused accounts are left out.
        """

    async def running(self, *, at_most: int) -> Sequence[Running]:
        """Return the jobs that this server's own engines make now, oldest first."""

    async def paused(self) -> bool:
        """Tell whether no job can be claimed, for all are paused or this server's engine is."""

    async def stops(self) -> Sequence[Stop]:
        """Return what an operator has halted: everything first, then accounts, then engines."""

    async def halts_of(self, account: AccountId, *, upstream: str = "") -> frozenset[Halt]:
        """Return how jobs of an account are halted: with everything, by account, or by engine.

        `upstream` is the host of the server that makes them, empty when it is this one.
        """

    async def stop(self, account: AccountId | None, halt: Halt, *, at: datetime) -> None:
        """Halt an account, or everything."""

    async def resume(self, account: AccountId | None) -> bool:
        """Take a halt back; False when there was none."""

    async def overdue(self, *, at: datetime, at_most: int) -> Sequence[Job]:
        """Return jobs that should have begun before `at` and never did."""

    async def took(self, kind: RunKind) -> Sequence[float]:
        """Return the newest run times of a kind, in seconds, oldest first."""

    async def note_run(self, kind: RunKind, seconds: float) -> None:
        """Keep a run time; only the newest `KEPT` of a kind stay."""
