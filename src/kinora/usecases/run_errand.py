"""Have a job made on another server, and bring its result home."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kinora.domain.errand import Errand, Step
from kinora.domain.errors import KinoraError, Overloaded
from kinora.domain.ids import AssetId, JobId
from kinora.domain.job import Job
from kinora.domain.lane import Bar, Lane
from kinora.domain.order import inputs_of
from kinora.domain.rank import Halt
from kinora.ports.blobs import Blobs
from kinora.ports.clock import Clock
from kinora.ports.faults import Point, reach
from kinora.ports.sealing import BadSeal, Sealing
from kinora.ports.store import Store
from kinora.ports.upstream import (
    BadKey,
    CallWriter,
    Door,
    Gone,
    Media,
    NoCredits,
    RefusedThere,
    Stand,
    Standing,
    Unclear,
    Unreachable,
    UpstreamBusy,
    UpstreamError,
    Upstreams,
    bound_to,
)
from kinora.usecases.end_errand import EndErrand
from kinora.usecases.fetch_result import FetchResult

PATIENCE = timedelta(hours=1)
"""How long a job waits for a server that does not take it; then it fails and is paid back."""

LONGEST_WORK = timedelta(hours=24)
"""How long a job may be made elsewhere; also how long calls can be repeated there."""

FIRST_REST, LONGEST_REST = timedelta(seconds=1), timedelta(seconds=60)
SHORTEST_POLL, LONGEST_POLL, GLANCE = 0.5, 5.0, 5.0
"""Seconds between two questions, which grow with the job's age; and the longest sleep."""

A_LOOK = 1.0
"""Seconds between two looks at whether a pause is over."""

PAUSED = "its operator had paused the queue for longer than a job waits for an upstream"

