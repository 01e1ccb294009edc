"""The first start: an account to begin with."""

from dataclasses import dataclass

from kinora.domain.account import Account
from kinora.domain.errors import Invalid
from kinora.domain.ids import AccountId
from kinora.domain.scopes import EVERYTHING
from kinora.ports.store import Store
from kinora.usecases.manage_accounts import CreateAccount, CreateKey, GrantCredits

FIRST_ACCOUNT = AccountId(1)
FIRST_GRANT = 1_000_000
FIRST_MAX_JOBS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """What the first start made; `secret` is empty when nothing new was made."""

    account: Account
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHouse:
    """Make sure that there is a default account, and a key that opens it."""

    store: Store
    create_account: CreateAccount
    create_key: CreateKey
    grant: GrantCredits

    async def __call__(self, *, bootstrap_key: str = "") -> Welcome:
        """Return the default account; make it, its credits and its key when they are missing."""
        view = self.store.view
        account = await view.accounts.get(FIRST_ACCOUNT)
        if account is None:
            account = await self.create_account(
                name="default", plan="business", max_jobs=FIRST_MAX_JOBS
            )
        # A first start may have been killed after any of these; each is made once.
        if not await view.ledger.entries(account.id, newest=1):
            account = await self.grant(account.id, package=FIRST_GRANT, note="first grant")
        if await view.keys.list(account.id):
            await self._admit(bootstrap_key)
            return Welcome(account=account, secret="")
        _, secret = await self.create_key(
            account.id, name="first", secret=bootstrap_key, may=EVERYTHING
        )
        return Welcome(account=account, secret=secret)

    async def _admit(self, bootstrap_key: str) -> None:
        """Let a bootstrap key in that was set, or changed, after the first start."""
        if not bootstrap_key:
            return
        try:
            await self.create_key(
                FIRST_ACCOUNT, name="bootstrap", secret=bootstrap_key, may=EVERYTHING
            )
        except Invalid:
            return
