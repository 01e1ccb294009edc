"""Accounts and keys in SQL."""

from collections.abc import Sequence
from datetime import datetime

from kinora.adapters.db.rows import account_from, key_from, micros
from kinora.adapters.db.statements import Connection
from kinora.domain.account import Account, Key
from kinora.domain.ids import AccountId, KeyId


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

    async def take_place(self, account: AccountId) -> bool:
        """Count one more active job if the limit allows."""
        return self._db.run("take_place", {"id": account}) == 1

    async def free_place(self, account: AccountId) -> None:
        """Count one active job less."""
        self._db.run("free_place", {"id": account})


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
                "created_at": micros(key.created_at),
            },
        )

    async def owner(self, digest: bytes) -> Account | None:
        """Return the account that a key opens, unless unknown or revoked."""
        row = self._db.one("key_owner", {"digest": digest})
        return account_from(row) if row else None

    async def list(self, account: AccountId | None = None) -> Sequence[Key]:
        """Return keys, oldest first."""
        return [key_from(row) for row in self._db.all("list_keys", {"account": account})]

    async def revoke(self, key: KeyId, *, at: datetime) -> bool:
        """Close a key for good."""
        return self._db.run("revoke_key", {"id": key, "at": micros(at)}) == 1
