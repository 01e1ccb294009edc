"""Keeping secrets that must be read again, such as those that sign."""

from typing import Protocol


class BadSeal(ValueError):
    """What was sealed cannot be opened: it was changed, or the installation's secret was."""


class Sealing(Protocol):
    """Seals with a key of the installation."""

    def seal(self, plain: bytes, *, about: bytes = b"") -> bytes:
        """Return sealed bytes; they open only beside the same `about`."""

    def open(self, sealed: bytes, *, about: bytes = b"") -> bytes:
        """Return what was sealed; raise BadSeal."""
