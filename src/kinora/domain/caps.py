"""Caps: how much a key may spend."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime(9999, 1, 1, tzinfo=UTC)
LONGER_THAN_A_MONTH = timedelta(days=32)


class CapPeriod(StrEnum):
    """For how long a cap counts; days and months are those of UTC."""

    DAY = "day"
    MONTH = "month"
    TOTAL = "total"

    def around(self, at: datetime) -> tuple[datetime, datetime]:
        """Return when the period of a moment began, and when it will be over."""
        day = at.replace(hour=0, minute=0, second=0, microsecond=0)
        match self:
            case CapPeriod.DAY:
                return day, day + timedelta(days=1)
            case CapPeriod.MONTH:
                first = day.replace(day=1)
                return first, (first + LONGER_THAN_A_MONTH).replace(day=1)
            case CapPeriod.TOTAL:
                return BEGINNING, END


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """How much a key may spend in a period, and what it has spent in the one last counted.

    What a job costs counts in the period in which it was submitted, and no longer once it was
    given back.
    """

    credits: int
    period: CapPeriod
    spent: int = 0

    def __str__(self) -> str:
        """Return the cap in words."""
        each = "in total" if self.period is CapPeriod.TOTAL else f"a {self.period.value}"
        return f"{self.credits} credits {each}"
