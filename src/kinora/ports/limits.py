"""Who may call now: limits on how often."""

from collections.abc import Callable
from typing import Protocol

Proved = Callable[[], None]
"""Is told that a key has opened an account: the call with it was no failure."""


class Limits(Protocol):
    """Counts calls by key and failures by address, in this process."""

    def admit(self, digest: bytes, *, address: str) -> Proved:
        """Count a call with a key, before it is looked up; raise TooOften."""

    def refused(self, *, address: str) -> None:
        """Note a key that opened nothing; `admit` has counted it."""


class NoLimits:
    """Lets everybody call as often as they like."""

    def admit(self, digest: bytes, *, address: str) -> Proved:
        """Let a call in."""
        return noted

    def refused(self, *, address: str) -> None:
        """Count nothing."""


def noted() -> None:
    """Take it for known: there is nothing to count."""
