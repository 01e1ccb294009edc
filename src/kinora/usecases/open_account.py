"""Know a caller by their key."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from kinora.domain.account import Account, Opened
from kinora.domain.errors import KeyNotAllowed, Unauthorised
from kinora.domain.keys import Pepper
from kinora.domain.scopes import Call
from kinora.ports.clock import Clock
from kinora.ports.limits import Limits, NoLimits
from kinora.ports.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    """Find the account that a secret opens; `note` hears of each key that was used.

    Keys are read anew for each call, so that one that is revoked opens nothing from then on, in
    any process.
    """

    store: Store
    pepper: Pepper
    clock: Clock
    limits: Limits = field(default_factory=NoLimits)
    note: Callable[[Opened, datetime], None] = lambda _opened, _at: None

    async def __call__(self, secret: str, call: Call) -> Account:
        """Return the account as it is now, balance included.

        Raises Unauthorised, TooOften, and KeyNotAllowed when the key lacks the call's scope.
        """
        if not secret:
            raise Unauthorised("the API key is missing")
        digest = self.pepper.digest(secret)
        proved = self.limits.admit(digest, address=call.address)
        now = self.clock.now()
        opened = await self.store.view.keys.open(digest, at=now)
        if opened is None:
            self.limits.refused(address=call.address)
            raise Unauthorised("the API key is unknown or revoked")
        proved()
        self.note(opened, now)
        if call.needs not in opened.scopes:
            has = ", ".join(sorted(opened.scopes))
            raise KeyNotAllowed(f"this needs a key with the scope {call.needs}; this one has {has}")
        return opened.account
