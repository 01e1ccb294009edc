"""Hold accounts to their quotas, and let only so many files come in at once."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from kinora.domain.asset import Asset
from kinora.domain.errors import Overloaded, QuotaReached, TooOften
from kinora.domain.ids import AccountId
from kinora.domain.quota import UNLIMITED, Quota
from kinora.ports.clock import Clock
from kinora.ports.store import Store, Tx

DAY, MINUTE = 86_400, 60


async def within_quota(tx: Tx, asset: Asset, quota: Quota) -> None:
    """Count an upload in the transaction that keeps it: however many come, no quota is passed.

    Raises QuotaReached, TooOften, which undo it.
    """
    await check_kept(tx, asset.account, quota)
    if quota.uploads:
        await _tally(tx, asset.account, "upload", DAY, quota.uploads, at=asset.created_at)


@dataclass(slots=True)
class Places:
    """Places for files that come in; an account may have half of them."""

    most: int
    taken: Counter[AccountId] = field(default_factory=Counter)

    @property
    def full(self) -> bool:
        """Whether there is none left."""
        return self.taken.total() >= self.most

    def full_for(self, account: AccountId) -> bool:
        """Whether there is none left for an account."""
        return self.full or self.taken[account] >= max(1, self.most // 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeIn:
    """Decides whether an account may send a file, or have one fetched, before any byte comes."""

    store: Store
    clock: Clock
    places: Places
    quota: Quota = UNLIMITED

    @asynccontextmanager
    async def place(self, account: AccountId) -> AsyncIterator[None]:
        """Hold a place while a file comes in; raises QuotaReached, Overloaded."""
        await check_kept(self.store.view, account, self.quota)
        if self.places.full_for(account):
            raise Overloaded("too many files are coming in; try again in a moment")
        self.places.taken[account] += 1
        try:
            yield
        finally:
            self.places.taken[account] -= 1
            if not self.places.taken[account]:
                del self.places.taken[account]

    async def fetch(self, account: AccountId) -> None:
        """Count a link that is to be fetched; raises TooOften."""
        if self.quota.fetches:
            async with self.store.transaction() as tx:
                most, at = self.quota.fetches, self.clock.now()
                await _tally(tx, account, "fetch", MINUTE, most, at=at)


async def check_kept(tx: Tx, account: AccountId, quota: Quota) -> None:
    """Raise QuotaReached when an account keeps more than it may."""
    if quota.kept and (kept := await tx.quotas.kept(account)) > quota.kept:
        raise QuotaReached(
            f"the account would keep {kept} bytes of media, its quota is {quota.kept}; "
            "delete something first"
        )


async def _tally(
    tx: Tx, account: AccountId, what: str, seconds: int, most: int, *, at: datetime
) -> None:
    span, into = divmod(at.timestamp(), seconds)
    if not await tx.quotas.tally(account, what, span=int(span), most=most):
        each = "day" if seconds == DAY else "minute"
        many = {"upload": "files are uploaded", "fetch": "links are fetched"}[what]
        raise TooOften(f"at most {most} {many} in a {each}", wait=seconds - into)
