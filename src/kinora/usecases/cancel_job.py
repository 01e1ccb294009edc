"""Give a job up before it ends: its credits go back."""

from dataclasses import dataclass

from kinora.domain.errors import JobNotFound
from kinora.domain.fact import FactKind
from kinora.domain.ids import JobId
from kinora.domain.job import Job, WrongState
from kinora.ports.clock import Clock
from kinora.ports.faults import Point, reach
from kinora.ports.store import Store


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
            if not await tx.jobs.save(cancelled, state=job.state, attempt=job.attempt):
                raise WrongState(f"job {job_id} has just ended")
            await tx.ledger.release(cancelled, at=cancelled.changed_at)
            await tx.accounts.free_place(cancelled.account)
            await tx.outbox.add(FactKind.CANCELLED, cancelled, at=cancelled.changed_at)
            reach(Point.CANCEL_WRITTEN)
        reach(Point.CANCEL_KEPT)
        return cancelled
