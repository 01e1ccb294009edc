"""What was found when the books were checked."""

from dataclasses import dataclass

from kinora.domain.ids import AccountId, JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not add up: where it is, what is wrong, and how that may have come."""

    text: str
    cause: str
    account: AccountId | None = None
    job: JobId | None = None
    entry: int | None = None

    @property
    def place(self) -> str:
        """What the finding is about, in words."""
        parts = {"account": self.account, "job": self.job, "entry": self.entry}
        return ", ".join(f"{name} {number}" for name, number in parts.items() if number is not None)

    def __str__(self) -> str:
        """Return the finding as a sentence."""
        return f"{self.place or 'the books'}: {self.text} ({self.cause})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule of the books: on how many things it was tried, their credits, and what broke it."""

    rule: str
    counted: int
    credits: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """All checks of the books, made at one moment."""

    checks: tuple[Check, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that does not add up."""
        return tuple(finding for check in self.checks for finding in check.findings)
