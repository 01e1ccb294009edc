"""Who may call now: limits on how often."""

from typing import Protocol


class Limits(Protocol):
    """Counts calls by key and failures by address, in this process."""

    def admit(self, digest: bytes, *, address: str) -> None:
        """Count a call with a key, before it is looked up; raise TooOften."""

    def opened(self, digest: bytes, *, address: str) -> None:
        """Note that a key has opened an account: it was no failure."""

    def refused(self, *, address: str) -> None:
        """Note a key that opened nothing; `admit` has counted it."""


class NoLimits:
    """Lets everybody call as often as they like."""

    def admit(self, digest: bytes, *, address: str) -> None:
        """Let a call in."""

    def opened(self, digest: bytes, *, address: str) -> None:
        """Note nothing."""

    def refused(self, *, address: str) -> None:
        """Count nothing."""
