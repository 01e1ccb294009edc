"""How long jobs wait and take, as far as it can be known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from kinora.apis.useapi.answers import ImageQueue, VideoQueue
from kinora.domain.job import Job, JobState
from kinora.ports.clock import Clock
from kinora.ports.store import Store

MOST_COUNTED = 200
"""Jobs before one's own that are counted; beyond that only that there are many is told."""

ENOUGH = 0.05
"""The progress from which on the rest can be judged by what is done."""

SECOND_BY_MEGAPIXEL = 0.06
"""What the built-in engine needs for a film's picture of a megapixel, on two cores."""

AT_LEAST = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """Tells of waiting and working."""

    store: Store
    clock: Clock

    async def of_image(self, job: Job) -> ImageQueue:
        """Return what a picture's caller is told."""
        began = job.started_at
        return ImageQueue(
            estimated_gen_time=self._takes(job),
            processing_start_time=spelled(began) if began else "",
            queue_count=await self._before(job),
            queue_time=self._waited(job),
        )

    async def of_video(self, job: Job) -> VideoQueue:
        """Return what a film's caller is told."""
        return VideoQueue(queue_time=self._waited(job), queue_count=await self._before(job))

    async def _before(self, job: Job) -> int:
        if job.state is not JobState.QUEUED:
            return 0
        waiting = await self.store.view.jobs.in_state(JobState.QUEUED, at_most=MOST_COUNTED)
        return sum(1 for other in waiting if other.id < job.id)

    def _waited(self, job: Job) -> int:
        until = job.started_at or job.ended_at or self.clock.now()
        return _seconds(until - job.created_at)

    def _takes(self, job: Job) -> int:
        """Return the seconds that the work took, or probably takes."""
        if job.started_at is not None and job.ended_at is not None:
            return max(AT_LEAST, _seconds(job.ended_at - job.started_at))
        if job.started_at is not None and job.progress >= ENOUGH:
            gone = (self.clock.now() - job.started_at).total_seconds()
            return max(AT_LEAST, ceil(gone / job.progress))
        pixels = job.shape.width * job.shape.height * job.shape.frames
        return AT_LEAST + ceil(SECOND_BY_MEGAPIXEL * pixels / 1e6)


def spelled(at: datetime) -> str:
    """Return a time as the wire has it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def elapsed(since: timedelta) -> str:
    """Return a span as minutes and seconds: `07:05`, and beyond an hour `95:00`."""
    minutes, seconds = divmod(_seconds(since), 60)
    return f"{minutes:02}:{seconds:02}"


def _seconds(span: timedelta) -> int:
    return max(0, round(span.total_seconds()))
