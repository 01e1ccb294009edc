"""End a job that cannot be made: its credits go back."""

from dataclasses import dataclass

from kinora.domain.job import Job
from kinora.ports.clock import Clock
from kinora.ports.faults import Point, reach
from kinora.ports.store import Store
from kinora.usecases.ending import end


@dataclass(frozen=True, slots=True, kw_only=True)
class FailJob:
    """End a job as failed and release what was held for it."""

    store: Store
    clock: Clock

    async def __call__(self, job: Job, *, reason: str) -> bool:
        """Return whether this ended the job; a late attempt changes nothing."""
        async with self.store.transaction() as tx:
            failed = job.fail(reason, at=self.clock.now())
            if not await end(tx, job, failed):
                return False
            reach(Point.FAIL_WRITTEN)
        reach(Point.FAIL_KEPT)
        return True
