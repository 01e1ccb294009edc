"""Remove stored bytes that belong to nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from kinora.ports.blobs import Blobs
from kinora.ports.clock import Clock
from kinora.ports.store import Store

QUARANTINE = timedelta(hours=1)
"""Bytes are stored before the commit that names them; younger ones may be about to be named."""

PARTS = [f"{kind}/{number:02x}" for number in range(256) for kind in ("content", "given", "made")]
"""The folders of the store (see `usecases/naming.py`)."""

PACE = timedelta(minutes=10)
AT_ONCE = 2
"""Parts that are swept in passing: all of them in 64 hours, each with a 256th of the files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepBlobs:
    """Find blobs that no asset names: leftovers of late attempts and of sudden ends."""

    store: Store
    blobs: Blobs
    clock: Clock

    async def __call__(self) -> Sequence[str]:
        """Delete the orphans and return their names."""
        orphans = await self.orphans()
        for name in orphans:
            await self.blobs.delete(name)
        return orphans

    async def in_passing(self) -> int:
        """Sweep a small part of the store, another one each ten minutes; return how many went."""
        now, swept = self.clock.now(), 0
        turn = int(now.timestamp() // PACE.total_seconds())
        for part in range(turn * AT_ONCE, (turn + 1) * AT_ONCE):
            within = PARTS[part % len(PARTS)]
            for name in await self.blobs.list(older_than=now - QUARANTINE, within=within):
                if not await self.store.view.upkeep.having(name):
                    await self.blobs.delete(name)
                    swept += 1
        return swept

    async def orphans(self) -> Sequence[str]:
        """Return the names of blobs, old enough to judge, that no asset names."""
        old = await self.blobs.list(older_than=self.clock.now() - QUARANTINE)
        named = set(await self.store.view.assets.blobs())
        return [name for name in old if name not in named]
