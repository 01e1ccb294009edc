"""The ledger, stored answers and the outbox in SQL."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kinora.adapters.db.rows import entry_from, fact_from, micros
from kinora.adapters.db.statements import Connection
from kinora.domain.account import Balance
from kinora.domain.fact import Fact, FactKind
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job, WrongState
from kinora.domain.ledger import Entry, Movement, Split, Used
from kinora.domain.order import Feature
from kinora.ports.store import Answered, UsageAsk


class SqlLedger:
    """Credits: entries, and balances that are their sums."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def grant(
        self, account: AccountId, *, monthly: int, package: int, note: str, at: datetime
    ) -> None:
        """Give credits, or take them."""
        purses = Split(monthly=monthly, package=package)
        self._write(Movement.GRANT, purses, account=account, note=note, at=at)

    async def hold(self, job: Job, *, at: datetime) -> bool:
        """Set the job's cost aside."""
        row = self._db.one("purses", {"account": job.account})
        if row is None:
            return False
        split = Split.of(job.cost, Balance(monthly=row["monthly"], package=row["package"]))
        if split is None:
            return False
        taken = Split(monthly=-split.monthly, package=-split.package)
        self._write_for(job, Movement.HOLD, taken, held=job.cost, at=at)
        return True

    async def settle(self, job: Job, *, at: datetime) -> None:
        """Take what was held for the job for good."""
        _, held = self._hold_of(job)
        nothing = Split(monthly=0, package=0)
        self._write_for(job, Movement.SETTLE, nothing, held=-held, at=at)

    async def release(self, job: Job, *, at: datetime) -> None:
        """Give back what was held for the job."""
        split, held = self._hold_of(job)
        self._write_for(job, Movement.RELEASE, split, held=-held, at=at)

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
            )
            for row in self._db.all("usage", values)
        ]

    async def discrepancies(self) -> Sequence[str]:
        """Return a sentence for each account whose books do not add up."""
        sums = [
            f"account {row['id']}: balances {row['monthly']}/{row['package']}/{row['held']} "
            f"(monthly/package/held) are not the sums of the entries "
            f"{row['sum_monthly']}/{row['sum_package']}/{row['sum_held']}"
            for row in self._db.all("sums_that_differ", {})
        ]
        holds = [
            f"account {row['id']}: holds {row['held']} credits, its active jobs cost "
            f"{row['running']}"
            for row in self._db.all("holds_that_differ", {})
        ]
        places = [
            f"account {row['id']}: counts {row['active']} active jobs, has {row['running']}"
            for row in self._db.all("places_that_differ", {})
        ]
        return [*sums, *holds, *places]

    def _hold_of(self, job: Job) -> tuple[Split, int]:
        row = self._db.one("open_hold", {"job": job.id})
        if row is None:
            raise WrongState(f"nothing is held for job {job.id}")
        return Split(monthly=-row["monthly"], package=-row["package"]), row["held"]

    def _write_for(
        self, job: Job, movement: Movement, purses: Split, *, held: int, at: datetime
    ) -> None:
        of_job = {"job": job.id, "held": held, "note": job.reason}
        self._write(movement, purses, account=job.account, at=at, **of_job)

    def _write(
        self, movement: Movement, purses: Split, *, account: AccountId, at: datetime, **more: Any
    ) -> None:
        values = {
            "account": account,
            "job": None,
            "movement": movement.value,
            "monthly": purses.monthly,
            "package": purses.package,
            "held": 0,
            "note": "",
            "at": micros(at),
        } | more
        self._db.run("add_entry", values)
        self._db.run("move_credits", values)


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
