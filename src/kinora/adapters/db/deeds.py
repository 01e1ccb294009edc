"""The audit log and quotas in SQL."""

from collections.abc import Sequence

from kinora.adapters.db.rows import micros, moment
from kinora.adapters.db.statements import Connection
from kinora.domain.deed import Deed
from kinora.domain.ids import AccountId


def add_deed(db: Connection, deed: Deed) -> None:
    """Write a deed as a row."""
    db.run(
        "add_deed",
        {
            "at": micros(deed.at),
            "who": deed.who,
            "what": deed.what,
            "target": deed.target,
            "detail": deed.detail,
            "address": deed.address,
        },
    )


class SqlAudit:
    """Deeds; triggers see to it that none is changed or removed."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def add(self, deed: Deed) -> None:
        """Keep a deed."""
        add_deed(self._db, deed)

    async def newest(self, *, at_most: int) -> Sequence[Deed]:
        """Return deeds, newest first."""
        return [
            Deed(
                at=moment(row["at"]),
                who=row["who"],
                what=row["what"],
                target=row["target"],
                detail=row["detail"],
                address=row["address"],
            )
            for row in self._db.all("newest_deeds", {"at_most": at_most})
        ]


class SqlQuotas:
    """Bytes are counted by triggers on the assets, the rest here."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def kept(self, account: AccountId) -> int:
        """Return how many bytes of media an account keeps."""
        row = self._db.one("kept_bytes", {"account": account})
        return row["bytes"] if row else 0

    async def tally(self, account: AccountId, what: str, *, span: int, most: int) -> bool:
        """Count one more; what was counted for earlier spans is forgotten on the way."""
        values = {"account": account, "what": what, "span": span}
        self._db.run("forget_tallies", values)
        return self._db.run("tally", values | {"most": most}) == 1

    async def tallied(self, account: AccountId, what: str, *, span: int) -> int:
        """Return how often an account did something in a span of time."""
        row = self._db.one("tallied", {"account": account, "what": what, "span": span})
        return row["number"] if row else 0
