"""Begin the months of accounts whose plan brings monthly credits."""

from dataclasses import dataclass

from kinora.domain.ids import AccountId
from kinora.domain.plan import next_month
from kinora.ports.clock import Clock
from kinora.ports.store import Store

AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewMonths:
    """Let monthly credits expire and come anew, for every month that has begun, each once.

    Months that began while nobody was at work are begun one after the other, so that the ledger
    has them all. A hold from an earlier month is not touched: were it released, its credits
    would go to the purse they came from, and expire with the month that runs then.
    """

    store: Store
    clock: Clock

    async def __call__(self) -> int:
        """Return how many months were begun."""
        begun = 0
        while True:
            now = self.clock.now()
            due = await self.store.view.accounts.to_renew(at=now, at_most=AT_ONCE)
            news = [await self._renew(account.id) for account in due]
            begun += sum(news)
            if not any(news):
                return begun

    async def _renew(self, account_id: AccountId) -> bool:
        """Begin one month of an account; False when that is not due any more."""
        async with self.store.transaction() as tx:
            now = self.clock.now()
            account = await tx.accounts.get(account_id)
            if account is None or account.renews_at is None or account.renews_at > now:
                return False
            due = account.renews_at
            later = next_month(account.renews_from or due, after=due)
            if not await tx.accounts.renewed(account_id, due=due, renews_at=later):
                return False
            await tx.ledger.renew(account_id, allowance=account.allowance, due=due, at=now)
        return True
