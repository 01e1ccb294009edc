"""Let media go whose time has come."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from kinora.domain.asset import Asset
from kinora.domain.errors import UnderLegalHold
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.order import inputs_of
from kinora.ports.clock import Clock
from kinora.ports.store import Store, Tx
from kinora.usecases.remove_media import ClearDoomed, remove_asset

AT_ONCE = 50
"""Assets in one transaction, which submits wait for."""

MOST = 2000
"""Assets in one call: the rest comes with the next one."""

NEEDED_AGAIN = timedelta(hours=1)
HELD_AGAIN = timedelta(days=1)
"""When something that must stay for now is looked at again; meanwhile nothing looks at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireAssets:
    """Delete expired media as its owner would, unless a job, a voice or a legal hold needs it."""

    store: Store
    clock: Clock
    clear: ClearDoomed

    async def __call__(self) -> int:
        """Return how many assets were dealt with."""
        count = 0
        while count < MOST and (dealt := await self._some()):
            count += dealt
        await self.clear()
        return count

    async def _some(self) -> int:
        now = self.clock.now()
        if not await self.store.view.retention.expired(at=now, at_most=1):
            return 0
        async with self.store.transaction() as tx:
            due = await tx.retention.expired(at=now, at_most=AT_ONCE)
            inputs = await _inputs(tx, {asset.account for asset in due})
            for asset in due:
                needed = asset.id in inputs or await tx.retention.speaks(asset.id)
                await self._expire(tx, asset, now, needed=needed)
        return len(due)

    async def _expire(self, tx: Tx, asset: Asset, now: datetime, *, needed: bool) -> None:
        if await tx.assets.get(asset.id) is None:
            # It went with its job, a moment ago.
            return
        if needed:
            await tx.retention.keep_until(asset.id, now + NEEDED_AGAIN)
            return
        try:
            await remove_asset(tx, asset, at=now)
        except UnderLegalHold:
            await tx.retention.keep_until(asset.id, now + HELD_AGAIN)


async def _inputs(tx: Tx, accounts: Collection[AccountId]) -> Collection[AssetId]:
    """Return what the jobs of some accounts need that have not ended; these may be many."""
    working = [job for account in accounts for job in await tx.retention.at_work(account)]
    return {asset for job in working for asset in inputs_of(job.order.ask)}
