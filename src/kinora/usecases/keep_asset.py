"""Keep new media for as long as the rules say."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from kinora.domain.asset import Asset
from kinora.domain.keeping import Keeping
from kinora.ports.blobs import Blobs
from kinora.ports.store import Tx


async def keep_asset(tx: Tx, asset: Asset, *, otherwise: Keeping) -> Asset:
    """Add an asset within a transaction; it expires by its account's rule, by `otherwise` else."""
    rule = (await tx.retention.rule_for(asset.account)).over(otherwise)
    return await tx.assets.add(replace(asset, expires_at=rule.until(asset)))


async def make_whole(blobs: Blobs, kept: Asset, *, fresh: str, folder: Path) -> None:
    """Put new bytes in the place of equal ones that an asset shares, if those were lost.

    The new ones lie under the name `fresh`, which is doomed when bytes are shared.
    """
    if kept.place == fresh or await blobs.size(kept.place) == kept.size:
        return
    # The broom may have been quicker; then the doctor finds what is lost.
    with suppress(FileNotFoundError):
        await blobs.adopt(await blobs.local(fresh, folder=folder), name=kept.place)
