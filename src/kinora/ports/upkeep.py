"""What is asked about a store when it is looked over or copied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kinora.domain.asset import Asset


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Bytes that assets have: their name in the blob store, their size and SHA-256 in hex."""

    name: str
    size: int
    sha256: str


class Upkeep(Protocol):
    """The store as its keeper sees it."""

    async def stored(self, *, after: str, at_most: int) -> Sequence[Stored]:
        """Return the bytes that assets have, by name, from the first name after one on."""

    async def having(self, name: str) -> Sequence[Asset]:
        """Return the assets whose bytes lie under a name."""

    async def miscounted(self) -> Sequence[str]:
        """Return a sentence for each bytes whose references are counted wrongly."""

    async def recount(self, *, at: datetime) -> None:
        """Count all references anew; bytes that nothing refers to are doomed."""

    async def damage(self) -> Sequence[str]:
        """Return what the database says is wrong with itself."""
