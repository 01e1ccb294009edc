"""Moderation's notes in SQL."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from kinora.adapters.db.rows import micros, moment
from kinora.adapters.db.statements import Connection
from kinora.domain.ids import AccountId, JobId
from kinora.domain.moderation import Decision, Review, Verdict


class SqlReviews:
    """What moderation noted."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def add(
        self, account: AccountId, job: JobId | None, decision: Decision, *, at: datetime
    ) -> None:
        """Note a decision."""
        self._db.run(
            "add_review",
            {
                "account": account,
                "job": job,
                "verdict": decision.verdict.value,
                "category": decision.category,
                "matched": ", ".join(decision.matched),
                "at": micros(at),
            },
        )

    async def get(self, review: int) -> Review | None:
        """Return a note."""
        row = self._db.one("get_review", {"id": review})
        return _review(row) if row else None

    async def waiting(self, *, at_most: int) -> Sequence[Review]:
        """Return what an operator has yet to look at, oldest first."""
        return [_review(row) for row in self._db.all("open_reviews", {"at_most": at_most})]

    async def newest(self, *, at_most: int) -> Sequence[Review]:
        """Return the newest notes of all kinds."""
        return [_review(row) for row in self._db.all("newest_reviews", {"at_most": at_most})]

    async def close(self, review: int, *, outcome: str) -> bool:
        """Note what an operator said; False when it was said before."""
        return self._db.run("close_review", {"id": review, "outcome": outcome}) > 0


def _review(row: sqlite3.Row) -> Review:
    return Review(
        id=row["id"],
        account=AccountId(row["account"]),
        job=None if row["job"] is None else JobId(row["job"]),
        verdict=Verdict(row["verdict"]),
        category=row["category"],
        matched=row["matched"],
        at=moment(row["at"]),
        outcome=row["outcome"],
    )
