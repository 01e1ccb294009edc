"""Accounts and the keys that open them."""

from dataclasses import dataclass
from datetime import datetime

from kinora.domain.caps import Cap
from kinora.domain.ids import AccountId, KeyId
from kinora.domain.rank import Rank
from kinora.domain.scopes import USUAL, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Credits an account can spend: the subscription's, which reset monthly, and bought ones."""

    monthly: int
    package: int

    @property
    def total(self) -> int:
        """All credits that can be spent now."""
        return self.monthly + self.package


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Someone who submits jobs, with a purse and a limit.

    `active` counts jobs that hold a place now; `max_jobs` is how many may. `allowance` is what a
    month brings; the next one begins at `renews_at`, months are counted from `renews_from`.
    `key` is the one that opened the account, when one did. `weight` is its share of the engines
    beside others, `rank` the class of its jobs and the best that it may ask for.
    """

    id: AccountId
    name: str
    plan: str
    max_jobs: int
    active: int
    balance: Balance
    created_at: datetime
    allowance: int = 0
    renews_from: datetime | None = None
    renews_at: datetime | None = None
    key: KeyId | None = None
    weight: float = 1.0
    rank: Rank = Rank.STANDARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a key has opened, what it may do there, and the hour in which it was last used."""

    account: Account
    scopes: frozenset[Scope]
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key as it is kept: its secret only as a hash, its first letters to know it by.

    It opens nothing from `expires_at` on, or once it is revoked. `used_at` is coarse: it lags
    behind by an hour at the most.
    """

    id: KeyId
    account: AccountId
    name: str
    prefix: str
    created_at: datetime
    scopes: frozenset[Scope] = USUAL
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    cap: Cap | None = None
