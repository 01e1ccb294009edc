"""Tell callers of their jobs."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from kinora.ports.callbacks import Callback, Post
from kinora.ports.clock import Clock
from kinora.ports.faults import Point, reach
from kinora.ports.store import Outcome, Store

AT_ONCE = 16
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
MOST_TRIES = 12
"""The last try is about five hours after the first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCallbacks:
    """Post the states of jobs to those who asked: when a job begins, and when it has ended.

    A post may come twice, when the server stops between the post and its note. `body` writes what
    is told of a job.
    """

    store: Store
    clock: Clock
    post: Post
    body: Callable[[Callback, Outcome], Awaitable[bytes]]

    async def __call__(self) -> int:
        """Post what is due now; return how many were tried."""
        due = await self.store.view.callbacks.due(at=self.clock.now(), at_most=AT_ONCE)
        await asyncio.gather(*(self._tell(callback) for callback in due))
        return len(due)

    async def _tell(self, callback: Callback) -> None:
        outcome = await self.store.view.jobs.outcome(callback.job)
        if outcome is None:
            return
        taken = await self.post(callback.url, await self.body(callback, outcome))
        reach(Point.POST_SENT)
        now = self.clock.now()
        async with self.store.transaction() as tx:
            if taken:
                await tx.callbacks.told(callback.job, outcome.job.state, at=now)
            else:
                wait = min(FIRST_WAIT * 2**callback.tries, LONGEST_WAIT)
                again = now + wait if callback.tries + 1 < MOST_TRIES else None
                await tx.callbacks.late(callback.job, again=again, at=now)
