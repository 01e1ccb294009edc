"""Lanes: the parts of an account that its jobs are spread over, each known by an email."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from kinora.domain.ids import AccountId, JobId
from kinora.domain.rank import Halt

DEFAULT_LANE = "default@kinora.local"
"""The lane that every account has, and that jobs of other doors run on."""

HEALTH_WINDOW = timedelta(minutes=15)
"""How far back the ends of a lane's jobs are looked at."""

TOO_MANY = 5
"""Failures within the window from which on a lane that mostly fails is closed for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """Another server's account that a lane's jobs are made on.

    `url` is the server's address, without the dialect's prefix. `sealed` is its key, which only
    the installation's secret opens; `hint` is what may be shown of it. With `replays` the server
    answers a call that comes twice under one trace id with the first call's answer.
    """

    url: str
    sealed: bytes = field(repr=False)
    hint: str
    replays: bool = False

    @property
    def host(self) -> str:
        """Its name among engines, with a port where the address has one."""
        return urlsplit(self.url).netloc.lower()


class Bar(StrEnum):
    """Why a lane takes no jobs for a while."""

    CREDENTIALS = "credentials"
    CREDITS = "credits"
    FAILURES = "failures"
    UNREACHABLE = "unreachable"
    OPERATOR = "operator"


SHORTEST = {
    Bar.CREDENTIALS: timedelta(minutes=10),
    Bar.CREDITS: timedelta(minutes=5),
    Bar.FAILURES: timedelta(minutes=1),
    Bar.UNREACHABLE: timedelta(seconds=5),
}
LONGEST = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """A lane that takes no jobs until a time, or until an operator says so when `until` is None.

    `times` counts how often in a row it was closed; each time is twice as long as the last.
    """

    reason: Bar
    until: datetime | None
    times: int = 1

    @classmethod
    def of(cls, reason: Bar, *, before: "Quarantine | None", at: datetime) -> "Quarantine":
        """Close a lane, longer than `before`; an operator's word has no end."""
        if reason is Bar.OPERATOR:
            return cls(reason=reason, until=None)
        times = before.times + 1 if before is not None else 1
        rest = min(LONGEST, SHORTEST[reason] * 2 ** min(times - 1, 16))
        return cls(reason=reason, until=at + rest, times=times)

    def holds(self, at: datetime) -> bool:
        """Tell whether the lane is still closed."""
        return self.until is None or at < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a lane's jobs ended within the window."""

    succeeded: int = 0
    failed: int = 0

    @property
    def bad(self) -> bool:
        """Whether too many fail for it to be given more."""
        return self.failed >= TOO_MANY and self.failed > self.succeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lane: how many jobs it may run at once, and how many it runs now.

    Without `upstream` its jobs are made by this server's own engines. A `hidden` lane was removed
    while jobs of it were under way, which go on. `halt` is how an operator has halted its engine.
    """

    email: str
    max_jobs: int
    executing: int = 0
    upstream: Upstream | None = None
    quarantine: Quarantine | None = None
    hidden: bool = False
    halt: Halt | None = None

    @property
    def closed_by_operator(self) -> bool:
        """Whether an operator has closed it, which only an operator takes back."""
        return self.quarantine is not None and self.quarantine.reason is Bar.OPERATOR

    @property
    def available(self) -> int:
        """How many more jobs it takes now, were it not closed."""
        return max(0, self.max_jobs - self.executing)

    def closed(self, at: datetime) -> bool:
        """Tell whether it takes no jobs at all now."""
        return self.quarantine is not None and self.quarantine.holds(at)

    def barred(self, reason: Bar, *, at: datetime) -> "Lane":
        """Return the lane as closed; one that is closed already stays as it is."""
        if self.closed(at):
            return self
        return replace(self, quarantine=Quarantine.of(reason, before=self.quarantine, at=at))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedLane:
    """A lane and whose it is."""

    account: AccountId
    lane: Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """On which lane a job runs, and what its caller wants to be reminded of."""

    job: JobId
    email: str
    reply_ref: str = ""
