"""How often somebody may call: token buckets by key and by address, in this process's memory."""

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from kinora.domain.errors import TooOften
from kinora.ports.limits import Proved, noted

MOST = 65_536
"""How many buckets of a kind are kept: the one that was used longest ago goes first."""

Name = TypeVar("Name", bound=Hashable)


class Buckets(Generic[Name]):
    """A bucket for each name, which `rate` tokens a second fill up to `burst`; rate 0 is no limit.

    One that is forgotten begins anew, full.
    """

    def __init__(self, *, rate: float, burst: float, most: int = MOST) -> None:
        """Begin with full buckets."""
        self._rate = rate
        self._burst = burst if rate else math.inf
        self._most = most
        self._levels: dict[Name, tuple[float, float]] = {}

    def __contains__(self, name: Name) -> bool:
        return name in self._levels

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, name: Name, *, now: float) -> float:
        """Take a token; return 0, or how many seconds to wait when there is none."""
        level = self._level(self._levels.pop(name, None), now)
        taken = level >= 1
        self._levels[name] = (level - 1 if taken else level, now)
        if len(self._levels) > self._most:
            del self._levels[next(iter(self._levels))]
        return 0.0 if taken else (1 - level) / self._rate

    def give_back(self, name: Name) -> None:
        """Put back a token that was taken, if the bucket is still known."""
        level, then = self._levels.get(name, (0.0, 0.0))
        if name in self._levels:
            self._levels[name] = (min(self._burst, level + 1), then)

    def _level(self, known: tuple[float, float] | None, now: float) -> float:
        if known is None:
            return self._burst
        level, then = known
        return min(self._burst, level + (now - then) * self._rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """Limits on calls by key, by address, and on keys that open nothing by address.

    Only keys that have opened an account have buckets, so that inventing keys fills no memory.
    Whoever has brought too many bad keys waits; keys that are known to be good go on from the
    same address, so that nobody can lock out a neighbour.
    """

    keys: Buckets[bytes]
    addresses: Buckets[str]
    failures: Buckets[str]
    now: Callable[[], float] = field(default=time.monotonic)

    def enter(self, address: str) -> None:
        """Count a call from an address; raise TooOften."""
        _pass(self.addresses.take(address, now=self.now()), "this address")

    def admit(self, digest: bytes, *, address: str) -> Proved:
        """Count a call with a key; raise TooOften."""
        now = self.now()
        if digest in self.keys:
            _pass(self.keys.take(digest, now=now), "this key")
            return noted
        # Counted before it is looked up: of many at the same time none has failed yet.
        _pass(self.failures.take(address, now=now), "this address, with keys that are unknown")
        return partial(self._proved, digest, address)

    def _proved(self, digest: bytes, address: str) -> None:
        """Count a call that was taken for a failure as one of its key."""
        self.failures.give_back(address)
        self.keys.take(digest, now=self.now())


def _pass(wait: float, whose: str) -> None:
    if wait > 0:
        text = f"too many calls from {whose}; try again in {max(1, math.ceil(wait))} s"
        raise TooOften(text, wait=max(1.0, wait))
