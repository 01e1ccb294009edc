"""Where bytes live. A blob is written whole or not at all, and never changes."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol


class Blobs(Protocol):
    """Named, immutable byte strings."""

    async def adopt(self, source: Path, *, name: str) -> None:
        """Take a finished local file over under a name; it is durable when this returns."""

    async def size(self, name: str) -> int | None:
        """Return how many bytes a blob has, None when there is none."""

    def read(self, name: str, *, start: int, length: int) -> AsyncIterator[bytes]:
        """Yield `length` bytes from `start`, in chunks of a few hundred kilobytes."""

    async def local(self, name: str, *, folder: Path) -> Path:
        """Return a file with the blob's bytes, made inside `folder` unless already local."""

    async def delete(self, name: str) -> None:
        """Remove a blob; nothing happens when there is none."""

    async def frozen(self) -> bool:
        """Tell whether a backup is being taken, so that nothing may be removed."""

    async def list(self, *, older_than: datetime, within: str = "") -> Sequence[str]:
        """Return the names of blobs written before a time, those below the folder `within`."""
