"""How long jobs wait and take, as far as it can be known."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from msgspec import UNSET, UnsetType

from kinora.apis.useapi.answers import ImageQueue, VideoQueue
from kinora.domain.job import Job
from kinora.domain.runs import ENOUGH as SEEN
from kinora.ports.clock import Clock
from kinora.ports.store import Store
from kinora.usecases.read_queue import Place

ENOUGH = 0.05
"""The progress from which on the rest can be judged by what is done."""

AT_LEAST = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """Tells of waiting and working; `place` tells where a job stands."""

    store: Store
    clock: Clock
    place: Callable[[Job], Awaitable[Place | None]]

    async def of_image(self, job: Job) -> ImageQueue:
        """Return what a picture's caller is told."""
        began = job.started_at
        return ImageQueue(
            estimated_gen_time=await self._takes(job),
            processing_start_time=spelled(began) if began else "",
            queue_count=await self._before(job),
            queue_time=self._waited(job),
        )

    async def of_video(self, job: Job) -> VideoQueue:
        """Return what a film's caller is told."""
        return VideoQueue(queue_time=self._waited(job), queue_count=await self._before(job))

    async def _before(self, job: Job) -> int:
        place = await self.place(job)
        return max(0, place.position - 1) if place else 0

    def _waited(self, job: Job) -> int:
        until = job.started_at or job.ended_at or self.clock.now()
        return _seconds(until - job.created_at)

    async def _takes(self, job: Job) -> int | UnsetType:
        """Return the seconds that the work took or probably takes, nothing where it is unknown."""
        if job.worked is not None:
            return max(AT_LEAST, _seconds(job.worked))
        if job.started_at is not None and job.progress >= ENOUGH:
            gone = (self.clock.now() - job.started_at).total_seconds()
            return max(AT_LEAST, ceil(gone / job.progress))
        took = await self.store.view.queue.took(job.kind)
        return max(AT_LEAST, ceil(median(took))) if len(took) >= SEEN else UNSET


def spelled(at: datetime) -> str:
    """Return a time as the wire has it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def elapsed(since: timedelta) -> str:
    """Return a span as minutes and seconds: `07:05`, and beyond an hour `95:00`."""
    minutes, seconds = divmod(_seconds(since), 60)
    return f"{minutes:02}:{seconds:02}"


def _seconds(span: timedelta) -> int:
    return max(0, round(span.total_seconds()))
