"""Jobs that take too long: their place is free again, and later their credits come back.

The spans are those of the public reference (section 2.4 of its notes on credits): "still running
after 10 minutes" frees the place, "still running after 2 hours" refunds. Callers see one status
from submit to end, so both are counted from the submit, whether a job waits or runs.
"""

from dataclasses import dataclass
from datetime import timedelta

from kinora.domain.job import Job
from kinora.ports.clock import Clock
from kinora.ports.store import Store
from kinora.usecases.fail_job import FailJob

AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """How many jobs lost their place, and how many were given up and paid back."""

    places: int
    refunds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireJobs:
    """Give places back after `place_after`, credits after `refund_after`; zero means never.

    A job that is paid back has failed: what an engine still makes of it comes too late, and the
    dispatcher stops that engine.
    """

    store: Store
    clock: Clock
    fail: FailJob
    place_after: timedelta
    refund_after: timedelta

    async def __call__(self) -> Expired:
        """Return what was done."""
        refunds = 0
        while late := await self._late(self.refund_after, placed=False):
            ended = [await self.fail(job, reason=self._reason()) for job in late]
            refunds += sum(ended)
            if not any(ended):
                break
        places = 0
        while late := await self._late(self.place_after, placed=True):
            places += await self._free(late)
        return Expired(places=places, refunds=refunds)

    async def _late(self, span: timedelta, *, placed: bool) -> list[Job]:
        if not span:
            return []
        before = self.clock.now() - span
        jobs = self.store.view.jobs
        return list(await jobs.unended(before=before, at_most=AT_ONCE, placed=placed))

    async def _free(self, late: list[Job]) -> int:
        async with self.store.transaction() as tx:
            freed = [await tx.jobs.free_place(job) for job in late]
        return sum(freed)

    def _reason(self) -> str:
        minutes = round(self.refund_after.total_seconds() / 60)
        span = f"{minutes // 60} hours" if minutes % 60 == 0 else f"{minutes} minutes"
        return f"not done {span} after it was accepted"
