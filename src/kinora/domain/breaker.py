"""When to leave a place alone that does not answer, and when to look whether it is back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FAILURES = 5
"""Failures in a row after which the circuit opens."""

FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """The circuit of one place: closed while it works, open while it rests, half-open to probe.

    `failures` counts those in a row, `rests` the openings since it last worked.
    """

    failures: int = 0
    rests: int = 0
    open_until: datetime | None = None
    failing_since: datetime | None = None

    def worked(self) -> "Breaker":
        """Return the circuit closed."""
        return CLOSED

    def failed(self, *, at: datetime) -> "Breaker":
        """Return the circuit after one more failure: open, for a growing time, after several.

        What was under way while the circuit opened and fails later does not lengthen the rest.
        """
        after = replace(self, failures=self.failures + 1, failing_since=self.failing_since or at)
        resting = self.open_until is not None and at < self.open_until
        if after.failures < FAILURES or resting:
            return after
        # Bounded before it is raised, or a long time of failures would make a number too large.
        rest = min(FIRST_REST * 2 ** min(self.rests, 16), LONGEST_REST)
        return replace(after, rests=self.rests + 1, open_until=at + rest)

    def places(self, most: int, *, at: datetime) -> int:
        """Return how many may be under way at once: `most`, one after a failure, none in a rest."""
        if self.failures == 0:
            return most
        return 0 if self.open_until is not None and at < self.open_until else 1


CLOSED = Breaker()
