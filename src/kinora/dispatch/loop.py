"""The dispatcher: chooses the next job, hands it over, settles what comes back."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog

from kinora.domain.ids import AssetId, JobId
from kinora.domain.job import Job
from kinora.domain.order import inputs_of
from kinora.ports.blobs import Blobs
from kinora.ports.clock import Clock
from kinora.ports.engine import Output
from kinora.ports.faults import Point, reach
from kinora.ports.fleet import Broke, Fleet, FleetNews, Freed, Made, Moved, Refused
from kinora.ports.store import Store
from kinora.usecases.fail_job import FailJob
from kinora.usecases.finish_job import FinishJob
from kinora.usecases.give_up_waiting import GiveUpWaiting
from kinora.usecases.recover_jobs import RecoverJobs

log = structlog.get_logger()

REPEATABLE = timedelta(hours=24)
"""How long a submit can be repeated and gets the first answer."""

TIDY_EVERY = 15.0
"""Seconds between two looks at what time alone brings about."""

Chore = Callable[[], Awaitable[object]]

LOOK_ANYWAY = 1.0
"""Seconds after which the queue is looked at even when nobody knocked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """The ways in which an attempt, or the wait for one, can end."""

    finish: FinishJob
    fail: FailJob
    recover: RecoverJobs
    give_up_waiting: GiveUpWaiting


@dataclass(slots=True, kw_only=True)
class Dispatcher:
    """Keeps engines busy and brings every job to its one end; does `chores` from time to time."""

    store: Store
    blobs: Blobs
    fleet: Fleet
    clock: Clock
    outcomes: Outcomes
    workshop: Path
    chores: Sequence[Chore] = ()
    knock: asyncio.Event = field(default_factory=asyncio.Event)
    running: dict[JobId, Job] = field(default_factory=dict)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    draining: bool = False

    async def run(self) -> None:
        """Work until `drain` is done; raises when the store or the fleet cannot go on."""
        shutil.rmtree(self.workshop, ignore_errors=True)
        self.workshop.mkdir(parents=True)
        recovered = await self.outcomes.recover()
        log.info("dispatcher.started", recovered=recovered)
        await self.fleet.start()
        async with asyncio.TaskGroup() as group:
            choosing = group.create_task(self._choose())
            tidying = group.create_task(self._tidy())
            listening = group.create_task(self._listen())
            group.create_task(self._end_with(listening, [choosing, tidying]))

    async def drain(self, *, grace: float) -> None:
        """Take nothing new; let running jobs finish in `grace` seconds, put the rest back."""
        self.draining = True
        self.knock.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._all_settled()
        for job in list(self.running.values()):
            await self.outcomes.recover.stopped(job)
            log.info("job.put_back", job=job.id)
        await self.fleet.close()

    async def _all_settled(self) -> None:
        while self.running:
            self.settled.clear()
            await self.settled.wait()

    async def _end_with(
        self, listening: asyncio.Task[None], others: Sequence[asyncio.Task[None]]
    ) -> None:
        await listening
        for other in others:
            other.cancel()

    async def _tidy(self) -> None:
        while True:
            async with self.store.transaction() as tx:
                await tx.answers.forget(before=self.clock.now() - REPEATABLE)
            for chore in self.chores:
                await self._do(chore)
            await asyncio.sleep(TIDY_EVERY)

    async def _do(self, chore: Chore) -> None:
        try:
            await chore()
        except Exception:
            # Jobs go on; the chore comes again.
            log.exception("chore.failed")

    async def _choose(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.knock.wait(), LOOK_ANYWAY)
            self.knock.clear()
            await self._stop_the_forsaken()
            await self._give_up_waiting()
            while self.fleet.free and not self.draining and await self._start_one():
                pass

    async def _start_one(self) -> bool:
        async with self.store.transaction() as tx:
            job = await tx.jobs.claim(at=self.clock.now(), warm=self.fleet.warm)
            if job is not None:
                reach(Point.CLAIM_WRITTEN)
        if job is None:
            return False
        reach(Point.CLAIM_KEPT)
        self.running[job.id] = job
        log.info("job.started", job=job.id, attempt=job.attempt, trace=job.order.trace)
        folder = self._folder(job)
        folder.mkdir()
        try:
            inputs = await self._inputs(job, folder)
        except (OSError, LookupError) as error:
            await self._settle(Refused(job=job, reason=f"an input could not be read: {error}"))
            return True
        await self.fleet.hand_over(job, inputs=inputs, folder=folder)
        reach(Point.HANDED_OVER)
        return True

    async def _give_up_waiting(self) -> None:
        ended = await self.outcomes.give_up_waiting()
        if ended:
            log.info("jobs.waited_too_long", number=ended)

    async def _inputs(self, job: Job, folder: Path) -> dict[AssetId, Path]:
        files = {}
        for asset_id in inputs_of(job.order.ask):
            asset = await self.store.view.assets.get(asset_id)
            if asset is None:
                raise LookupError(f"image {asset_id} is gone")
            files[asset_id] = await self.blobs.local(asset.place, folder=folder)
        return files

    async def _stop_the_forsaken(self) -> None:
        """Stop engines whose job has ended without them, by a cancel."""
        for job in list(self.running.values()):
            now = await self.store.view.jobs.get(job.id)
            if now is None or now.state.final or now.attempt != job.attempt:
                await self.fleet.stop(job)

    async def _listen(self) -> None:
        async for news in self.fleet.news():
            await self._settle(news)

    async def _settle(self, news: FleetNews) -> None:
        match news:
            case Freed():
                self.knock.set()
            case Moved(job=job, done=done):
                async with self.store.transaction() as tx:
                    await tx.jobs.progress(job.id, attempt=job.attempt, done=done)
            case Made(job=job) | Refused(job=job) | Broke(job=job):
                await self._end(news)
                self.running.pop(job.id, None)
                shutil.rmtree(self._folder(job), ignore_errors=True)
                self.settled.set()
                self.knock.set()

    async def _end(self, news: Made | Refused | Broke) -> None:
        match news:
            case Made(job=job, output=output):
                await self._finish(job, output)
            case Refused(job=job, reason=reason):
                await self.outcomes.fail(job, reason=reason)
                log.info("job.refused", job=job.id, reason=reason)
            case Broke(job=job, reason=reason):
                log.warning("job.broke", job=job.id, attempt=job.attempt, reason=reason)
                await self.outcomes.recover.lost(job, reason=reason)

    def _folder(self, job: Job) -> Path:
        return self.workshop / f"{job.id}-{job.attempt}"

    async def _finish(self, job: Job, output: Output) -> None:
        try:
            counted = await self.outcomes.finish(job, output=output)
        except Exception as error:
            # What breaks the end of one job must not take those along that run beside it.
            log.exception("job.not_stored", job=job.id, attempt=job.attempt)
            why = f": {error.strerror}" if isinstance(error, OSError) else ""
            reason = f"the result could not be stored{why}"
            await self.outcomes.recover.lost(job, reason=reason)
        else:
            log.info("job.finished", job=job.id, attempt=job.attempt, counted=counted)
