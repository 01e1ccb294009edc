"""Credits in double entry: every movement takes from some books what it puts into others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kinora.domain.account import Balance
from kinora.domain.ids import AccountId, JobId
from kinora.domain.order import Feature


class Book(StrEnum):
    """Where credits stand: the first three are each account's own, the others the house's."""

    MONTHLY = "monthly"
    PACKAGE = "package"
    HELD = "held"
    ISSUED = "issued"
    REVENUE = "revenue"
    EXPIRED = "expired"
    WRITTEN_OFF = "written_off"


class Movement(StrEnum):
    """Why credits moved.

    A grant and a renewed month come from `issued` into a purse. A hold moves credits from the
    purses to `held`; a settle from there to `revenue`, a release back to the purses they came
    from. What is left of a month moves to `expired`, what an operator takes to `written_off`.
    """

    GRANT = "grant"
    HOLD = "hold"
    SETTLE = "settle"
    RELEASE = "release"
    EXPIRE = "expire"
    RENEW = "renew"
    WRITE_OFF = "write_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One movement: for each book how many credits came into it, negative when they left it.

    The books of an entry sum to zero. `due` is the moment at which a renewed month began.
    """

    id: int
    account: AccountId
    job: JobId | None
    movement: Movement
    books: Mapping[Book, int]
    note: str
    at: datetime
    due: datetime | None = None

    @property
    def monthly(self) -> int:
        """What came into the purse of monthly credits."""
        return self.books.get(Book.MONTHLY, 0)

    @property
    def package(self) -> int:
        """What came into the purse of bought credits."""
        return self.books.get(Book.PACKAGE, 0)

    @property
    def held(self) -> int:
        """What was set aside for a job."""
        return self.books.get(Book.HELD, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """An entry of a job, with what the job was; `price` says how its price was found."""

    entry: Entry
    feature: Feature
    model: str
    quality: str
    price: str


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
