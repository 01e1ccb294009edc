"""The ledger, stored answers and the outbox in SQL."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kinora.adapters.db.audit import prove
from kinora.adapters.db.rows import entry_from, fact_from, lines_from, micros, price_from
from kinora.adapters.db.statements import Connection
from kinora.domain.account import Balance
from kinora.domain.fact import Fact, FactKind
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job, WrongState
from kinora.domain.ledger import Book, Entry, Movement, Split, Used
from kinora.domain.order import Feature
from kinora.domain.proof import Proof
from kinora.domain.statement import Standing, Statement
from kinora.ports.store import Answered, UsageAsk

NOTHING: dict[Any, Any] = dict.fromkeys(Book, 0)


class SqlLedger:
    """Credits: entries, and balances that are their sums.

    An entry holds its postings as one column for each book, so that one row is the whole movement
    and the database refuses a row that does not sum to zero.
    """

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def grant(
        self, account: AccountId, *, monthly: int, package: int, note: str, at: datetime
    ) -> None:
        """Give credits, or take them: those are written off."""
        given = (max(monthly, 0), max(package, 0))
        taken = (min(monthly, 0), min(package, 0))
        # A grant of nothing is an entry all the same, as its note may be what matters.
        if any(given) or not any(taken):
            self._grant(Movement.GRANT, Book.ISSUED, given, account=account, note=note, at=at)
        if any(taken):
            self._grant(
                Movement.WRITE_OFF, Book.WRITTEN_OFF, taken, account=account, note=note, at=at
            )

    async def hold(self, job: Job, *, at: datetime) -> bool:
        """Set the job's cost aside."""
        row = self._db.one("purses", {"account": job.account})
        if row is None:
            return False
        split = Split.of(job.cost, Balance(monthly=row["monthly"], package=row["package"]))
        if split is None:
            return False
        self._write_for(
            job,
            Movement.HOLD,
            {Book.MONTHLY: -split.monthly, Book.PACKAGE: -split.package, Book.HELD: job.cost},
            at=at,
        )
        return True

    async def settle(self, job: Job, *, at: datetime) -> None:
        """Take what was held for the job for good."""
        held = self._hold_of(job)[Book.HELD]
        self._write_for(job, Movement.SETTLE, {Book.HELD: -held, Book.REVENUE: held}, at=at)

    async def release(self, job: Job, *, at: datetime) -> None:
        """Give back what was held for the job."""
        back = {book: -amount for book, amount in self._hold_of(job).items()}
        self._write_for(job, Movement.RELEASE, back, at=at)

    async def renew(
        self, account: AccountId, *, allowance: int, due: datetime, at: datetime
    ) -> None:
        """Begin a month: what is left of monthly credits expires, new ones come."""
        row = self._db.one("purses", {"account": account})
        left = row["monthly"] if row else 0
        more: dict[str, Any] = {"account": account, "at": at, "due": micros(due)}
        if left:
            self._write(Movement.EXPIRE, {Book.MONTHLY: -left, Book.EXPIRED: left}, **more)
        self._write(Movement.RENEW, {Book.MONTHLY: allowance, Book.ISSUED: -allowance}, **more)

    async def entries(self, account: AccountId, *, newest: int = 100) -> Sequence[Entry]:
        """Return an account's entries, newest first."""
        rows = self._db.all("list_entries", {"account": account, "newest": newest})
        return [entry_from(row) for row in rows]

    async def usage(self, account: AccountId, asked: UsageAsk) -> Sequence[Used]:
        """Return an account's entries of jobs, newest first."""
        values = {
            "account": account,
            "before": asked.before,
            "since": None if asked.since is None else micros(asked.since),
            "until": None if asked.until is None else micros(asked.until),
            "movements": json.dumps(sorted(asked.movements)),
            "features": json.dumps(sorted(asked.features)),
            "at_most": asked.at_most,
        }
        return [
            Used(
                entry=entry_from(row),
                feature=Feature(row["feature"]),
                model=row["model"],
                quality=row["quality"],
                price=price_from(row["quote"]),
            )
            for row in self._db.all("usage", values)
        ]

    async def prove(self) -> Proof:
        """Return what was checked of all the books at one moment."""
        return prove(self._db)

    async def discrepancies(self) -> Sequence[str]:
        """Return a sentence for each thing that does not add up."""
        return [str(finding) for finding in prove(self._db).findings]

    async def statement(self, account: AccountId, *, since: datetime, until: datetime) -> Statement:
        """Return an account's entries from `since` until before `until`, with its balances."""
        newest = self._db.one("newest_entry", {"account": account})
        bounds = {"account": account, "newest": newest["id"] if newest else 0}
        opening = self._standing(bounds, before=since)
        times = {"since": micros(since), "until": micros(until)}
        return Statement(
            opening=opening,
            closing=self._standing(bounds, before=until),
            lines=lines_from(self._db.each("statement", bounds | times), opening),
        )

    def _standing(self, bounds: Mapping[str, int], *, before: datetime) -> Standing:
        row = self._db.one("standing", {**bounds, "before": micros(before)})
        return Standing(**dict(row)) if row else Standing()

    def _hold_of(self, job: Job) -> dict[Book, int]:
        row = self._db.one("open_hold", {"job": job.id})
        if row is None:
            raise WrongState(f"nothing is held for job {job.id}")
        return {book: row[book] for book in (Book.MONTHLY, Book.PACKAGE, Book.HELD)}

    def _grant(self, movement: Movement, house: Book, purses: tuple[int, int], **more: Any) -> None:
        monthly, package = purses
        books = {Book.MONTHLY: monthly, Book.PACKAGE: package, house: -monthly - package}
        self._write(movement, books, **more)

    def _write_for(
        self, job: Job, movement: Movement, books: Mapping[Book, int], *, at: datetime
    ) -> None:
        self._write(movement, books, account=job.account, at=at, job=job.id, note=job.reason)

    def _write(
        self,
        movement: Movement,
        books: Mapping[Book, int],
        *,
        account: AccountId,
        at: datetime,
        **more: Any,
    ) -> None:
        values = {"job": None, "note": "", "due": None} | more
        values |= {"account": account, "movement": movement.value, "at": micros(at)}
        self._db.run("add_entry", NOTHING | dict(books) | values)


