"""How a price was found, kept with the job: a later change of the catalog does not reach it."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One part of a price: `unit` credits for each of `times` of what it says."""

    what: str
    unit: float
    times: int = 1

    def __str__(self) -> str:
        """Return the part as a person would write it."""
        factor = "" if self.times == 1 else f" x {self.times}"
        return f"{self.what}: {self.unit:g}{factor}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A price and its parts, by the price list `catalog` (version and digest)."""

    terms: tuple[Term, ...]
    catalog: str

    @property
    def credits(self) -> int:
        """The price: the sum of the parts, the last started credit whole."""
        return credits_of(self.terms)

    def __str__(self) -> str:
        """Return how the price was found, in one line."""
        return " + ".join(str(term) for term in self.terms) or "free"


def credits_of(terms: tuple[Term, ...]) -> int:
    """Return what the parts of a price sum up to, the last started credit whole."""
    return math.ceil(sum(term.unit * term.times for term in terms))
