"""The one way in which stored media goes: deleted by its owner, refused, or expired.

Within a transaction the asset is marked, its bytes lose a reference, and bytes that lost the
last one are doomed: their name is written down. After the commit `ClearDoomed` removes them. A
crash in between leaves the names, so they are removed later.
"""

from dataclasses import dataclass
from datetime import datetime

from kinora.domain.asset import Asset
from kinora.domain.errors import UnderLegalHold
from kinora.domain.ids import AccountId
from kinora.domain.job import Job, JobState
from kinora.domain.keeping import Held
from kinora.domain.order import inputs_of
from kinora.ports.blobs import Blobs
from kinora.ports.store import Store, Tx

AT_ONCE = 100


async def held_of(tx: Tx, account: AccountId) -> Held:
    """Return what of an account must stay; a held job's inputs stay with it."""
    holds = await tx.legal_holds.of_account(account)
    jobs = frozenset(hold.job for hold in holds if hold.job is not None)
    assets = {hold.asset for hold in holds if hold.asset is not None}
    for number in jobs:
        job = await tx.jobs.get(number)
        assets.update(inputs_of(job.order.ask) if job else ())
    everything = any(hold.job is None and hold.asset is None for hold in holds)
    return Held(everything=everything, jobs=jobs, assets=frozenset(assets))


async def remove_results(tx: Tx, job: Job, *, at: datetime) -> None:
    """Delete all that a completed job has made; raise UnderLegalHold."""
    made = await tx.assets.of_job(job.id)
    held = await held_of(tx, job.account)
    if any(held.covers(asset) for asset in made):
        raise UnderLegalHold(f"job {job.id} is under a legal hold and cannot be deleted")
    await tx.jobs.save(job.delete(at=at), state=job.state, attempt=job.attempt)
    for asset in made:
        await tx.assets.remove(asset, at=at)


async def remove_asset(tx: Tx, asset: Asset, *, at: datetime) -> None:
    """Delete an asset, and with a result all that its job has made; raise UnderLegalHold."""
    job = None if asset.job is None else await tx.jobs.get(asset.job)
    if job is not None and job.state is JobState.COMPLETED:
        await remove_results(tx, job, at=at)
    else:
        await remove_upload(tx, asset, at=at)


async def remove_upload(tx: Tx, asset: Asset, *, at: datetime) -> None:
    """Delete an upload; raise UnderLegalHold."""
    if (await held_of(tx, asset.account)).covers(asset):
        raise UnderLegalHold(f"upload {asset.id} is under a legal hold and cannot be deleted")
    await tx.assets.remove(asset, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearDoomed:
    """Remove the bytes that were given up; it may run anywhere, any number of times."""

    store: Store
    blobs: Blobs

    async def __call__(self) -> int:
        """Return how many went; those that cannot be removed now stay written down."""
        cleared = 0
        while names := await self.store.view.doomed.some(at_most=AT_ONCE):
            # Asked after the names were read: a backup that begins now knows of these.
            if await self.blobs.frozen():
                break
            gone = [name for name in names if await self._removed(name)]
            async with self.store.transaction() as tx:
                await tx.doomed.cleared(gone)
            cleared += len(gone)
            if len(gone) < len(names):
                break
        return cleared

    async def _removed(self, name: str) -> bool:
        try:
            await self.blobs.delete(name)
        except OSError:
            return False
        return True
