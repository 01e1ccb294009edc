"""Give a job up before it ends: its credits go back."""

from dataclasses import dataclass

from kinora.domain.deed import Deed
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
    no longer counts. `who` is the operator that does it, for the audit log; what callers do with
    their own jobs is not in it.
    """

    store: Store
    clock: Clock
    who: str = ""

    async def __call__(self, job_id: JobId) -> Job:
        """Return the cancelled job; raise JobNotFound or WrongState."""
        async with self.store.transaction() as tx:
            job = await tx.jobs.get(job_id)
            if job is None:
                raise JobNotFound(f"no job with id {job_id}")
            cancelled = job.cancel(at=self.clock.now())
            if not await end(tx, job, cancelled):
                raise WrongState(f"job {job_id} has just ended")
            if self.who:
                at, target = cancelled.changed_at, f"job:{job_id}"
                await tx.audit.add(Deed(at=at, who=self.who, what="job.cancel", target=target))
            reach(Point.CANCEL_WRITTEN)
        reach(Point.CANCEL_KEPT)
        return cancelled
