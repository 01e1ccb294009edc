"""Keys: what opens accounts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from kinora.domain.account import Key, Opened
from kinora.domain.caps import Cap
from kinora.domain.ids import AccountId, KeyId
from kinora.domain.job import Job


class Keys(Protocol):
    """Keys by the hash of their secret."""

    async def add(self, key: Key, *, digest: bytes) -> None:
        """Keep a new key under the digest of its secret."""

    async def open(self, digest: bytes, *, at: datetime) -> Opened | None:
        """Return what a key opens, unless it is unknown, revoked or at its end."""

    async def known(self, digest: bytes) -> bool:
        """Tell whether there is, or was, a key with this digest."""

    async def get(self, key: KeyId) -> Key | None:
        """Return the key."""

    async def list(self, account: AccountId | None = None) -> Sequence[Key]:
        """Return keys, oldest first, of one account or of all."""

    async def revoke(self, key: KeyId, *, at: datetime) -> bool:
        """Close a key for good; False when there is none open with this id."""

    async def expire(self, key: KeyId, *, at: datetime) -> bool:
        """Let a key end at a time; False when there is none open, or it ends before."""

    async def used(self, keys: Iterable[KeyId], *, at: datetime) -> None:
        """Note when keys were last used."""

    async def set_cap(self, key: KeyId, cap: Cap | None, *, at: datetime) -> bool:
        """Cap a key, or no more; False when there is no such key.

        What it spent in the period of `at` is counted anew, `cap.spent` is not looked at.
        """

    async def spend(self, job: Job) -> Cap | None:
        """Count a job's cost on the key that ordered it; when its cap forbids, return that."""

    async def give_back(self, job: Job) -> None:
        """Count the cost of a job that was not made no longer on its key."""
