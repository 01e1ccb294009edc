"""Bring the result of a job home that was made on another server."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Protocol

from kinora.domain.job import Job
from kinora.ports.engine import Output
from kinora.ports.media import ImageGate, MediaGate
from kinora.ports.upstream import Upstreams
from kinora.usecases.finish_job import FinishJob
from kinora.usecases.upload_image import ENDINGS as STILLS
from kinora.usecases.upload_media import ENDINGS as MOVING


class Gate(ImageGate, MediaGate, Protocol):
    """The way in for every kind of file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """Downloads a result, looks at it as at any stranger's file, and ends the job with it."""

    upstreams: Upstreams
    gate: Gate
    finish: FinishJob
    workshop: Path

    async def __call__(self, job: Job, link: str) -> bool:
        """Return whether this ended the job.

        Raises Unreachable when the file cannot be had now, Overloaded, OSError, and other
        KinoraErrors for a file that is not what it should be.
        """
        async with self.room(job) as folder:
            path = await self.upstreams.fetch(link, folder=folder)
            still = job.shape.fps == 0
            output = await (self._still(path, folder) if still else self._film(path))
            return await self.finish(job, output=output, made_here=False)

    @asynccontextmanager
    async def room(self, job: Job) -> AsyncIterator[Path]:
        """Give a folder for a job's files, which is gone afterwards."""
        self.workshop.mkdir(parents=True, exist_ok=True)
        folder = Path(mkdtemp(prefix=f"{job.id}-", dir=self.workshop))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _still(self, path: Path, folder: Path) -> Output:
        still = await self.gate.admit(path, folder=folder)
        return Output(
            path=_named(still.path, STILLS[still.mime]),
            kind="image",
            mime=still.mime,
            width=still.width,
            height=still.height,
            frames=1,
            seconds=0.0,
            has_audio=False,
        )

    async def _film(self, path: Path) -> Output:
        clip = await self.gate.admit_media(path)
        return Output(
            path=_named(clip.path, MOVING[clip.mime]),
            kind=clip.kind.value,
            mime=clip.mime,
            width=clip.width,
            height=clip.height,
            frames=clip.frames,
            seconds=clip.seconds,
            has_audio=clip.has_audio,
        )


def _named(path: Path, ending: str) -> Path:
    """Give a file the ending that its bytes deserve."""
    return path.rename(path.with_name(f"result.{ending}"))
