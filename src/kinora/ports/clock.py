"""Time and identity come in from outside."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""


class Mint(Protocol):
    """Fresh identities."""

    def id(self) -> int:
        """Return a new id: unique, rising with time, below 2**53."""

    def seed(self) -> int:
        """Return a random seed from 0 to 2**31 - 1."""
