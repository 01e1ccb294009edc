"""Tell where a job stands in the queue, and when it will be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kinora.domain.forecast import Forecast
from kinora.domain.ids import JobId
from kinora.domain.job import Job, JobState
from kinora.domain.runs import Interval, RunKind, interval_of
from kinora.ports.clock import Clock
from kinora.ports.queue import Queue, Waiting
from kinora.ports.store import Store

FORESEEN = 200
"""Claims that are played ahead; what is further back is only told to be."""

FRESH = timedelta(seconds=1)
"""How long one look at the queue serves all who ask."""

SHORT = 50
"""A line below this length is looked at again for a job that changed since: it costs little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a job stands.

    `position` counts from 1 for the next one, 0 is for a job that runs; when it is not `exact`
    it is at least that. `done_in` is None where it would be a guess.
    """

    position: int
    exact: bool = True
    done_in: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The queue at one moment: `whole` tells whether every job that can start is in `places`."""

    at: datetime
    places: Mapping[JobId, Place]
    line: Sequence[Waiting]
    whole: bool


@dataclass(slots=True, kw_only=True)
class ReadQueue:
    """Looks ahead in the queue by its own rules, about once a second for all who ask."""

    store: Store
    clock: Clock
    engines: int
    _kept: Look | None = field(default=None)

    async def __call__(self, job: Job) -> Place | None:
        """Return where a job stands, None when it has ended or is not in line."""
        if job.state.final:
            return None
        look = await self._look_at(job)
        known, runs = look.places.get(job.id), job.state is JobState.RUNNING
        if known is not None and (known.position == 0) is runs:
            return known
        if runs:
            return Place(position=0)
        return None if look.whole else Place(position=FORESEEN + 1, exact=False)

    async def look(self) -> Look:
        """Return the queue as it was within the last second."""
        now = self.clock.now()
        if self._kept is None or not timedelta() <= now - self._kept.at < FRESH:
            self._kept = await self._fresh(now)
        return self._kept

    async def _look_at(self, job: Job) -> Look:
        look = await self.look()
        if len(look.places) < SHORT and job.changed_at > look.at:
            look = self._kept = await self._fresh(self.clock.now())
        return look

    async def _fresh(self, now: datetime) -> Look:
        queue = self.store.view.queue
        halted = await queue.paused()
        seen = _Seen(queue)
        places = {}
        left = []
        for run in await queue.running(at_most=FORESEEN):
            rest = _left(await seen.interval(run.kind), (now - run.since).total_seconds())
            places[run.job] = Place(position=0, done_in=rest)
            left.append(rest)
        forecast = Forecast(left, engines=0 if halted else self.engines)
        line = await queue.line(at=now, at_most=FORESEEN)
        for position, waiting in enumerate(line, start=1):
            done_in = forecast.add(await seen.interval(waiting.kind))
            places[waiting.job] = Place(position=position, done_in=done_in)
        return Look(at=now, places=places, line=line, whole=len(line) < FORESEEN)


class _Seen:
    """How long kinds of jobs took, each read once."""

    def __init__(self, queue: Queue) -> None:
        """Read from a queue."""
        self._queue = queue
        self._known: dict[RunKind, Interval | None] = {}

    async def interval(self, kind: RunKind) -> Interval | None:
        """Return how long jobs of a kind take, None when too few were seen."""
        if kind not in self._known:
            self._known[kind] = interval_of(await self._queue.took(kind))
        return self._known[kind]


def _left(run: Interval | None, gone: float) -> Interval | None:
    """Return what is left of a run; nothing can be said of one that takes longer than any did."""
    return None if run is None or gone > run.high else run.later(gone)
