"""Delete what a job has made."""

from dataclasses import dataclass

from kinora.domain.errors import Invalid, JobNotFound, NotAllowed
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job, JobState
from kinora.ports.blobs import Blobs
from kinora.ports.clock import Clock
from kinora.ports.faults import Point, reach
from kinora.ports.store import Store
from kinora.usecases.cancel_job import CancelJob


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteJob:
    """Remove a finished job's files for good; one that has not ended is cancelled first.

    What is deleted stays paid.
    """

    store: Store
    blobs: Blobs
    clock: Clock
    cancel: CancelJob

    async def __call__(self, job_id: JobId, *, account: AccountId) -> None:
        """Delete; raises JobNotFound, NotAllowed, Invalid for a job that made nothing."""
        names: list[str] = []
        async with self.store.transaction() as tx:
            job = await tx.jobs.get(job_id)
            if job is None:
                raise JobNotFound(f"no job with id {job_id}")
            if job.account != account:
                raise NotAllowed(f"job {job_id} belongs to another account")
            if job.state is JobState.COMPLETED:
                made = await tx.assets.of_job(job_id)
                names = [asset.blob for asset in made]
                gone = job.delete(at=self.clock.now())
                await tx.jobs.save(gone, state=job.state, attempt=job.attempt)
            reach(Point.DELETE_WRITTEN)
        reach(Point.DELETE_KEPT)
        for name in names:
            await self.blobs.delete(name)
        await self._end(job)

    async def _end(self, job: Job) -> None:
        if not job.state.final:
            await self.cancel(job.id)
        elif job.state not in (JobState.COMPLETED, JobState.DELETED):
            raise Invalid(f"there is nothing to delete: the job is {job.state}")
