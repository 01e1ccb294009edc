"""Say where all jobs of an account are told."""

from dataclasses import dataclass

from kinora.domain.deed import BY_SERVER, By
from kinora.domain.ids import AccountId
from kinora.ports.clock import Clock
from kinora.ports.store import Store
from kinora.usecases.naming import host_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepReplyUrl:
    """Keeps an account's own address for callbacks; calls that name one go before it."""

    store: Store
    clock: Clock

    async def read(self, account: AccountId) -> str:
        """Return it, empty when there is none."""
        return await self.store.view.accounts.reply_url(account)

    async def __call__(self, account: AccountId, url: str, *, by: By = BY_SERVER) -> None:
        """Keep it for jobs from now on; an empty one ends it. `by` does it."""
        async with self.store.transaction() as tx:
            await tx.accounts.set_reply_url(account, url)
            told, now = host_of(url) if url else "none", self.clock.now()
            deed = by.deed("account.reply_url", f"account:{account}", at=now, detail=told)
            await tx.audit.add(deed)
