"""What an operator does with keys that exist: end them, or replace them."""

from dataclasses import dataclass, replace
from datetime import timedelta

from kinora.domain.account import Key
from kinora.domain.deed import SERVER, Deed
from kinora.domain.errors import NotAllowed
from kinora.domain.ids import KeyId
from kinora.domain.keys import Pepper, shown_part
from kinora.ports.clock import Clock, Mint
from kinora.ports.store import Store, Tx
from kinora.usecases.manage_accounts import add_key, new_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKey:
    """Close a key for good."""

    store: Store
    clock: Clock
    who: str = SERVER

    async def __call__(self, key: KeyId) -> None:
        """Close it; raises NotAllowed when there is none open with this id."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            if not await tx.keys.revoke(key, at=now):
                raise NotAllowed(f"there is no open key {key}")
            await tx.audit.add(Deed(at=now, who=self.who, what="key.revoke", target=f"key:{key}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKey:
    """Put a new key in an old one's place: both open the account for a while."""

    store: Store
    clock: Clock
    mint: Mint
    pepper: Pepper
    who: str = SERVER

    async def __call__(self, number: KeyId, *, overlap: timedelta) -> tuple[Key, str]:
        """Return the new key and its secret; the old one ends after `overlap`.

        The new one has the old one's cap, of which nothing is spent yet.
        Raises NotAllowed when there is no open key with this id.
        """
        now, secret = self.clock.now(), new_secret()
        async with self.store.transaction() as tx:
            old = await _open_key(tx, number)
            if old.expires_at is not None and old.expires_at <= now:
                raise NotAllowed(f"there is no open key {number}")
            key = replace(
                old,
                id=KeyId(self.mint.id()),
                prefix=shown_part(secret),
                created_at=now,
                used_at=None,
                cap=replace(old.cap, spent=0) if old.cap else None,
            )
            await add_key(tx, key, self.pepper.digest(secret), who=self.who)
            # One that ends sooner by itself keeps its end.
            ends = min(now + overlap, old.expires_at or now + overlap)
            await tx.keys.expire(number, at=ends)
            detail = f"replaced by key:{key.id}, ends {ends:%Y-%m-%d %H:%M} UTC"
            await tx.audit.add(
                Deed(
                    at=now,
                    who=self.who,
                    what="key.rotate",
                    target=f"key:{number}",
                    detail=detail,
                )
            )
        return key, secret


async def _open_key(tx: Tx, number: KeyId) -> Key:
    found = await tx.keys.get(number)
    if found is None or found.revoked_at is not None:
        raise NotAllowed(f"there is no open key {number}")
    return found
