"""Statements: what an account had, what moved, and what it has."""

from collections.abc import Iterator
from dataclasses import dataclass

from kinora.domain.ledger import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands in an account's books at a moment."""

    monthly: int = 0
    package: int = 0
    held: int = 0

    @property
    def balance(self) -> int:
        """What can be spent."""
        return self.monthly + self.package

    def after(self, entry: Entry) -> "Standing":
        """Return what stands there when an entry has been added."""
        return Standing(
            monthly=self.monthly + entry.monthly,
            package=self.package + entry.package,
            held=self.held + entry.held,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry with what stood in the books after it; of a job's also what that was and cost."""

    entry: Entry
    after: Standing
    feature: str = ""
    model: str = ""
    quality: str = ""
    cost: int | None = None
    price: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An account's movements between two balances; the lines can be read once, one by one."""

    opening: Standing
    closing: Standing
    lines: Iterator[Line]
