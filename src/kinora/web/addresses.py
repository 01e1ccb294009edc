"""Where a call comes from, also when it comes through a proxy."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from starlette.types import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
FORWARDED = b"x-forwarded-for"
HOUSE = 64
"""Bits of an IPv6 address that belong to one customer: who has one has all behind it."""


class Addresses:
    """Tells callers' addresses; only proxies in `trusted` networks are believed."""

    def __init__(self, trusted: Sequence[Network] = ()) -> None:
        """Believe what these proxies say in X-Forwarded-For."""
        self._trusted = tuple(trusted)
        self._trusts = lru_cache(maxsize=4096)(self._in_trusted)

    def __call__(self, scope: Scope) -> str:
        """Return an address; an IPv6 one as the network of its customer.

        Of the hops that proxies name, the last one that is no proxy of ours is the caller.
        """
        client = scope.get("client")
        peer: str = client[0] if client else ""
        if not self._trusted or not self._trusts(peer):
            return _shortened(peer)
        for hop in reversed(_hops(scope)):
            if not self._trusts(hop):
                return _shortened(hop)
            peer = hop
        return _shortened(peer)

    def is_proxy(self, peer: str) -> bool:
        """Tell whether an address is that of a proxy of ours."""
        return bool(self._trusted) and self._trusts(peer)

    def _in_trusted(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def _hops(scope: Scope) -> list[str]:
    told = b",".join(value for name, value in scope["headers"] if name == FORWARDED)
    return [hop.strip() for hop in told.decode("latin-1").split(",") if hop.strip()]


def _shortened(address: str) -> str:
    if ":" not in address:
        return address[:45]
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], HOUSE), strict=False))
    except ValueError:
        return address[:45]
