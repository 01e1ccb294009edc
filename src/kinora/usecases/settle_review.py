"""An operator decides on what moderation showed."""

from dataclasses import dataclass

from kinora.domain.deed import SERVER, Deed
from kinora.domain.errors import Invalid, JobNotFound
from kinora.domain.job import JobState
from kinora.domain.moderation import Review
from kinora.ports.blobs import Blobs
from kinora.ports.clock import Clock
from kinora.ports.store import Store, Tx
from kinora.usecases.ending import end
from kinora.usecases.remove_media import ClearDoomed, remove_results


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleReview:
    """Let a job pass, or refuse it.

    A refused job that is under way ends as moderated and is paid back; what a finished one has
    made is deleted.
    """

    store: Store
    blobs: Blobs
    clock: Clock
    who: str = SERVER

    async def __call__(self, number: int, *, allow: bool) -> Review:
        """Return the review as it was; raises JobNotFound, Invalid and UnderLegalHold."""
        async with self.store.transaction() as tx:
            review = await tx.reviews.get(number)
            if review is None:
                raise JobNotFound(f"no review with number {number}")
            outcome = "allowed" if allow else "refused"
            if not await tx.reviews.close(number, outcome=outcome):
                raise Invalid(f"review {number} was already {review.outcome}")
            if not allow and review.job is not None:
                await self._refuse(tx, review)
            await tx.audit.add(
                Deed(
                    at=self.clock.now(),
                    who=self.who,
                    what="review.allow" if allow else "review.refuse",
                    target=f"review:{number}",
                    detail=f"account {review.account}, job {review.job or 'none'}",
                )
            )
        await ClearDoomed(store=self.store, blobs=self.blobs)()
        return review

    async def _refuse(self, tx: Tx, review: Review) -> None:
        """End a job that goes on, or delete what one has made."""
        job = await tx.jobs.get(review.job) if review.job is not None else None
        if job is None:
            return
        now = self.clock.now()
        if not job.state.final:
            await end(tx, job, job.moderate(f"refused: {review.category}", at=now))
        elif job.state is JobState.COMPLETED:
            await remove_results(tx, job, at=now)
