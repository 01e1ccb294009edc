"""Remove stored bytes that belong to nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from kinora.ports.blobs import Blobs
from kinora.ports.clock import Clock
from kinora.ports.store import Store

QUARANTINE = timedelta(hours=1)
"""Bytes are stored before the commit that names them; younger ones may be about to be named."""


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

    async def orphans(self) -> Sequence[str]:
        """Return the names of blobs, old enough to judge, that no asset names."""
        old = await self.blobs.list(older_than=self.clock.now() - QUARANTINE)
        named = set(await self.store.view.assets.blobs())
        return [name for name in old if name not in named]
