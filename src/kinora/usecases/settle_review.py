"""An operator decides on what moderation showed."""

from dataclasses import dataclass

from kinora.domain.errors import Invalid, JobNotFound
from kinora.domain.job import JobState
from kinora.domain.moderation import Review
from kinora.ports.blobs import Blobs
from kinora.ports.clock import Clock
from kinora.ports.store import Store, Tx
from kinora.usecases.ending import end


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleReview:
    """Let a job pass, or refuse it.

    A refused job that is under way ends as moderated and is paid back; what a finished one has
    made is deleted.
    """

    store: Store
    blobs: Blobs
    clock: Clock

    async def __call__(self, number: int, *, allow: bool) -> Review:
        """Return the review as it was; raises JobNotFound and Invalid."""
        blob = ""
        async with self.store.transaction() as tx:
            review = await tx.reviews.get(number)
            if review is None:
                raise JobNotFound(f"no review with number {number}")
            outcome = "allowed" if allow else "refused"
            if not await tx.reviews.close(number, outcome=outcome):
                raise Invalid(f"review {number} was already {review.outcome}")
            if not allow and review.job is not None:
                blob = await self._refuse(tx, review)
        if blob:
            await self.blobs.delete(blob)
        return review

    async def _refuse(self, tx: Tx, review: Review) -> str:
        """End a job that goes on, or delete what one has made; return the blob to remove."""
        found = await tx.jobs.outcome(review.job) if review.job is not None else None
        if found is None:
            return ""
        job, now = found.job, self.clock.now()
        if not job.state.final:
            await end(tx, job, job.moderate(f"refused: {review.category}", at=now))
            return ""
        if job.state is JobState.COMPLETED and found.asset is not None:
            gone = job.delete(at=now)
            await tx.jobs.save(gone, state=job.state, attempt=job.attempt)
            return found.asset.blob
        return ""
