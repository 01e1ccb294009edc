"""Music videos, as they are read."""

from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.useapi.answers import Video
from kinora.apis.useapi.desk import good
from kinora.apis.useapi.readers import Readers
from kinora.apis.useapi.rows import View
from kinora.domain.errors import JobNotFound
from kinora.domain.order import Feature, MusicVideo
from kinora.ports.store import Outcome


class SongRow(msgspec.Struct, frozen=True):
    """One music video; `project_id` is the job's number."""

    video_id: str
    project_id: int
    status: str
    name: str
    video: Video


class SongRows(msgspec.Struct, frozen=True):
    """GET music-video."""

    data: list[SongRow]
    next_offset: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Songs:
    """Reads music videos."""

    readers: Readers

    async def one(self, request: Request) -> Response:
        """GET music-video/{id}."""
        outcome, view = await self.readers.film(request)
        if outcome.job.feature is not Feature.MUSIC_VIDEO:
            raise JobNotFound("The original video has been deleted")
        return good(await self._row(outcome, view))

    async def page(self, request: Request) -> Response:
        """GET music-video."""
        page = await self.readers.songs(request)
        rows = [await self._row(each, page.view) for each in page.outcomes]
        return good(SongRows(rows, page.next, page.next < page.total))

    async def _row(self, outcome: Outcome, view: View) -> SongRow:
        video = await self.readers.rows.video(outcome, view)
        done, ended = video.video_status == 1, video.video_status_final
        status = "succeeded" if done else "failed" if ended else "processing"
        ask = outcome.job.order.ask
        name = ask.prompt[:80] if isinstance(ask, MusicVideo) else ""
        return SongRow(str(video.video_id), outcome.job.id, status, name, video)
