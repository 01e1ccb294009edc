"""When jobs that wait will be done, if no others come and engines work as they did."""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from kinora.domain.runs import Interval

Ends = list[float]


class Forecast:
    """Gives jobs to engines in their order, once as fast and once as slow as was seen.

    An engine whose end cannot be told ends the forecast: from the first job on whose own or
    whose forerunners' time is unknown, nothing is said.
    """

    def __init__(self, running: Sequence[Interval | None], *, engines: int) -> None:
        """Begin with what is left of the jobs that run, None where it cannot be told."""
        known = [each for each in running if each is not None]
        self._known = len(known) == len(running) and engines > 0
        idle = [Interval(0.0, 0.0)] * (engines - len(known))
        self._low: Ends = [each.low for each in (*known, *idle)]
        self._high: Ends = [each.high for each in (*known, *idle)]
        heapify(self._low)
        heapify(self._high)

    def add(self, run: Interval | None) -> Interval | None:
        """Return when the next job in line will be done, in seconds from now."""
        if run is None or not self._known:
            self._known = False
            return None
        return Interval(_give(self._low, run.low), _give(self._high, run.high))


def _give(ends: Ends, seconds: float) -> float:
    end = heappop(ends) + seconds
    heappush(ends, end)
    return end
