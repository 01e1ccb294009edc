"""Find one's own job."""

from dataclasses import dataclass

from kinora.domain.errors import JobNotFound, NotAllowed
from kinora.domain.ids import AccountId, JobId
from kinora.ports.store import Outcome, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadJob:
    """Read a job and, when it is done, its result."""

    store: Store

    async def __call__(self, job: JobId, *, account: AccountId) -> Outcome:
        """Return the outcome so far; raise JobNotFound, or NotAllowed for another's job."""
        outcome = await self.store.view.jobs.outcome(job)
        if outcome is None:
            raise JobNotFound(f"no job with id {job}")
        if outcome.job.account != account:
            raise NotAllowed(f"job {job} belongs to another account")
        return outcome
