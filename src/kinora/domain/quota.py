"""What an account may keep and do beside its credits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Limits that the settings or a plan give; 0 is none, None says nothing.

    `kept` counts bytes of media, uploads and results, until they are deleted; `uploads` files in a
    day (UTC); `fetches` links in a minute.
    """

    kept: int | None = None
    uploads: int | None = None
    fetches: int | None = None


UNLIMITED = Quota(kept=0, uploads=0, fetches=0)
SILENT = Quota()


@dataclass(frozen=True, slots=True)
class Limit:
    """How much an account may, 0 for as much as it likes; `plan` says so, else the settings."""

    most: int
    plan: str = ""

    @property
    def whose(self) -> str:
        """What a refusal says of where the limit comes from."""
        return f" on the plan {self.plan}" if self.plan else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What one account may, each limit with where it comes from."""

    kept: Limit
    uploads: Limit
    fetches: Limit


def allowed(otherwise: Quota, *, plan: str = "", says: Quota = SILENT) -> Allowed:
    """Return what an account on a plan may: what the plan says, and what it leaves to others."""

    def limit(own: int | None, general: int | None) -> Limit:
        return Limit(general or 0) if own is None else Limit(own, plan)

    return Allowed(
        kept=limit(says.kept, otherwise.kept),
        uploads=limit(says.uploads, otherwise.uploads),
        fetches=limit(says.fetches, otherwise.fetches),
    )
