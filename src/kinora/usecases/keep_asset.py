"""Keep new media for as long as the rules say."""

from dataclasses import replace

from kinora.domain.asset import Asset
from kinora.domain.keeping import Keeping
from kinora.ports.store import Tx


async def keep_asset(tx: Tx, asset: Asset, *, otherwise: Keeping) -> Asset:
    """Add an asset within a transaction; it expires by its account's rule, by `otherwise` else."""
    rule = (await tx.retention.rule_for(asset.account)).over(otherwise)
    return await tx.assets.add(replace(asset, expires_at=rule.until(asset)))
