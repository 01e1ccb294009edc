"""Something the world must hear, kept in the outbox until it has been told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kinora.domain.ids import AccountId, JobId


class FactKind(StrEnum):
    """What happened."""

    QUEUED = "job.queued"
    COMPLETED = "job.completed"
    MODERATED = "job.moderated"
    FAILED = "job.failed"
    CANCELLED = "job.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that happened to a job, in the order of its number."""

    id: int
    kind: FactKind
    account: AccountId
    job: JobId
    at: datetime
