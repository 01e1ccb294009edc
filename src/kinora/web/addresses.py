"""Where a call comes from, also when it comes through a proxy."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from starlette.types import Scope

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
FORWARDED = b"x-forwarded-for"
HOUSE = 64
"""Bits of an IPv6 address that belong to one customer: who has one has all behind it."""

LONGEST = 45


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
        if not self.is_proxy(peer):
            return house_of(peer)
        for hop in reversed(_hops(scope)):
            if not self._trusts(hop):
                return house_of(hop)
            peer = hop
        return house_of(peer)

    def is_proxy(self, peer: str) -> bool:
        """Tell whether an address is that of a proxy of ours."""
        return bool(self._trusted) and self._trusts(peer)

    def _in_trusted(self, text: str) -> bool:
        address = _read(text)
        return address is not None and any(address in network for network in self._trusted)


def house_of(address: str) -> str:
    """Return an address as callers are counted by: an IPv6 one is its customer's network."""
    if ":" not in address:
        return address[:LONGEST]
    match _read(address):
        case ipaddress.IPv4Address() as found:
            return str(found)
        case ipaddress.IPv6Address() as found:
            return str(ipaddress.ip_network((int(found), HOUSE), strict=False))
        case None:
            return address[:LONGEST]


def _hops(scope: Scope) -> list[str]:
    told = b",".join(value for name, value in scope["headers"] if name == FORWARDED)
    return [hop.strip() for hop in told.decode("latin-1").split(",") if hop.strip()]


def _read(text: str) -> Address | None:
    """Read an address, also one with a port or a zone, or of IPv4 within IPv6."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return inner or address
