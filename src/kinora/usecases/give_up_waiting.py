"""End jobs that could not begin in time: their credits go back."""

from dataclasses import dataclass

from kinora.ports.clock import Clock
from kinora.ports.store import Store
from kinora.usecases.fail_job import FailJob

AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpWaiting:
    """Fail jobs whose time to begin has passed; one that has begun once is left alone."""

    store: Store
    clock: Clock
    fail: FailJob

    async def __call__(self) -> int:
        """Return how many jobs were ended."""
        ended = 0
        now = self.clock.now()
        while overdue := await self.store.view.queue.overdue(at=now, at_most=AT_ONCE):
            for job in overdue:
                waited = ((job.start_by or now) - job.created_at).total_seconds()
                reason = f"no engine was free within {waited:.0f} s"
                ended += await self.fail(job, reason=reason)
        return ended
