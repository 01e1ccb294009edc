"""Hold accounts to their quotas, and let only so many files come in at once."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from kinora.domain.asset import Asset
from kinora.domain.errors import Overloaded, QuotaReached, TooOften
from kinora.domain.ids import AccountId
from kinora.domain.quota import Limit
from kinora.ports.clock import Clock
from kinora.ports.store import Store, Tx
from kinora.usecases.read_quota import FETCH, NO_QUOTA, SPANS, UPLOAD, ReadQuota, span_of

TOLD = {UPLOAD: "files are uploaded in a day", FETCH: "links are fetched in a minute"}


async def within_quota(tx: Tx, asset: Asset, quota: ReadQuota) -> None:
    """Count an upload in the transaction that keeps it: however many come, no quota is passed.

    Raises QuotaReached, TooOften, which undo it.
    """
    may = await quota(tx, asset.account)
    await _check_kept(tx, asset.account, may.kept)
    await _tally(tx, asset.account, UPLOAD, may.uploads, at=asset.created_at)


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
    quota: ReadQuota = NO_QUOTA

    async def check_kept(self, account: AccountId) -> None:
        """Raise QuotaReached when an account keeps more than it may."""
        may = await self.quota(self.store.view, account)
        await _check_kept(self.store.view, account, may.kept)

    @asynccontextmanager
    async def place(self, account: AccountId) -> AsyncIterator[None]:
        """Hold a place while a file comes in; raises QuotaReached, Overloaded."""
        await self.check_kept(account)
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
        may = await self.quota(self.store.view, account)
        if may.fetches.most:
            async with self.store.transaction() as tx:
                await _tally(tx, account, FETCH, may.fetches, at=self.clock.now())


async def _check_kept(tx: Tx, account: AccountId, limit: Limit) -> None:
    if limit.most and (kept := await tx.quotas.kept(account)) > limit.most:
        raise QuotaReached(
            f"the account would keep {kept} bytes of media, its quota{limit.whose} is "
            f"{limit.most}; delete something first"
        )


async def _tally(tx: Tx, account: AccountId, what: str, limit: Limit, *, at: datetime) -> None:
    span, into = span_of(what, at)
    if limit.most and not await tx.quotas.tally(account, what, span=span, most=limit.most):
        told = f"at most {limit.most} {TOLD[what]}{limit.whose}"
        raise TooOften(told, wait=SPANS[what] - into)
