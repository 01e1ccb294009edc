"""Give a job up before it ends: its credits go back."""

from dataclasses import dataclass

from kinora.domain.errors import JobNotFound
from kinora.domain.ids import JobId
from kinora.domain.job import Job, WrongState
from kinora.ports.clock import Clock
from kinora.ports.faults import Point, reach
from kinora.ports.store import Store
from kinora.usecases.ending import end


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelJob:
    """End a queued or running job as cancelled and release what was held for it.

    An engine that is at work on it is stopped by the dispatcher, which sees that its attempt
    no longer counts.
    """

    store: Store
    clock: Clock

    async def __call__(self, job_id: JobId) -> Job:
        """Return the cancelled job; raise JobNotFound or WrongState."""
        async with self.store.transaction() as tx:
            job = await tx.jobs.get(job_id)
            if job is None:
                raise JobNotFound(f"no job with id {job_id}")
            cancelled = job.cancel(at=self.clock.now())
            if not await end(tx, job, cancelled):
                raise WrongState(f"job {job_id} has just ended")
            reach(Point.CANCEL_WRITTEN)
        reach(Point.CANCEL_KEPT)
        return cancelled
