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
        return await self._end(job, job.fail(reason, at=self.clock.now()))

    async def moderated(self, job: Job, *, reason: str) -> bool:
        """End it as refused by the moderation of whoever was to make it; as above."""
        return await self._end(job, job.moderate(reason, at=self.clock.now()))

    async def _end(self, before: Job, after: Job) -> bool:
        async with self.store.transaction() as tx:
            if not await end(tx, before, after):
                return False
            reach(Point.FAIL_WRITTEN)
        reach(Point.FAIL_KEPT)
        return True
