"""Lanes: the parts of an account that its jobs are spread over, each known by an email."""

from dataclasses import dataclass

from kinora.domain.ids import JobId

DEFAULT_LANE = "default@kinora.local"
"""The lane that every account has, and that jobs of other doors run on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lane: how many jobs it may run at once, and how many it runs now."""

    email: str
    max_jobs: int
    executing: int = 0

    @property
    def available(self) -> int:
        """How many more jobs it takes now."""
        return max(0, self.max_jobs - self.executing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """On which lane a job runs, and what its caller wants to be reminded of."""

    job: JobId
    email: str
    reply_ref: str = ""
