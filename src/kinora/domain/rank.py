"""In which class a job waits, and what an operator can halt."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kinora.domain.ids import AccountId


class Rank(StrEnum):
    """The class of a job, best first."""

    PRIORITY = "priority"
    STANDARD = "standard"
    OFF_PEAK = "off_peak"

    def is_above(self, other: "Rank") -> bool:
        """Tell whether this class goes before another."""
        return ORDER[self] < ORDER[other]


ORDER = {rank: place for place, rank in enumerate(Rank)}


class Halt(StrEnum):
    """How a queue is halted.

    A paused one takes jobs and starts none; a draining one starts what waits and takes no more.
    """

    PAUSED = "paused"
    DRAINING = "draining"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One halt by an operator, of one account or, with None, of everything."""

    account: AccountId | None
    halt: Halt
    since: datetime
