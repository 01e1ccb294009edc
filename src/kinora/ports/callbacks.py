"""Who wants to hear of which job, and the way to tell them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kinora.domain.ids import JobId
from kinora.domain.job import JobState


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A wish to be told of a job at a URL.

    `base` is the server's address as the caller saw it, for links; `tries` counts the posts of the
    present state that went wrong.
    """

    job: JobId
    url: str
    base: str
    tries: int = 0


class Callbacks(Protocol):
    """Wishes to be told, kept until they are fulfilled or given up."""

    async def add(self, callback: Callback, *, at: datetime) -> None:
        """Keep a wish; it is committed with its job."""

    async def urls(self, jobs: Sequence[JobId]) -> Mapping[JobId, str]:
        """Return where jobs are told; those that nobody wants to hear of are left out."""

    async def due(self, *, at: datetime, at_most: int) -> Sequence[Callback]:
        """Return those whose job has a state that was not told yet, the longest due first."""

    async def told(self, job: JobId, state: JobState, *, at: datetime) -> None:
        """Note that a state was told; after a final one there is no more to tell."""

    async def rest(self, job: JobId, *, until: datetime) -> None:
        """Leave a wish alone until a time: the place that it names answers nobody now."""

    async def late(self, job: JobId, *, again: datetime | None, at: datetime) -> None:
        """Note a post that went wrong, and when to try again; None gives up."""
