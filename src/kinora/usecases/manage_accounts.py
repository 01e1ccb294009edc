"""What an operator does with accounts, keys and credits."""

import secrets
from dataclasses import dataclass

from kinora.domain.account import Account, Balance, Key
from kinora.domain.caps import Cap
from kinora.domain.errors import Invalid, NotAllowed
from kinora.domain.ids import AccountId, KeyId
from kinora.domain.keys import PREFIX, Pepper, shown_part
from kinora.domain.plan import Plan
from kinora.ports.clock import Clock, Mint
from kinora.ports.store import Store, Tx
from kinora.usecases.choose_plan import begin_plan

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAccount:
    """Open a new account."""

    store: Store
    clock: Clock

    async def __call__(
        self, *, name: str, plan: str, max_jobs: int, on: Plan | None = None
    ) -> Account:
        """Return the new account, numbered one above the newest.

        It is empty, unless it is put `on` a plan, whose first month then begins now.
        """
        async with self.store.transaction() as tx:
            numbers = [account.id for account in await tx.accounts.list()]
            account = Account(
                id=AccountId(max(numbers, default=0) + 1),
                name=name,
                plan=plan,
                max_jobs=max_jobs,
                active=0,
                balance=Balance(monthly=0, package=0),
                created_at=self.clock.now(),
            )
            await tx.accounts.add(account)
            if on is None:
                return account
            await begin_plan(tx, account.id, on, at=account.created_at)
            await tx.accounts.change(account.id, name=name, plan=plan, max_jobs=max_jobs)
            return await _must_exist(tx, account.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateKey:
    """Make a key that opens an account."""

    store: Store
    clock: Clock
    mint: Mint
    pepper: Pepper

    async def __call__(
        self, account: AccountId, *, name: str, secret: str = "", cap: Cap | None = None
    ) -> tuple[Key, str]:
        """Return the key and its secret, which is never kept; raise NotAllowed, Invalid.

        A `secret` of one's own must be new to this server.
        """
        secret = secret or PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        key = Key(
            id=KeyId(self.mint.id()),
            account=account,
            name=name,
            prefix=shown_part(secret),
            created_at=self.clock.now(),
            cap=cap,
        )
        digest = self.pepper.digest(secret)
        async with self.store.transaction() as tx:
            await _must_exist(tx, account)
            if await tx.keys.owner(digest) is not None:
                raise Invalid("a key with this secret exists already")
            await tx.keys.add(key, digest=digest)
            if cap is not None:
                await tx.keys.set_cap(key.id, cap, at=key.created_at)
        return key, secret


@dataclass(frozen=True, slots=True, kw_only=True)
class CapKey:
    """Change how much a key may spend."""

    store: Store
    clock: Clock

    async def __call__(self, key: KeyId, cap: Cap | None) -> Key:
        """Return the key with its cap, or with none; raise NotAllowed."""
        async with self.store.transaction() as tx:
            await tx.keys.set_cap(key, cap, at=self.clock.now())
            for found in await tx.keys.list():
                if found.id == key:
                    return found
        raise NotAllowed(f"there is no key {key}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantCredits:
    """Give an account credits, or take some back."""

    store: Store
    clock: Clock

    async def __call__(
        self, account: AccountId, *, monthly: int = 0, package: int = 0, note: str = ""
    ) -> Account:
        """Return the account after the grant; raise NotAllowed, or Invalid below zero."""
        async with self.store.transaction() as tx:
            before = await _must_exist(tx, account)
            if before.balance.monthly + monthly < 0 or before.balance.package + package < 0:
                raise Invalid("a balance cannot fall below zero")
            await tx.ledger.grant(
                account, monthly=monthly, package=package, note=note, at=self.clock.now()
            )
            return await _must_exist(tx, account)


async def _must_exist(tx: Tx, account: AccountId) -> Account:
    found = await tx.accounts.get(account)
    if found is None:
        raise NotAllowed(f"there is no account {account}")
    return found
