"""Remember which keys were used and which addresses brought bad ones, and write it down seldom."""

from collections import Counter
from datetime import datetime, timedelta

from kinora.domain.account import Opened
from kinora.domain.deed import Deed
from kinora.domain.ids import KeyId
from kinora.ports.clock import Clock
from kinora.ports.store import Store

COARSE = timedelta(hours=1)
MOST_ADDRESSES = 100
"""Addresses that the audit log hears of at one writing; the rest are told of as one."""

OTHERS = "others"


class NoteCalls:
    """Gathers in memory; `write` puts it into the store, so that polls write nothing."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        """Begin with nothing gathered."""
        self._store = store
        self._clock = clock
        self._used: set[KeyId] = set()
        self._refused: Counter[str] = Counter()

    def used(self, opened: Opened, at: datetime) -> None:
        """Note that a key was used, unless that was written within the hour."""
        key = opened.account.key
        if key is None or key in self._used:
            return
        if opened.used_at is None or at - opened.used_at >= COARSE:
            self._used.add(key)

    def refused(self, address: str) -> None:
        """Note that an address brought a key that opens nothing."""
        full = len(self._refused) >= MOST_ADDRESSES and address not in self._refused
        self._refused[OTHERS if full else address] += 1

    async def write(self) -> None:
        """Write what was gathered, in one transaction."""
        used, refused = self._used, self._refused
        if not used and not refused:
            return
        self._used, self._refused = set(), Counter()
        now = self._clock.now()
        async with self._store.transaction() as tx:
            await tx.keys.used(used, at=now)
            for address, number in refused.items():
                await tx.audit.add(
                    Deed(
                        at=now,
                        who="unknown",
                        what="key.refused",
                        target="",
                        detail=f"{number} calls with keys that open nothing",
                        address=address,
                    )
                )
