"""Keep what was uploaded and found good."""

from pathlib import Path

from kinora.domain.asset import Asset
from kinora.domain.errors import KinoraError
from kinora.domain.keeping import Keeping
from kinora.ports.blobs import Blobs
from kinora.ports.faults import Point, reach
from kinora.ports.store import Store
from kinora.usecases.keep_asset import keep_asset, make_whole
from kinora.usecases.keep_quota import within_quota
from kinora.usecases.read_quota import ReadQuota


async def keep_upload(
    asset: Asset, path: Path, *, store: Store, blobs: Blobs, keeping: Keeping, quota: ReadQuota
) -> Asset:
    """Store the file at `path` as an asset's bytes; return the asset as it is kept.

    Raises QuotaReached, TooOften or Overloaded, which leave no bytes.
    """
    await blobs.adopt(path, name=asset.place)
    reach(Point.UPLOAD_STORED)
    try:
        async with store.transaction() as tx:
            kept = await keep_asset(tx, asset, otherwise=keeping)
            await within_quota(tx, kept, quota)
    except KinoraError:
        await blobs.delete(asset.place)
        raise
    reach(Point.UPLOAD_KEPT)
    await make_whole(blobs, kept, fresh=asset.place, folder=path.parent)
    return kept
