"""What moderation decides, and what an operator is to look at."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kinora.domain.ids import AccountId, JobId


class Verdict(StrEnum):
    """What is done with content: let through, let through and shown to an operator, refused."""

    ALLOW = "allow"
    REVIEW = "review"
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict, the category of the rule that gave it, and the words that it matched."""

    verdict: Verdict
    category: str = ""
    matched: tuple[str, ...] = ()


FREE = Decision(verdict=Verdict.ALLOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A decision that was noted. `job` is None for what was refused before it became one.

    `outcome` is empty until an operator has looked: `allowed` or `refused`.
    """

    id: int
    account: AccountId
    job: JobId | None
    verdict: Verdict
    category: str
    matched: str
    at: datetime
    outcome: str = ""
