"""The engines that are running now."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kinora.domain.ids import AssetId
from kinora.domain.job import Job
from kinora.ports.engine import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A running job got further."""

    job: Job
    done: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A job's engine finished; the file lies in the job's work folder."""

    job: Job
    output: Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The engine says that this cannot be made; trying again would change nothing."""

    job: Job
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broke:
    """The engine or its process broke; another attempt may work."""

    job: Job
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """A slot is ready for work."""


FleetNews = Moved | Made | Refused | Broke | Freed


class Fleet(Protocol):
    """Runs jobs on engines, each in a process of its own."""

    @property
    def free(self) -> int:
        """How many jobs can be handed over right now."""

    @property
    def warm(self) -> frozenset[str]:
        """The models that free engines have loaded; empty when no engine has to load any."""

    async def start(self) -> None:
        """Bring the engines up."""

    async def hand_over(self, job: Job, *, inputs: Mapping[AssetId, Path], folder: Path) -> None:
        """Give a running job to a free engine."""

    async def stop(self, job: Job) -> None:
        """Ask for a job to be given up; news about it may still arrive."""

    def news(self) -> AsyncIterator[FleetNews]:
        """Yield what happens, as it happens, for as long as the fleet is up."""

    async def close(self) -> None:
        """Bring every engine down."""
