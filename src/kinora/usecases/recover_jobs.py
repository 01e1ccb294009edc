"""Bring jobs back whose engine is gone."""

from dataclasses import dataclass

from kinora.domain.job import Job
from kinora.ports.clock import Clock
from kinora.ports.faults import Point, reach
from kinora.ports.store import Store
from kinora.usecases.fail_job import FailJob

MAX_BREAKS = 3
"""A job under which the engine broke this often is ended: it would poison every engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverJobs:
    """Queue a job again after its engine was lost, or end it when that happened too often."""

    store: Store
    clock: Clock
    fail: FailJob

    async def __call__(self) -> int:
        """Bring back every job that ran here; only right when no engine runs.

        Jobs that are made on another server go on by their errands.
        """
        count = 0
        while running := await self.store.view.jobs.running_here():
            for job in running:
                await self.lost(job, reason="the server stopped while the job ran")
            count += len(running)
        return count

    async def lost(self, job: Job, *, reason: str) -> None:
        """Bring back one job whose engine broke or vanished."""
        if job.breaks + 1 >= MAX_BREAKS:
            await self.fail(job, reason=f"gave up after {MAX_BREAKS} attempts: {reason}")
            return
        await self._queue_again(job, job.lose(at=self.clock.now()))

    async def stopped(self, job: Job) -> None:
        """Bring back one job whose engine was stopped on purpose."""
        await self._queue_again(job, job.put_back(at=self.clock.now()))

    async def _queue_again(self, job: Job, queued: Job) -> None:
        async with self.store.transaction() as tx:
            await tx.jobs.save(queued, state=job.state, attempt=job.attempt)
            reach(Point.LOSE_WRITTEN)
        reach(Point.LOSE_KEPT)
