"""Where lanes are kept, and which job runs on which."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from kinora.domain.errand import Errand, Step
from kinora.domain.ids import AccountId, JobId
from kinora.domain.lane import Health, Lane, OwnedLane, Quarantine, Track


class Lanes(Protocol):
    """Lanes of accounts. A job that was never tracked runs on the default lane."""

    async def of(self, account: AccountId) -> Sequence[Lane]:
        """Return an account's lanes with what they run now: the default lane, then by age.

        As long as nobody has set it, the default lane's limit is the account's own. Hidden lanes
        are left out.
        """

    async def get(self, account: AccountId, email: str) -> Lane | None:
        """Return a kept lane, hidden ones too, without what it runs."""

    async def all(self) -> Sequence[OwnedLane]:
        """Return the kept lanes of all accounts, hidden ones too, without what they run."""

    async def put(self, account: AccountId, lane: Lane, *, at: datetime) -> None:
        """Keep a new lane, or a lane's new terms; its quarantine too."""

    async def drop(self, account: AccountId, email: str) -> bool:
        """Forget a lane, or hide it while errands of it are open; False when there is none."""

    async def bar(self, account: AccountId, email: str, quarantine: Quarantine | None) -> None:
        """Close a lane, or open it again."""

    async def mark(self, account: AccountId, email: str, *, well: bool, at: datetime) -> None:
        """Note how a job of a lane ended; notes older than the window are dropped."""

    async def health(self, account: AccountId, *, at: datetime) -> Mapping[str, Health]:
        """Return how the jobs of an account's lanes ended within the window, by email."""

    async def track(self, track: Track) -> None:
        """Note on which lane a job runs."""

    async def tracks(self, jobs: Sequence[JobId]) -> Mapping[JobId, Track]:
        """Return what is known of jobs; those that were never tracked are left out."""


class Errands(Protocol):
    """Errands of jobs that are made on other servers, for as long as they are open."""

    async def add(self, errand: Errand) -> None:
        """Keep a new errand; it is committed with its job."""

    async def get(self, job: JobId) -> Errand | None:
        """Return a job's errand."""

    async def save(self, errand: Errand, *, step: Step) -> bool:
        """Write a changed errand if it still is at `step`; False when it is not."""

    async def open(self) -> Sequence[Errand]:
        """Return all that go on by themselves, oldest first; there are no more than places."""

    async def unknown(self) -> Sequence[Errand]:
        """Return those that an operator must look at, oldest first."""

    async def on(self, account: AccountId, email: str) -> int:
        """Return how many errands a lane has."""

    async def charge(self, job: JobId) -> None:
        """Note that a job without a result is paid all the same; the proof of the books asks."""

    async def drop(self, job: JobId) -> None:
        """Forget an errand, and with a hidden lane's last one the lane."""
