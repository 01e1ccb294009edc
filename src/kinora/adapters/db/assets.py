"""Assets in SQL, and the bytes that they share.

Bytes are stored under a fresh name before the transaction that adds their asset. In that
transaction either the name becomes the one for their SHA-256, or, when there is one already, the
asset takes that and the fresh name is doomed. A doomed name is never named again, so whoever
removes its bytes, whenever, cannot hit anyone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from kinora.adapters.db.rows import asset_columns, asset_from, micros
from kinora.adapters.db.statements import Connection
from kinora.domain.asset import Asset
from kinora.domain.ids import AccountId, AssetId, JobId


class SqlAssets:
    """What is stored, by id."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def add(self, asset: Asset) -> Asset:
        """Keep a new asset; it comes back with the name of the bytes that it shares."""
        kept = self._shared(asset) if asset.content else asset
        self._db.run("add_asset", asset_columns(kept))
        return kept

    async def get(self, asset: AssetId) -> Asset | None:
        """Return the asset, unless its bytes were given up."""
        row = self._db.one("get_asset", {"id": asset})
        return asset_from(row) if row else None

    async def gone(self, asset: AssetId) -> AccountId | None:
        """Return whose asset this was, when there was one and its bytes were given up."""
        row = self._db.one("gone_asset", {"id": asset})
        return AccountId(row["account"]) if row else None

    async def remove(self, asset: Asset, *, at: datetime) -> None:
        """Give an asset's bytes up: they go with the last asset that has them."""
        if self._db.run("remove_asset", {"id": asset.id, "at": micros(at)}) == 0:
            return
        name = {"name": asset.place}
        if asset.content and self._db.run("unshare_bytes", name):
            return
        if asset.content:
            self._db.run("drop_bytes", name)
        self._db.run("doom", {**name, "at": micros(at)})

    async def of_job(self, job: JobId) -> Sequence[Asset]:
        """Return what a job made and still has, its result first."""
        return [asset_from(row) for row in self._db.all("assets_of_job", {"job": job})]

    async def blobs(self) -> Sequence[str]:
        """Return the names of all bytes that assets have."""
        return [row["name"] for row in self._db.all("list_blobs", {})]

    def _shared(self, asset: Asset) -> Asset:
        known = self._db.one("shared_bytes", {"sha256": asset.sha256})
        if known is None:
            values = {"name": asset.content, "sha256": asset.sha256, "size": asset.size}
            self._db.run("add_bytes", values)
            return asset
        self._db.run("share_bytes", {"name": known["name"]})
        self._db.run("doom", {"name": asset.content, "at": micros(asset.created_at)})
        return replace(asset, content=known["name"])
