"""Retention, legal holds and doomed bytes in SQL."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from kinora.adapters.db.rows import asset_from, job_from, micros, moment
from kinora.adapters.db.statements import Connection
from kinora.domain.asset import Asset
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.job import Job
from kinora.domain.keeping import Keeping, LegalHold, Rule


class SqlRetention:
    """Rules of keeping, and what they have made due."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def rules(self) -> Sequence[Rule]:
        """Return every rule."""
        return [
            Rule(scope=row["scope"], name=row["name"], keeping=_keeping(row))
            for row in self._db.all("list_rules", {})
        ]

    async def rule_for(self, account: AccountId) -> Keeping:
        """Return what the rules say for an account."""
        rule = Keeping()
        for row in self._db.all("rules_for", {"account": account}):
            rule = rule.over(_keeping(row))
        return rule

    async def put(self, rule: Rule) -> None:
        """Keep a rule."""
        days = {"results": rule.keeping.results, "uploads": rule.keeping.uploads}
        self._db.run("put_rule", {"scope": rule.scope, "name": rule.name, **days})

    async def drop(self, scope: str, name: str) -> bool:
        """Forget a rule."""
        return self._db.run("drop_rule", {"scope": scope, "name": name}) > 0

    async def expired(self, *, at: datetime, at_most: int) -> Sequence[Asset]:
        """Return what has expired."""
        rows = self._db.all("expired_assets", {"at": micros(at), "at_most": at_most})
        return [asset_from(row) for row in rows]

    async def keep_until(self, asset: AssetId, until: datetime | None) -> None:
        """Let an asset expire at another time, or never."""
        self._db.run("put_expiry", {"id": asset, "until": None if until is None else micros(until)})

    async def of_account(
        self, account: AccountId, *, above: AssetId, at_most: int
    ) -> Sequence[Asset]:
        """Return an account's assets, oldest first, above an id."""
        values = {"account": account, "above": above, "at_most": at_most}
        return [asset_from(row) for row in self._db.all("assets_of_account", values)]

    async def at_work(self, account: AccountId) -> Sequence[Job]:
        """Return an account's jobs that have not ended."""
        return [job_from(row) for row in self._db.all("active_jobs", {"account": account})]

    async def speaks(self, sound: AssetId) -> bool:
        """Tell whether a voice was taken from a sound."""
        return self._db.one("voice_of_sound", {"sound": sound}) is not None


class SqlDoomed:
    """Names whose bytes are to go."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def add(self, name: str, *, at: datetime) -> None:
        """Give bytes up."""
        self._db.run("doom", {"name": name, "at": micros(at)})

    async def some(self, *, at_most: int) -> Sequence[str]:
        """Return names whose bytes are to go."""
        return [row["name"] for row in self._db.all("doomed", {"at_most": at_most})]

    async def cleared(self, names: Sequence[str]) -> None:
        """Forget names whose bytes are gone."""
        self._db.run("cleared", {"names": json.dumps(list(names))})


class SqlLegalHolds:
    """What must not be deleted."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def add(
        self,
        account: AccountId,
        *,
        job: JobId | None,
        asset: AssetId | None,
        reason: str,
        who: str,
        at: datetime,
    ) -> LegalHold:
        """Keep a hold and return it with its number."""
        of = {"account": account, "job": job, "asset": asset}
        row = self._db.one("add_legal_hold", {**of, "reason": reason, "who": who, "at": micros(at)})
        if row is None:
            raise sqlite3.DatabaseError("an insert gave nothing back")
        return _hold(row)

    async def end(self, hold: int, *, who: str, at: datetime) -> bool:
        """Lift a hold."""
        return self._db.run("end_legal_hold", {"id": hold, "who": who, "at": micros(at)}) > 0

    async def of_account(self, account: AccountId) -> Sequence[LegalHold]:
        """Return the holds on an account that go on."""
        return [_hold(row) for row in self._db.all("open_legal_holds", {"account": account})]

    async def list(self, *, ended: bool = False) -> Sequence[LegalHold]:
        """Return all holds that go on, or those that have ended too."""
        return [_hold(row) for row in self._db.all("legal_holds", {"ended": ended})]


def _keeping(row: sqlite3.Row) -> Keeping:
    return Keeping(results=row["results"], uploads=row["uploads"])


def _hold(row: sqlite3.Row) -> LegalHold:
    return LegalHold(
        id=row["id"],
        account=AccountId(row["account"]),
        job=None if row["job"] is None else JobId(row["job"]),
        asset=None if row["asset"] is None else AssetId(row["asset"]),
        reason=row["reason"],
        who=row["who"],
        at=moment(row["at"]),
        ended_at=None if row["ended_at"] is None else moment(row["ended_at"]),
        ended_by=row["ended_by"],
    )
