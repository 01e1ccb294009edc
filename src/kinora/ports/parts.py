"""Uploads that come in parts and may be taken up again."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from kinora.domain.ids import AccountId, AssetId


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An upload that was begun: `offset` of its `length` bytes are here.

    `metadata` is what its sender said of it, unread. `asset` is what it became once it was whole.
    """

    name: str
    account: AccountId
    length: int
    offset: int
    metadata: str
    expires_at: datetime
    asset: AssetId | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is missing."""
        return self.offset == self.length


class Busy(Exception):
    """Someone else is writing to this upload."""


class OpenPart(Protocol):
    """An upload that nobody else can write to for as long as it is open."""

    @property
    def part(self) -> Part:
        """The upload as it is now."""

    @property
    def path(self) -> Path:
        """Where its bytes lie."""

    async def append(self, chunks: AsyncIterator[bytes]) -> Part:
        """Add bytes; all that came stays when the sender breaks off.

        Raises Invalid when there are more than the upload's length leaves room for.
        """

    async def settle(self, asset: AssetId) -> Part:
        """Write down what it became, and let its bytes go."""

    async def drop(self) -> None:
        """Forget the upload."""


class Parts(Protocol):
    """Keeps uploads until they are whole, or expire."""

    async def begin(self, *, account: AccountId, length: int, metadata: str) -> Part:
        """Begin an upload; raises TooManyRunning when the account has too many unfinished ones."""

    async def look(self, name: str) -> Part | None:
        """Return an upload that is neither dropped nor expired."""

    def hold(self, name: str) -> AbstractAsyncContextManager[OpenPart]:
        """Open an upload to write; raises Busy when someone else does, KeyError when it is gone."""