A_STEP = 0.01
BARS: dict[type[UpstreamError], Bar] = {
    Unreachable: Bar.UNREACHABLE,
    BadKey: Bar.CREDENTIALS,
    NoCredits: Bar.CREDITS,
}
NOT_NOW = (Unreachable, UpstreamBusy, BadKey, NoCredits)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunErrand:
    """Takes an errand one step further.

    A call that may cost something is written down before it is sent, and the number that it gets
    before anything else is done with it, each in a commit of its own. So after a crash a job that
    is known elsewhere is asked for by its number; one whose call may or may not have arrived is
    sent again only where that cannot make a second job, and else left to an operator.
    """

    store: Store
    clock: Clock
    blobs: Blobs
    upstreams: Upstreams
    calls: CallWriter
    sealing: Sealing
    fetch: FetchResult
    end: EndErrand
    tell: Callable[..., None]
    sending: set[asyncio.Task[float]] = field(default_factory=set)

    async def __call__(self, job_id: JobId) -> float | None:
        """Do what is to be done now; return the seconds until the next step, None for none."""
        errand = await self.store.view.errands.get(job_id)
        job = await self.store.view.jobs.get(job_id)
        if errand is None or job is None:
            return None
        if job.state.final:
            await self.end.forget(errand)
            return None
        if errand.step is Step.UNKNOWN:
            return None
        return await self._step(errand, job)

    async def _step(self, errand: Errand, job: Job) -> float | None:
        lane = await self.store.view.lanes.get(errand.account, errand.email)
        if lane is None:
            await self.end.failed(errand, job, "its account here is gone", ill=False)
            return None
        if errand.due_at > self.clock.now():
            return self._until(errand.due_at)
        steps = {
            Step.WAITING: self._begin,
            Step.SENDING: self._begin_again,
            Step.SENT: self._follow,
        }
        return await steps[errand.step](errand, job, lane)

    async def finish_sending(self, *, grace: float) -> None:
        """Wait until the answers to calls that are under way have been noted."""
        if self.sending:
            await asyncio.wait(self.sending, timeout=grace)

    async def _begin(self, errand: Errand, job: Job, lane: Lane) -> float | None:
        now, paused = self.clock.now(), await self._paused(errand, lane)
        if now - errand.begun_at > PATIENCE:
            why = f": {errand.note}" if errand.note else ""
            reason = PAUSED if paused else f"the upstream did not take the job{why}"
            await self.end.failed(errand, job, reason, ill=not paused)
            return None
        if paused or lane.closed(now):
            return A_LOOK if paused else GLANCE
        try:
            door = self._door(errand, lane)
            call = errand.call or self.calls.write(job, await self._uploaded(job, door))
        except UpstreamError as error:
            return await self._not_sent(errand, job, lane, error)
        except (OSError, LookupError) as error:
            await self.end.failed(errand, job, f"an input could not be read: {error}", ill=False)
            return None
        return await self._send(errand.sending(call, at=now), errand, job, lane)

    async def _paused(self, errand: Errand, lane: Lane) -> bool:
        """Tell whether an operator has paused everything, the account, or the upstream."""
        there = lane.upstream.host if lane.upstream else ""
        halts = await self.store.view.queue.halts_of(errand.account, upstream=there)
        return Halt.PAUSED in halts

    async def _begin_again(self, errand: Errand, job: Job, lane: Lane) -> float | None:
        """Go on after a call whose answer is not known."""
        upstream, since = lane.upstream, errand.sent_at or errand.begun_at
        fresh = self.clock.now() - since < LONGEST_WORK
        if upstream is None or not upstream.replays or not fresh:
            await self._lose(errand, errand.note or "the server stopped during the call")
            return None
        return await self._send(errand, errand, job, lane)

    async def _send(self, sending: Errand, before: Errand, job: Job, lane: Lane) -> float | None:
        """Write the call down, send it, and write its answer down; a stop waits for that."""
        async with self.store.transaction() as tx:
            if not await tx.errands.save(sending, step=before.step):
                return 0.0
        reach(Point.ERRAND_CALL_KEPT)
        task = asyncio.create_task(self._sent(sending, job, lane))
        self.sending.add(task)
        task.add_done_callback(self.sending.discard)
        return await asyncio.shield(task) or None

    async def _sent(self, errand: Errand, job: Job, lane: Lane) -> float:
        try:
            door = self._door(errand, lane)
            there = await self.upstreams.send(door, errand.call, trace=errand.trace)
        except Unclear as error:
            return await self._unclear(errand, lane, error)
        except UpstreamError as error:
            return await self._not_sent(errand, job, lane, error) or 0.0
        reach(Point.ERRAND_SENT)
        async with self.store.transaction() as tx:
            await tx.errands.save(errand.sent(there, at=self.clock.now()), step=Step.SENDING)
        reach(Point.ERRAND_KEPT)
        await self.end.open_lane(errand)
        self.tell("errand.sent", job=job.id, lane=errand.email, there=there)
        return SHORTEST_POLL

    async def _unclear(self, errand: Errand, lane: Lane, error: Unclear) -> float:
        """Repeat the call later where it cannot make a second job; else leave it to an operator."""
        if lane.upstream is None or not lane.upstream.replays:
            await self._lose(errand, str(error))
            return 0.0
        return await self._later(errand, error)

    async def _not_sent(
        self, errand: Errand, job: Job, lane: Lane, error: UpstreamError
    ) -> float | None:
        """Go on after a call that was certainly not taken."""
        self.tell("errand.refused", job=job.id, lane=errand.email, reason=str(error))
        if isinstance(error, RefusedThere):
            await self.end.moderated(errand, job, str(error))
            return None
        if not isinstance(error, NOT_NOW):
            await self.end.failed(errand, job, str(error), ill=False)
            return None
        due_at = self.clock.now() + _rest(errand.tries)
        back = errand.refused(str(error), due_at=due_at, again=not isinstance(error, BadKey))
        await self.end.put_off(back, step=errand.step, bar=_bar_for(error))
        return self._until(due_at)

    async def _follow(self, errand: Errand, job: Job, lane: Lane) -> float | None:
        """Ask how the job stands there, and bring its result home when there is one."""
        since = errand.sent_at or errand.begun_at
        if self.clock.now() - since > LONGEST_WORK:
            await self._lose(errand, f"not done after a day; {errand.note}".rstrip("; "))
            return None
        try:
            door, there = self._door(errand, lane), errand.there or 0
            standing = await self.upstreams.look(door, errand.call, there)
            return await self._stands(errand, job, standing)
        except Gone as error:
            await self.end.failed(errand, job, str(error), ill=True)
            return None
        except (UpstreamError, Overloaded, OSError) as error:
            return await self._later(errand, error)

    async def _stands(self, errand: Errand, job: Job, standing: Standing) -> float | None:
        match standing.stand:
            case Stand.WORKING:
                await self._note(job, standing.done)
                gone = self.clock.now() - (errand.sent_at or errand.begun_at)
                return min(LONGEST_POLL, max(SHORTEST_POLL, gone.total_seconds() / 10))
            case Stand.DONE:
                await self._bring_home(errand, job, standing)
            case Stand.MODERATED:
                await self.end.moderated(errand, job, "refused by the upstream's moderation")
            case Stand.FAILED:
                reason = f"the upstream failed: {standing.reason}".removesuffix(": ")
                await self.end.failed(errand, job, reason, ill=True)
        return None

    async def _bring_home(self, errand: Errand, job: Job, standing: Standing) -> None:
        try:
            counted = await self.fetch(job, standing.link)
        except Overloaded:
            raise
        except KinoraError as error:
            reason = f"the upstream's result cannot be used: {error}"
            await self.end.failed(errand, job, reason, ill=True)
            return
        self.tell("errand.finished", job=job.id, lane=errand.email, counted=counted)
        await self.end.well(errand)

    async def _later(self, errand: Errand, error: Exception) -> float:
        """Ask or send again after a rest; the lane is closed when it is its fault."""
        self.tell("errand.later", job=errand.job, lane=errand.email, reason=str(error))
        due_at = self.clock.now() + _rest(errand.tries)
        later = errand.later(str(error), due_at=due_at)
        await self.end.put_off(later, step=errand.step, bar=_bar_for(error))
        return self._until(due_at)

    async def _lose(self, errand: Errand, note: str) -> None:
        await self.end.put_off(errand.lost(note), step=errand.step, bar=None, ill=True)
        self.tell("errand.unknown", job=errand.job, lane=errand.email, reason=note)

    async def _uploaded(self, job: Job, door: Door) -> dict[AssetId, int]:
        """Send the inputs there, each once, and return their numbers."""
        given: dict[AssetId, int] = {}
        for asset_id in dict.fromkeys(inputs_of(job.order.ask)):
            asset = await self.store.view.assets.get(asset_id)
            if asset is None:
                raise LookupError(f"file {asset_id} is gone")
            async with self.fetch.room(job) as folder:
                path = await self.blobs.local(asset.place, folder=folder)
                media = Media(kind=asset.kind, mime=asset.mime, path=path)
                given[asset_id] = await self.upstreams.upload(door, media)
        return given

    async def _note(self, job: Job, done: float) -> None:
        if done > job.progress + A_STEP:
            async with self.store.transaction() as tx:
                await tx.jobs.progress(job.id, attempt=job.attempt, done=done)

    def _door(self, errand: Errand, lane: Lane) -> Door:
        if lane.upstream is None:
            raise BadKey("the lane has no upstream any more")
        url = lane.upstream.url
        try:
            about = bound_to(errand.account, errand.email, url)
            key = self.sealing.open(lane.upstream.sealed, about=about)
            return Door(url=url, key=key.decode())
        except BadSeal as error:
            raise BadKey(str(error)) from None

    def _until(self, due_at: datetime) -> float:
        rest = (due_at - self.clock.now()).total_seconds()
        return min(GLANCE, max(0.05, rest))


def _rest(tries: int) -> timedelta:
    doublings: int = 2 ** min(tries, 16)
    return min(LONGEST_REST, FIRST_REST * doublings)


def _bar_for(error: Exception) -> Bar | None:
    return next((bar for kind, bar in BARS.items() if isinstance(error, kind)), None)
