"""Accounts and keys in SQL."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kinora.adapters.db.rows import (
    account_from,
    cap_from,
    key_from,
    maybe_micros,
    maybe_moment,
    micros,
    scopes_from,
    scopes_text,
)
from kinora.adapters.db.statements import Connection
from kinora.domain.account import Account, Key, Opened
from kinora.domain.caps import Cap, CapPeriod
from kinora.domain.ids import AccountId, KeyId
from kinora.domain.job import Job
from kinora.domain.plan import Plan
from kinora.domain.rank import Rank

LOOKUP = 8
"""How many bytes of a digest the index holds; see the migration."""

NOTHING = bytes(32)


class SqlAccounts:
    """Accounts, their balances and their places."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def add(self, account: Account) -> None:
        """Keep a new account, empty."""
        self._db.run(
            "add_account",
            {
                "id": account.id,
                "name": account.name,
                "plan": account.plan,
                "max_jobs": account.max_jobs,
                "weight": account.weight,
                "rank": account.rank.value,
                "created_at": micros(account.created_at),
            },
        )

    async def get(self, account: AccountId) -> Account | None:
        """Return the account."""
        row = self._db.one("get_account", {"id": account})
        return account_from(row) if row else None

    async def list(self) -> Sequence[Account]:
        """Return all accounts, oldest first."""
        return [account_from(row) for row in self._db.all("list_accounts", {})]

    async def change(self, account: AccountId, *, name: str, plan: str, max_jobs: int) -> None:
        """Change what an operator may change."""
        values = {"id": account, "name": name, "plan": plan, "max_jobs": max_jobs}
        self._db.run("change_account", values)

    async def reply_url(self, account: AccountId) -> str:
        """Return where an account wants all its jobs to be told."""
        row = self._db.one("get_reply_url", {"id": account})
        return row["reply_url"] if row else ""

    async def set_reply_url(self, account: AccountId, url: str) -> None:
        """Change where an account wants all its jobs to be told."""
        self._db.run("set_reply_url", {"id": account, "url": url})

    async def set_share(self, account: AccountId, *, weight: float, rank: Rank) -> None:
        """Change its share of the engines, and the best class that it may use."""
        values = {"id": account, "weight": weight, "rank": rank.value}
        self._db.run("rank_account", values)

    async def take_place(self, account: AccountId) -> bool:
        """Count one more active job if the limit allows."""
        return self._db.run("take_place", {"id": account}) == 1

    async def subscribe(
        self, account: AccountId, plan: Plan, *, renews_from: datetime, renews_at: datetime | None
    ) -> None:
        """Put an account on a plan."""
        self._db.run(
            "subscribe",
            {
                "id": account,
                "plan": plan.name,
                "max_jobs": plan.max_jobs,
                "allowance": plan.monthly,
                "renews_from": micros(renews_from),
                "renews_at": maybe_micros(renews_at),
            },
        )

    async def to_renew(self, *, at: datetime, at_most: int) -> Sequence[Account]:
        """Return accounts whose next month has begun by a time."""
        values = {"at": micros(at), "at_most": at_most}
        return [account_from(row) for row in self._db.all("to_renew", values)]

    async def renewed(self, account: AccountId, *, due: datetime, renews_at: datetime) -> bool:
        """Note when the month after the one of `due` begins."""
        values = {"id": account, "due": micros(due), "renews_at": micros(renews_at)}
        return self._db.run("renewed", values) == 1


class SqlKeys:
    """Keys by the digest of their secret."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def add(self, key: Key, *, digest: bytes) -> None:
        """Keep a new key."""
        self._db.run(
            "add_key",
            {
                "id": key.id,
                "account": key.account,
                "name": key.name,
                "prefix": key.prefix,
                "digest": digest,
                "scopes": scopes_text(key.scopes),
                "expires_at": maybe_micros(key.expires_at),
                "created_at": micros(key.created_at),
            },
        )

    async def open(self, digest: bytes, *, at: datetime) -> Opened | None:
        """Return what a key opens at a time; as much is compared when there is none."""
        asked = {"lookup": digest[:LOOKUP], "at": micros(at)}
        found = None
        for row in self._db.all("keys_like", asked) or (None,):
            if hmac.compare_digest(row["digest"] if row else NOTHING, digest):
                found = row
        if found is None:
            return None
        return Opened(
            account=account_from(found),
            scopes=scopes_from(found["scopes"]),
            used_at=maybe_moment(found["used_at"]),
        )

    async def known(self, digest: bytes) -> bool:
        """Tell whether there is, or was, a key with this digest."""
        rows = self._db.all("digests_like", {"lookup": digest[:LOOKUP]})
        return any(hmac.compare_digest(row["digest"], digest) for row in rows)

    async def get(self, key: KeyId) -> Key | None:
        """Return the key."""
        row = self._db.one("get_key", {"id": key})
        return key_from(row) if row else None

    async def list(self, account: AccountId | None = None) -> Sequence[Key]:
        """Return keys, oldest first."""
        return [key_from(row) for row in self._db.all("list_keys", {"account": account})]

    async def revoke(self, key: KeyId, *, at: datetime) -> bool:
        """Close a key for good."""
        return self._db.run("revoke_key", {"id": key, "at": micros(at)}) == 1

    async def expire(self, key: KeyId, *, at: datetime) -> bool:
        """Let a key end at a time."""
        return self._db.run("expire_key", {"id": key, "at": micros(at)}) == 1

    async def used(self, keys: Iterable[KeyId], *, at: datetime) -> None:
        """Note when keys were last used."""
        for key in keys:
            self._db.run("use_key", {"id": key, "at": micros(at)})

    async def set_cap(self, key: KeyId, cap: Cap | None, *, at: datetime) -> bool:
        """Cap a key, or no more."""
        period = CapPeriod.TOTAL if cap is None else cap.period
        bounds = _bounds(period, at)
        values: dict[str, Any] = {"id": key, "cap_period": period.value, **bounds}
        values |= {
            "cap": None if cap is None else cap.credits,
            "spent": 0 if cap is None else self._spent(key, bounds),
        }
        return self._db.run("set_cap", values) == 1

    async def spend(self, job: Job) -> Cap | None:
        """Count a job's cost on the key that ordered it; when its cap forbids, return that."""
        key = job.order.key
        row = None if key is None else self._db.one("cap_of_key", {"id": key})
        cap = None if row is None else cap_from(row)
        if key is None or row is None or cap is None:
            return None
        bounds = _bounds(cap.period, job.created_at)
        # A period that was not counted last: the next one, or an earlier one after the clock was
        # set back.
        counted = row["cap_since"] == bounds["since"]
        spent = cap.spent if counted else self._spent(key, bounds)
        if spent + job.cost > cap.credits:
            return replace(cap, spent=spent)
        values = {"id": key, "cap": cap.credits, "cap_period": cap.period.value}
        self._db.run("set_cap", values | bounds | {"spent": spent + job.cost})
        return None

    async def give_back(self, job: Job) -> None:
        """Count the cost of a job that was not made no longer on its key."""
        if job.order.key is not None:
            values = {"id": job.order.key, "cost": job.cost, "created_at": micros(job.created_at)}
            self._db.run("give_back_to_key", values)

    def _spent(self, key: KeyId, bounds: Mapping[str, int]) -> int:
        row = self._db.one("spent_by_key", {"id": key, **bounds})
        return row["spent"] if row else 0


def _bounds(period: CapPeriod, at: datetime) -> dict[str, int]:
    since, until = period.around(at)
    return {"since": micros(since), "until": micros(until)}
