"""Delete what a job has made."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kinora.domain.errors import JobNotFound, NotAllowed
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import JobState
from kinora.ports.clock import Clock
from kinora.ports.faults import Point, reach
from kinora.ports.store import Store
from kinora.usecases.cancel_job import CancelJob
from kinora.usecases.remove_media import remove_results


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteJob:
    """Remove a finished job's files for good, and the job from lists.

    One that has not ended is cancelled instead, and stays in lists as such. What was paid stays
    paid, and what was paid back stays so. `clear` sees to the bytes; at a door it must not keep
    the answer waiting, or the time would tell whether another account has the same bytes.
    """

    store: Store
    clock: Clock
    cancel: CancelJob
    clear: Callable[[], Awaitable[object]]

    async def __call__(self, job_id: JobId, *, account: AccountId) -> None:
        """Delete; raises JobNotFound, NotAllowed, UnderLegalHold."""
        async with self.store.transaction() as tx:
            job = await tx.jobs.get(job_id)
            if job is None:
                raise JobNotFound(f"no job with id {job_id}")
            if job.account != account:
                raise NotAllowed(f"job {job_id} belongs to another account")
            if job.state.final and job.state is not JobState.DELETED:
                await remove_results(tx, job, at=self.clock.now())
            reach(Point.DELETE_WRITTEN)
        reach(Point.DELETE_KEPT)
        await self.clear()
        if not job.state.final:
            await self.cancel(job.id)
