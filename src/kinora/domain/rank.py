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
    """One halt by an operator: of an account, of an engine, or with neither of everything."""

    halt: Halt
    since: datetime
    account: AccountId | None = None
    engine: str = ""

    @property
    def everything(self) -> bool:
        """Whether it is of all accounts and engines."""
        return self.account is None and not self.engine
