"""What keeps callers within limits, built from the settings."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from kinora.adapters.premises import SameFile
from kinora.bootstrap.ground import Ground, build_quota
from kinora.domain.account import Opened
from kinora.ports.limits import Proved
from kinora.settings import Settings
from kinora.usecases.keep_quota import Places, TakeIn
from kinora.usecases.note_calls import NoteCalls
from kinora.web.lag import Lag
from kinora.web.limits import Buckets, CallLimits

log = structlog.get_logger()

PAUSE = 60.0
"""Seconds between writings of what was gathered about callers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """The limits of one API process, and what it gathers about callers."""

    calls: CallLimits
    notes: NoteCalls
    lag: Lag
    take_in: TakeIn
    standing: Callable[[], bool]
    """Whether the database's file is where it was: what is written to a deleted one is lost."""

    def enter(self, address: str) -> None:
        """Count a call from an address; raise TooOften."""
        self.calls.enter(address)

    def admit(self, digest: bytes, *, address: str) -> Proved:
        """Count a call with a key; raise TooOften."""
        return self.calls.admit(digest, address=address)

    def refused(self, *, address: str) -> None:
        """Note a key that opened nothing."""
        self.notes.refused(address)

    def used(self, opened: Opened, at: datetime) -> None:
        """Note that a key was used."""
        self.notes.used(opened, at)

    async def watch(self) -> None:
        """Measure the loop's lag and write what was gathered, for as long as this runs."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.lag.watch())
            group.create_task(self._write())

    async def _write(self) -> None:
        while True:
            await asyncio.sleep(PAUSE)
            try:
                await self.notes.write()
            except Exception:
                log.exception("callers.not_noted")


def build_fence(ground: Ground) -> Fence:
    """Build the fence of one API process."""
    settings, store, clock = ground.settings, ground.store, ground.clock
    places = Places(settings.uploads_at_once)
    return Fence(
        calls=build_limits(settings),
        notes=NoteCalls(store=store, clock=clock),
        lag=Lag(),
        take_in=TakeIn(store=store, clock=clock, places=places, quota=build_quota(settings)),
        standing=SameFile(settings.database),
    )


def build_limits(settings: Settings) -> CallLimits:
    """Build the limits of one API process, its share of what all of them allow."""
    share = 1 / settings.api_processes

    def full(rate: float) -> float:
        return max(1.0, rate * settings.rate_burst * share)

    key, address, failed = (
        settings.rate_per_key,
        settings.rate_per_address,
        settings.rate_failures,
    )
    return CallLimits(
        keys=Buckets(rate=key * share, burst=full(key)),
        addresses=Buckets(rate=address * share, burst=full(address)),
        failures=Buckets(rate=failed * share, burst=full(failed)),
    )
