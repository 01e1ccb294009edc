"""What an operator does with accounts, keys and credits."""

import secrets
from dataclasses import dataclass, replace

from kinora.domain.account import Account, Balance, Key
from kinora.domain.caps import Cap
from kinora.domain.deed import SERVER, Deed
from kinora.domain.errors import Invalid, NotAllowed
from kinora.domain.ids import AccountId, KeyId
from kinora.domain.keys import PREFIX, TEST_PREFIX, Pepper, shown_part
from kinora.domain.plan import Plan
from kinora.domain.rank import Rank
from kinora.domain.scopes import READS_AND_SUBMITS, Rights, check_scopes
from kinora.ports.clock import Clock, Mint
from kinora.ports.store import Store, Tx
from kinora.usecases.choose_plan import begin_plan

SECRET_BYTES = 32
LONGEST_NAME = 100
LIGHTEST, HEAVIEST = 0.01, 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAccount:
    """Open a new account; `who` does it, here and below, for the audit log."""

    store: Store
    clock: Clock
    who: str = SERVER

    async def __call__(
        self, *, name: str, plan: str, max_jobs: int, on: Plan | None = None
    ) -> Account:
        """Return the new account, numbered one above the newest.

        It is empty, unless it is put `on` a plan, whose first month then begins now. Raises
        Invalid for a bad name.
        """
        check_name(name)
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
            await tx.audit.add(
                Deed(
                    at=account.created_at,
                    who=self.who,
                    what="account.create",
                    target=f"account:{account.id}",
                    detail=f"{name}, plan {plan}, {max_jobs} jobs at once",
                )
            )
            if on is None:
                return account
            await begin_plan(tx, account.id, on, at=account.created_at)
            await tx.accounts.change(account.id, name=name, plan=plan, max_jobs=max_jobs)
            return await _must_exist(tx, account.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAccount:
    """Change an account's name, limit of jobs at once, or share of the engines."""

    store: Store
    clock: Clock
    who: str = SERVER

    async def __call__(
        self,
        number: AccountId,
        *,
        name: str | None = None,
        max_jobs: int | None = None,
        weight: float | None = None,
        rank: Rank | None = None,
    ) -> Account:
        """Return the account after the change; what is None stays. Raises NotAllowed, Invalid."""
        if name is not None:
            check_name(name)
        if weight is not None and not LIGHTEST <= weight <= HEAVIEST:
            raise Invalid(f"weight must be from {LIGHTEST:g} to {HEAVIEST:g}")
        async with self.store.transaction() as tx:
            before = await _must_exist(tx, number)
            after = replace(
                before,
                name=name or before.name,
                max_jobs=max_jobs or before.max_jobs,
                weight=weight or before.weight,
                rank=rank or before.rank,
            )
            await tx.accounts.set_share(number, weight=after.weight, rank=after.rank)
            await tx.accounts.change(
                number, name=after.name, plan=after.plan, max_jobs=after.max_jobs
            )
            await tx.audit.add(
                Deed(
                    at=self.clock.now(),
                    who=self.who,
                    what="account.change",
                    target=f"account:{number}",
                    detail=f"{after.name}, plan {after.plan}, {after.max_jobs} jobs at once, "
                    f"weight {after.weight:g}, class {after.rank}",
                )
            )
        return after


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateKey:
    """Make a key that opens an account."""

    store: Store
    clock: Clock
    mint: Mint
    pepper: Pepper
    who: str = SERVER

    async def __call__(
        self,
        account: AccountId,
        *,
        name: str,
        secret: str = "",
        may: Rights = READS_AND_SUBMITS,
        cap: Cap | None = None,
    ) -> tuple[Key, str]:
        """Return the key and its secret, which is never kept; raise NotAllowed, Invalid.

        A `secret` of one's own must be new to this server.
        """
        if secret.startswith(TEST_PREFIX):
            raise Invalid(f"a secret that begins with {TEST_PREFIX} is for the test mode only")
        secret = secret or new_secret()
        key = Key(
            id=KeyId(self.mint.id()),
            account=account,
            name=name,
            prefix=shown_part(secret),
            created_at=self.clock.now(),
            scopes=check_scopes(may.scopes),
            expires_at=may.expires_at,
            cap=cap,
        )
        digest = self.pepper.digest(secret)
        async with self.store.transaction() as tx:
            await _must_exist(tx, account)
            if await tx.keys.known(digest):
                raise Invalid("a key with this secret exists already")
            await add_key(tx, key, digest, who=self.who)
        return key, secret


def check_name(name: str) -> None:
    """Raise Invalid unless an account can be called so."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(f"name must have 1 to {LONGEST_NAME} printable characters")


def new_secret() -> str:
    """Return a secret that nobody can guess."""
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)


async def add_key(tx: Tx, key: Key, digest: bytes, *, who: str) -> None:
    """Keep a key, and that it was made."""
    await tx.keys.add(key, digest=digest)
    if key.cap is not None:
        await tx.keys.set_cap(key.id, key.cap, at=key.created_at)
    told = f"{key.name or 'no name'}, account {key.account}, scopes {', '.join(sorted(key.scopes))}"
    await tx.audit.add(
        Deed(at=key.created_at, who=who, what="key.create", target=f"key:{key.id}", detail=told)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CapKey:
    """Change how much a key may spend."""

    store: Store
    clock: Clock
    who: str = SERVER

    async def __call__(self, key: KeyId, cap: Cap | None) -> Key:
        """Return the key with its cap, or with none; raise NotAllowed."""
        now = self.clock.now()
        told = "no cap" if cap is None else f"{cap.credits} credits, {cap.period}"
        async with self.store.transaction() as tx:
            await tx.keys.set_cap(key, cap, at=now)
            found = await tx.keys.get(key)
            if found is None:
                raise NotAllowed(f"there is no key {key}")
            target = f"key:{key}"
            await tx.audit.add(
                Deed(at=now, who=self.who, what="key.cap", target=target, detail=told)
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantCredits:
    """Give an account credits, or take some back."""

    store: Store
    clock: Clock
    who: str = SERVER

    async def __call__(
        self, account: AccountId, *, monthly: int = 0, package: int = 0, note: str = ""
    ) -> Account:
        """Return the account after the grant; raise NotAllowed, or Invalid below zero."""
        async with self.store.transaction() as tx:
            before = await _must_exist(tx, account)
            if before.balance.monthly + monthly < 0 or before.balance.package + package < 0:
                raise Invalid("a balance cannot fall below zero")
            now = self.clock.now()
            await tx.ledger.grant(account, monthly=monthly, package=package, note=note, at=now)
            await tx.audit.add(
                Deed(
                    at=now,
                    who=self.who,
                    what="credits.grant",
                    target=f"account:{account}",
                    detail=f"{monthly} monthly, {package} bought; {note or 'no note'}",
                )
            )
            return await _must_exist(tx, account)


async def _must_exist(tx: Tx, account: AccountId) -> Account:
    found = await tx.accounts.get(account)
    if found is None:
        raise NotAllowed(f"there is no account {account}")
    return found
