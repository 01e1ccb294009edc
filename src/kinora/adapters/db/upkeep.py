"""The store as its keeper sees it, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from kinora.adapters.db.rows import asset_from, micros
from kinora.adapters.db.statements import Connection
from kinora.domain.asset import Asset
from kinora.ports.upkeep import Stored


class SqlUpkeep:
    """Questions that read much: for commands, not for doors."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def stored(self, *, after: str, at_most: int) -> Sequence[Stored]:
        """Return the bytes that assets have, by name."""
        rows = self._db.all("stored_bytes", {"after": after, "at_most": at_most})
        return [Stored(name=row["name"], size=row["size"], sha256=row["sha256"]) for row in rows]

    async def having(self, name: str) -> Sequence[Asset]:
        """Return the assets whose bytes lie under a name."""
        return [asset_from(row) for row in self._db.all("assets_having", {"name": name})]

    async def miscounted(self) -> Sequence[str]:
        """Return a sentence for each bytes whose references are counted wrongly."""
        return [
            f"{row['name']}: {row['number']} references are noted, there are {row['counted']}"
            for row in self._db.all("miscounted", {})
        ]

    async def recount(self, *, at: datetime) -> None:
        """Count all references anew."""
        self._db.run("doom_unreferenced", {"at": micros(at)})
        self._db.run("drop_unreferenced", {})
        self._db.run("recount", {})

    async def damage(self) -> Sequence[str]:
        """Return what the database says is wrong with itself."""
        told = [str(row[0]) for row in self._db.all("integrity", {})]
        broken = [
            f"row {row['rowid']} of {row['table']} refers to nothing in {row['parent']}"
            for row in self._db.all("foreign_keys", {})
        ]
        return [*(each for each in told if each != "ok"), *broken]
