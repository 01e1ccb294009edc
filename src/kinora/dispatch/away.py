"""Jobs that are made on other servers: they wait for no engine of ours, and no engine for them."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from kinora.domain.ids import JobId
from kinora.ports.store import Store
from kinora.usecases.run_errand import RunErrand

log = structlog.get_logger()

LOOK_ANYWAY = 0.5
"""Seconds after which new errands are looked for even when nobody knocked."""

REST_AFTER_FAULT = 5.0


@dataclass(slots=True, kw_only=True)
class AwayDispatcher:
    """Keeps every open errand going, each in a coroutine of its own.

    How many there are is bounded by the places of their lanes, which were taken at the submit.
    """

    store: Store
    run_errand: RunErrand
    workshop: Path
    knock: asyncio.Event = field(default_factory=asyncio.Event)
    closing: bool = False
    going: dict[JobId, asyncio.Task[None]] = field(default_factory=dict)

    @asynccontextmanager
    async def at_work(self, *, grace: float) -> AsyncIterator[None]:
        """Run for as long as the block lasts, and close in the end."""
        looking = asyncio.create_task(self.run())
        try:
            yield
        finally:
            looking.cancel()
            await self.close(grace=grace)

    async def run(self) -> None:
        """Look for errands until this is cancelled."""
        shutil.rmtree(self.workshop, ignore_errors=True)
        self.workshop.mkdir(parents=True)
        while True:
            try:
                await self._look()
            except Exception:
                log.exception("errands.failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self.knock.wait(), LOOK_ANYWAY)
            self.knock.clear()

    async def _look(self) -> None:
        for errand in await self.store.view.errands.open():
            if errand.job not in self.going and not self.closing:
                self._go(errand.job)

    async def close(self, *, grace: float) -> None:
        """Stop; calls that are under way get `grace` seconds for their answer to be noted."""
        self.closing = True
        going = list(self.going.values())
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        await self.run_errand.finish_sending(grace=grace)

    def _go(self, job: JobId) -> None:
        task = asyncio.create_task(self._keep_going(job))
        self.going[job] = task
        task.add_done_callback(lambda _: self.going.pop(job, None))

    async def _keep_going(self, job: JobId) -> None:
        try:
            rest: float | None = 0.0
            while rest is not None:
                await asyncio.sleep(rest)
                rest = await self.run_errand(job)
        except Exception:
            log.exception("errand.fault", job=job)
            await asyncio.sleep(REST_AFTER_FAULT)
