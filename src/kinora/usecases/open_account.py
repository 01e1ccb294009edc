"""Know a caller by their key."""

from dataclasses import dataclass

from kinora.domain.account import Account
from kinora.domain.errors import Unauthorised
from kinora.domain.keys import Pepper
from kinora.ports.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    """Find the account that a secret opens."""

    store: Store
    pepper: Pepper

    async def __call__(self, secret: str) -> Account:
        """Return the account as it is now, balance included; raise Unauthorised."""
        if not secret:
            raise Unauthorised("the API key is missing")
        account = await self.store.view.keys.owner(self.pepper.digest(secret))
        if account is None:
            raise Unauthorised("the API key is unknown or revoked")
        return account
