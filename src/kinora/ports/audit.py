"""The audit log: what was done is only ever added to it."""

from collections.abc import Sequence
from typing import Protocol

from kinora.domain.deed import Deed


class Audit(Protocol):
    """Deeds, in the order in which they were committed."""

    async def add(self, deed: Deed) -> None:
        """Keep a deed, in the transaction that does it."""

    async def newest(self, *, at_most: int) -> Sequence[Deed]:
        """Return deeds, newest first."""
