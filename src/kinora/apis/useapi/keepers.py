"""The operations around jobs: features, the scheduler, and the lists of what there is."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.useapi.answers import (
    Available,
    Free,
    Speaker,
    Speakers,
    Style,
    Styles,
    Tracked,
)
from kinora.apis.useapi.desk import Desk, good
from kinora.apis.useapi.features import features_of
from kinora.apis.useapi.models import Voice as System
from kinora.apis.useapi.names import kind_of, name_of, read_name
from kinora.apis.useapi.queues import elapsed, spelled
from kinora.apis.useapi.roll import Roll
from kinora.catalog.restyles import load_restyles
from kinora.domain.account import Account
from kinora.domain.errors import JobNotFound, NotAllowed
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job, WrongState
from kinora.domain.lane import DEFAULT_LANE, Lane, Track
from kinora.domain.rank import Halt
from kinora.domain.voice import Voice
from kinora.ports.clock import Clock
from kinora.ports.store import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Keepers:
    """Tells of what runs, and gives jobs up."""

    desk: Desk
    roll: Roll
    clock: Clock
    read: Callable[..., Awaitable[Outcome]]
    cancel: Callable[[JobId], Awaitable[Job]]
    tracks: Callable[[Sequence[JobId]], Awaitable[Mapping[JobId, Track]]]
    urls: Callable[[Sequence[JobId]], Awaitable[Mapping[JobId, str]]]
    own_voices: Callable[[AccountId], Awaitable[Sequence[Voice]]]
    speakers: Sequence[System]

    async def features(self, request: Request) -> Response:
        """GET features."""
        account = await self.desk.caller(request)
        lane = await self.desk.lane(request, account)
        return good(features_of(account, lane))

    async def scheduler(self, request: Request) -> Response:
        """GET scheduler: a bare array."""
        account = await self.desk.caller(request)
        return good(await self._tracked(account))

    async def available(self, request: Request) -> Response:
        """GET scheduler/available."""
        account = await self.desk.caller(request)
        now = self.clock.now()
        free = [_free(lane, now) for lane in await self.desk.lanes(account.id)]
        return good(Available(await self._tracked(account), free))

    async def give_up(self, request: Request) -> Response:
        """DELETE scheduler/{id}: the vendor only stops tracking, here the job is cancelled too."""
        account = await self.desk.caller(request)
        name = read_name(request.path_params["id"])
        unknown = JobNotFound(f"Unable to locate running {name}")
        if name.account != account.id:
            raise unknown
        try:
            outcome = await self.read(name.job, account=account.id)
            if kind_of(outcome.job) is not name.kind:
                raise unknown
            await self.cancel(name.job)
        except (JobNotFound, NotAllowed, WrongState):
            raise unknown from None
        return good({})

    async def voices(self, request: Request) -> Response:
        """GET videos/voices: those that everybody has, and after them the caller's own."""
        account = await self.desk.caller(request)
        await self.desk.lane(request, account)
        own = await self.own_voices(account.id)
        return good(
            Speakers(
                [
                    *(Speaker(each.speaker_id, each.name) for each in self.speakers),
                    *(Speaker(str(each.id), each.name) for each in own),
                ]
            )
        )

    async def restyles(self, request: Request) -> Response:
        """GET videos/restyles."""
        await self.desk.lane(request, await self.desk.caller(request))
        base = self.desk.base(request)
        return good(
            Styles(
                [
                    Style(
                        restyle_id=each.id,
                        restyle_name=each.display_name,
                        restyle_prompt=each.words[0],
                        thumbnail_path=f"{base}/media/templates/restyle-{each.name}.jpg",
                    )
                    for each in load_restyles()
                ]
            )
        )

    async def _tracked(self, account: Account) -> list[Tracked]:
        jobs, now = await self.roll.active(account.id, count=account.active), self.clock.now()
        ids = [job.id for job in jobs]
        known, urls = await self.tracks(ids), await self.urls(ids)
        found = []
        for job in jobs:
            track = known.get(job.id, Track(job=job.id, email=DEFAULT_LANE))
            found.append(
                Tracked(
                    id=name_of(job, email=track.email),
                    type=kind_of(job).value,
                    started=spelled(job.created_at).replace("Z", ".000Z"),
                    elapsed=elapsed(now - job.created_at),
                    replyUrl=urls.get(job.id, UNSET),
                    replyRef=track.reply_ref or UNSET,
                )
            )
        return found


def _free(lane: Lane, now: datetime) -> Free:
    """Return what a lane can take now: nothing in quarantine, nor while its engine is drained."""
    if lane.quarantine is None or not lane.closed(now):
        available = 0 if lane.halt is Halt.DRAINING else lane.available
        return Free(lane.email, lane.max_jobs, lane.executing, available)
    return Free(lane.email, lane.max_jobs, lane.executing, 0, lane.quarantine.reason.value)
