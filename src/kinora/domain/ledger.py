"""Credits: every movement is an entry, and a balance is the sum of its entries."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kinora.domain.account import Balance
from kinora.domain.ids import AccountId, JobId
from kinora.domain.order import Feature


class Movement(StrEnum):
    """Why credits moved."""

    GRANT = "grant"
    HOLD = "hold"
    SETTLE = "settle"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One movement of an account's credits.

    `monthly` and `package` change what can be spent, `held` what is set aside for running jobs.
    A hold moves credits from a purse to `held`, a settle takes them out of `held` for good,
    a release moves them back to the purse they came from.
    """

    id: int
    account: AccountId
    job: JobId | None
    movement: Movement
    monthly: int
    package: int
    held: int
    note: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """An entry of a job, with what the job was."""

    entry: Entry
    feature: Feature
    model: str
    quality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How a cost divides over the purses: monthly credits are spent first, for they expire."""

    monthly: int
    package: int

    @staticmethod
    def of(cost: int, balance: Balance) -> "Split | None":
        """Return how `cost` is paid from `balance`, or None when it cannot be."""
        if cost > balance.total:
            return None
        monthly = min(cost, max(balance.monthly, 0))
        return Split(monthly=monthly, package=cost - monthly)
