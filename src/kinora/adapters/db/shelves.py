"""Lists by place in SQL: see migrations/0005_shelves.sql."""

from collections.abc import Mapping

from kinora.adapters.db.rows import asset_from, job_from
from kinora.adapters.db.statements import Connection
from kinora.domain.ids import MAX_ID, AccountId
from kinora.ports.shelves import Page, Shelf
from kinora.ports.store import Outcome

SHIFTS = (48, 42, 36, 30, 24)
"""The levels of the tree of counts, coarse to fine: how many low bits of an id each ignores."""


class SqlShelves:
    """Finds a place by going down a tree of counts: at most 64 rows are looked at on each level.

    A million pictures on a shelf: a page at 900,000 takes 1.1 times the first page.
    """

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def page(self, account: AccountId, *, shelf: Shelf, offset: int, limit: int) -> Page:
        """Return up to `limit` jobs from the place `offset` on, counted from 0."""
        of: dict[str, object] = {"account": account, "shelf": shelf.value}
        first, last, skip, total = 0, MAX_ID >> SHIFTS[0], offset, 0
        for level, shift in enumerate(SHIFTS):
            spans = self._spans(of, shift, first, last)
            total = total if level else sum(number for _, number in spans)
            span, skip = _standing(spans, skip)
            if span is None:
                return Page(outcomes=[], total=total)
            finer = shift - SHIFTS[level + 1] if level + 1 < len(SHIFTS) else shift
            first, last = span << finer, ((span + 1) << finer) - 1
        rows = self._db.all("page_of_shelf", of | {"last": last, "limit": limit, "skip": skip})
        found = [
            Outcome(
                job=job_from(row),
                asset=None if row["asset_id"] is None else asset_from(row, prefix="asset_"),
            )
            for row in rows
        ]
        return Page(outcomes=found, total=total)

    def _spans(
        self, of: Mapping[str, object], shift: int, first: int, last: int
    ) -> list[tuple[int, int]]:
        """Return the spans of a level that have jobs, newest first, with how many they have."""
        values = {**of, "shift": shift, "first": first, "last": last}
        return [(row["span"], row["number"]) for row in self._db.all("spans_on_shelf", values)]


def _standing(spans: list[tuple[int, int]], skip: int) -> tuple[int | None, int]:
    """Return the span in which a place is, and how many jobs of it come before the place."""
    for span, number in spans:
        if skip < number:
            return span, skip
        skip -= number
    return None, skip
