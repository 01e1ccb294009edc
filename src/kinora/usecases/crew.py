"""Work under way, bounded for each place and in all, so that no slow place delays the others."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Hashable
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

MOST = 64
EACH = 4
REST = 1.0
"""Seconds for which work that broke unexpectedly keeps its place, so that it is not begun anew."""


@dataclass(slots=True)
class Crew:
    """Runs at most `most` works at once, `each` of them for one place; no work runs twice at once.

    A work is known by its key, such as a delivery's number, a place by its own, such as a host.
    """

    most: int = MOST
    each: int = EACH
    under_way: dict[Hashable, asyncio.Task[None]] = field(default_factory=dict)
    busy: Counter[Hashable] = field(default_factory=Counter)

    def free(self, place: Hashable) -> int:
        """Return how many more works the place can have now."""
        return min(self.each - self.busy[place], self.most - len(self.under_way))

    def start(self, key: Hashable, work: Coroutine[None, None, None], *, place: Hashable) -> None:
        """Begin a work."""
        self.busy[place] += 1
        self.under_way[key] = asyncio.create_task(self._run(key, work, place))

    async def wait(self, seconds: float) -> None:
        """Wait until a work ends, or until a time has passed."""
        if self.under_way:
            await asyncio.wait(
                self.under_way.values(), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
        else:
            await asyncio.sleep(seconds)

    async def finish(self) -> None:
        """Wait until all is done that is under way."""
        await asyncio.gather(*self.under_way.values())

    async def stop(self) -> None:
        """Break off all that is under way."""
        works = list(self.under_way.values())
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)

    async def _run(self, key: Hashable, work: Coroutine[None, None, None], place: Hashable) -> None:
        try:
            await work
        except Exception:
            log.exception("work.broke", work=str(key))
            await asyncio.sleep(REST)
        finally:
            del self.under_way[key]
            self.busy[place] -= 1
            if not self.busy[place]:
                del self.busy[place]
