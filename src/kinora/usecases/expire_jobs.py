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
            reason = f"not done {_told(self.refund_after)} after it was accepted"
            ended = [await self.fail(job, reason=reason) for job in late]
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


def _told(span: timedelta) -> str:
    """Return a span in the largest of its units that tells it whole."""
    seconds = round(span.total_seconds())
    for unit, name in ((3600, "hour"), (60, "minute")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds // unit} {name}" + "s" * (seconds != unit)
    return f"{seconds} seconds"
