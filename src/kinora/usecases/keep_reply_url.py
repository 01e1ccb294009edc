"""Say where all jobs of an account are told."""

from dataclasses import dataclass

from kinora.domain.ids import AccountId
from kinora.ports.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepReplyUrl:
    """Keeps an account's own address for callbacks; calls that name one go before it."""

    store: Store

    async def read(self, account: AccountId) -> str:
        """Return it, empty when there is none."""
        return await self.store.view.accounts.reply_url(account)

    async def __call__(self, account: AccountId, url: str) -> None:
        """Keep it for jobs from now on; an empty one ends it."""
        async with self.store.transaction() as tx:
            await tx.accounts.set_reply_url(account, url)
