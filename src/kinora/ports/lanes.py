"""Where lanes are kept, and which job runs on which."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from kinora.domain.ids import AccountId, JobId
from kinora.domain.lane import Lane, Track


class Lanes(Protocol):
    """Lanes of accounts. A job that was never tracked runs on the default lane."""

    async def of(self, account: AccountId) -> Sequence[Lane]:
        """Return an account's lanes with what they run now: the default lane, then by age.

        As long as nobody has set it, the default lane's limit is the account's own.
        """

    async def put(self, account: AccountId, lane: Lane, *, at: datetime) -> None:
        """Keep a new lane, or a lane's new limit."""

    async def drop(self, account: AccountId, email: str) -> bool:
        """Forget a lane; False when there is none. Its jobs go on."""

    async def track(self, track: Track) -> None:
        """Note on which lane a job runs."""

    async def tracks(self, jobs: Sequence[JobId]) -> Mapping[JobId, Track]:
        """Return what is known of jobs; those that were never tracked are left out."""
