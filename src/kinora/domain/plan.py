"""Plans: what an account gets each month, and when its months begin."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime

from kinora.domain.quota import SILENT, Quota

MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan: `monthly` credits for each month, and how many jobs may run at once.

    What its `quota` does not say is left to the settings.
    """

    name: str
    monthly: int
    max_jobs: int
    quota: Quota = SILENT


def next_month(begun: datetime, *, after: datetime) -> datetime:
    """Return when the first month that is counted from `begun` starts that lies after a time.

    Months start on the day of `begun` at its hour; in shorter months on their last day.
    """
    months = (after.year - begun.year) * MONTHS + after.month - begun.month
    for later in (months, months + 1):
        start = _months_later(begun, later)
        if start > after:
            return start
    raise AssertionError("the month after next lies after any moment")  # pragma: no cover


def _months_later(begun: datetime, months: int) -> datetime:
    years, month = divmod(begun.year * MONTHS + begun.month - 1 + months, MONTHS)
    day = min(begun.day, monthrange(years, month + 1)[1])
    return begun.replace(year=years, month=month + 1, day=day)