class SqlAnswers:
    """Answers already given."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def find(self, account: AccountId, *, scope: str, key: str) -> Answered | None:
        """Return the stored answer."""
        row = self._db.one("find_answer", {"account": account, "scope": scope, "key": key})
        return Answered(digest=row["digest"], job=JobId(row["job"])) if row else None

    async def add(
        self, account: AccountId, *, scope: str, key: str, answered: Answered, at: datetime
    ) -> None:
        """Store an answer."""
        values = {"account": account, "scope": scope, "key": key, "digest": answered.digest}
        self._db.run("add_answer", values | {"job": answered.job, "at": micros(at)})

    async def forget(self, *, before: datetime) -> int:
        """Drop answers given before a time."""
        return self._db.run("forget_answers", {"before": micros(before)})


class SqlOutbox:
    """Facts that the world must hear."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def add(self, kind: FactKind, job: Job, *, at: datetime) -> None:
        """Keep a fact."""
        values = {"kind": kind.value, "account": job.account, "job": job.id, "at": micros(at)}
        self._db.run("add_fact", values)

    async def untold(self, *, at_most: int) -> Sequence[Fact]:
        """Return facts not yet told, oldest first."""
        return [fact_from(row) for row in self._db.all("untold_facts", {"at_most": at_most})]

    async def told(self, facts: Sequence[Fact], *, at: datetime) -> None:
        """Mark facts as told."""
        for fact in facts:
            self._db.run("tell_fact", {"id": fact.id, "at": micros(at)})
