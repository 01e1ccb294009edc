"""How long engines work: what was seen, and what can be said from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from kinora.domain.shape import Shape

KEPT = 32
"""How many of the newest run times of a kind are kept."""

ENOUGH = 5
"""Fewer run times than this say nothing."""

LOW, HIGH = 0.1, 0.9

SECOND_BY_MEGAPIXEL = 0.06
BEGINNING = 0.5


@dataclass(frozen=True, slots=True, order=True)
class RunKind:
    """Runs that take about the same time: `seconds` is the film's length, 0 for a picture."""

    feature: str
    model: str
    quality: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Interval:
    """Between how many seconds and how many."""

    low: float
    high: float

    def later(self, seconds: float) -> "Interval":
        """Return what is left of it after some seconds."""
        return Interval(max(0.0, self.low - seconds), max(0.0, self.high - seconds))


def interval_of(took: Sequence[float]) -> Interval | None:
    """Return where eight of ten run times lie, None when too few were seen."""
    if len(took) < ENOUGH:
        return None
    ordered, last = sorted(took), len(took) - 1
    return Interval(ordered[round(last * LOW)], ordered[round(last * HIGH)])


def expected_of(took: Sequence[float], shape: Shape) -> timedelta:
    """Return what a run's turn is charged at first: the median seen, else a guess by its size.

    A guess is right enough here, for what a job really took is charged when it ends; nobody is
    told it.
    """
    if len(took) >= ENOUGH:
        return timedelta(seconds=median(took))
    pixels = shape.width * shape.height * max(1, shape.frames)
    return timedelta(seconds=BEGINNING + SECOND_BY_MEGAPIXEL * pixels / 1e6)
