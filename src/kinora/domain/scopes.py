"""What keys may do, and what a call needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kinora.domain.errors import Invalid


class Scope(StrEnum):
    """One thing that a key may do."""

    SUBMIT = "submit"
    """Make jobs, take in files, delete and cancel: whatever changes something."""

    READ = "read"
    ADMIN = "admin"
    """What operators do over HTTP."""

    TEST = "test"
    """Submit to the test mode, which costs nothing."""


USUAL = frozenset({Scope.SUBMIT, Scope.READ})
FIRST = USUAL | {Scope.ADMIN}
"""What the key of the first start may do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What a key may do, and until when; None is for ever."""

    scopes: frozenset[Scope] = USUAL
    expires_at: datetime | None = None


READS_AND_SUBMITS = Rights()
EVERYTHING = Rights(scopes=FIRST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What comes with a secret: the scope that the operation `needs`, and the caller's address."""

    needs: Scope
    address: str = ""


def check_scopes(wanted: Iterable[Scope]) -> frozenset[Scope]:
    """Return scopes that a key can have today; raise Invalid."""
    scopes = frozenset(wanted)
    if not scopes:
        raise Invalid(f"scope must be one or more of {', '.join(USABLE)}")
    if Scope.TEST in scopes:
        raise Invalid(
            "scope test belongs to the test mode, which this version does not have yet; "
            f"scope must be one or more of {', '.join(USABLE)}"
        )
    return scopes


USABLE = (Scope.SUBMIT, Scope.READ, Scope.ADMIN)
