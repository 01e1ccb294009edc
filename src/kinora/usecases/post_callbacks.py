"""Tell callers of their jobs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from kinora.domain.breaker import CLOSED, Breaker
from kinora.ports.callbacks import Callback
from kinora.ports.clock import Clock
from kinora.ports.faults import Point, reach
from kinora.ports.post import Post
from kinora.ports.store import Outcome, Store
from kinora.usecases.crew import Crew

LOOKED_AT = 256
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
MOST_TRIES = 12
"""The last try is about five hours after the first one."""

MOST_PLACES = 10_000
"""Hosts that fail, of which it is known that they do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCallbacks:
    """Post the states of jobs to those who asked: when a job begins, and when it has ended.

    A post may come twice, when the server stops between the post and its note. `body` writes what
    is told of a job. A host that answers nobody is left alone for a while, without counting that
    as a try; what is known of hosts is forgotten when the server stops.
    """

    store: Store
    clock: Clock
    post: Post
    body: Callable[[Callback, Outcome], Awaitable[bytes]]
    crew: Crew = field(default_factory=Crew)
    breakers: dict[str, Breaker] = field(default_factory=dict)

    async def __call__(self) -> int:
        """Post what is due now and wait for its end; return how many were tried."""
        begun = await self.begin()
        await self.crew.finish()
        return begun

    async def begin(self) -> int:
        """Begin what is due now and has a free place; return how much that was."""
        now = self.clock.now()
        due = await self.store.view.callbacks.due(at=now, at_most=LOOKED_AT)
        begun = sum([await self._begin(callback, now) for callback in due])
        if len(due) == LOOKED_AT:
            await self._send_back(due, now)
        return begun

    async def _send_back(self, due: Sequence[Callback], now: datetime) -> None:
        """Let what waits for a busy host wait behind all others, which may be for an idle one."""
        async with self.store.transaction() as tx:
            for each in due:
                breaker = self.breakers.get(place_of(each.url), CLOSED)
                if each.job not in self.crew.under_way and breaker.places(1, at=now):
                    await tx.callbacks.rest(each.job, until=now)

    async def _begin(self, callback: Callback, now: datetime) -> bool:
        """Begin a post, unless it is under way, or its host is busy, or rests."""
        if callback.job in self.crew.under_way:
            return False
        place = place_of(callback.url)
        breaker = self.breakers.get(place, CLOSED)
        most = breaker.places(self.crew.each, at=now)
        if most == 0 and breaker.open_until is not None:
            async with self.store.transaction() as tx:
                await tx.callbacks.rest(callback.job, until=breaker.open_until)
        if min(self.crew.free(place), most - self.crew.busy[place]) <= 0:
            return False
        self.crew.start(callback.job, self._tell(callback), place=place)
        return True

    async def _tell(self, callback: Callback) -> None:
        outcome = await self.store.view.jobs.outcome(callback.job)
        if outcome is None:
            return
        answer = await self.post(callback.url, await self.body(callback, outcome))
        reach(Point.POST_SENT)
        now, place = self.clock.now(), place_of(callback.url)
        async with self.store.transaction() as tx:
            if answer.taken:
                await tx.callbacks.told(callback.job, outcome.job.state, at=now)
            else:
                wait = min(FIRST_WAIT * 2**callback.tries, LONGEST_WAIT)
                again = now + wait if callback.tries + 1 < MOST_TRIES else None
                await tx.callbacks.late(callback.job, again=again, at=now)
        self._note(place, taken=answer.taken, at=now)

    def _note(self, place: str, *, taken: bool, at: datetime) -> None:
        """Remember how a host did."""
        before = self.breakers.pop(place, CLOSED)
        if taken:
            return
        if len(self.breakers) >= MOST_PLACES:
            self.breakers.pop(next(iter(self.breakers)))
        self.breakers[place] = before.failed(at=at)


def place_of(url: str) -> str:
    """Return the host and port of a URL, which answer or fail together."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return url
