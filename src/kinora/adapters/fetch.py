"""Fetches links that strangers send, and never from places that they should not reach.

The host is resolved once, every address is judged, and the connection goes to the judged address
itself, so a name that changes its answer (DNS rebinding) gains nothing. Redirects are followed by
hand and judged again.
"""

import asyncio
import ipaddress
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from kinora.domain.errors import BadLink, ImageTooBig
from kinora.ports.media import Fetched

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str], Awaitable[Sequence[Address]]]

MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
OK = 200
LONGEST_LINK = 4096
MOST_IDLE = 20
IDLE = 5.0
"""Seconds that a connection is kept for the next call to the same host."""

RESOLVERS = 32

# Prefixes that carry an IPv4 address inside an IPv6 one (RFC 6052, RFC 4291).
NAT64 = ipaddress.ip_network("64:ff9b::/96")
COMPATIBLE = ipaddress.ip_network("::/96")
NOT_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "fec0::/10", "3fff::/20")
)
"""Special networks that Python 3.11 counts as global (IANA's special-purpose registries)."""


class Forbidden(httpcore.ConnectError):
    """The host's address is not one that links may lead to."""


class Names:
    """Resolves host names in threads of its own.

    Names that take long to resolve would hold the threads that everything else needs.
    """

    def __init__(self) -> None:
        """Start no thread yet."""
        self._threads = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="resolver")

    async def __call__(self, host: str) -> Sequence[Address]:
        """Return the addresses of a host name; raises OSError."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, addresses_of, host)

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def addresses_of(host: str) -> Sequence[Address]:
    """Return the addresses of a host name, however long its name servers take; raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def is_public(address: Address) -> bool:
    """Tell whether an address, and any address hidden inside it, is on the open internet."""
    if isinstance(address, ipaddress.IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour
        if hidden is None and (address in NAT64 or address in COMPATIBLE):
            hidden = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if hidden is not None:
            return is_public(hidden)
        if address.teredo is not None:
            return False
    if any(address in network for network in NOT_PUBLIC if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def may_reach(address: Address, allowed: Iterable[Network]) -> bool:
    """Tell whether an address is on the open internet or in a network that is allowed."""
    return is_public(address) or any(
        address in network for network in allowed if network.version == address.version
    )


class _JudgingBackend(httpcore.AsyncNetworkBackend):
    """Opens connections only to judged addresses."""

    def __init__(self, allowed: Iterable[Network], find: Resolve) -> None:
        self._inner = httpcore.AnyIOBackend()
        self._allowed = tuple(allowed)
        self._find = find

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await self._find(host)
        except OSError as error:
            raise httpcore.ConnectError("the host is unknown") from error
        judged = [address for address in addresses if may_reach(address, self._allowed)]
        if not addresses or len(judged) < len(addresses):
            raise Forbidden("the host is not a public one")
        return await self._inner.connect_tcp(
            str(judged[0]), port, timeout, local_address, socket_options
        )

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def safe_client(*, allowed: Iterable[Network], patience: float, find: Resolve) -> httpx.AsyncClient:
    """Return a client that reaches public addresses and `allowed` networks only, once each."""
    transport = httpx.AsyncHTTPTransport(retries=0, trust_env=False)
    transport._pool = httpcore.AsyncConnectionPool(  # noqa: SLF001 - httpx has no public way
        ssl_context=httpx.create_ssl_context(trust_env=False),
        network_backend=_JudgingBackend(allowed, find),
        # Who asks bounds how many are under way; a bound here would let one host keep others out.
        max_connections=None,
        max_keepalive_connections=MOST_IDLE,
        keepalive_expiry=IDLE,
    )
    return httpx.AsyncClient(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        # One person's link must leave nothing behind for the next one's.
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        timeout=patience,
        headers={"accept-encoding": "identity", "user-agent": "kinora"},
    )


class SafeFetcher:
    """Streams links to disk within bounds of size and time."""

    def __init__(
        self,
        *,
        allowed: Iterable[Network] = (),
        patience: float = 15.0,
        find: Resolve | None = None,
    ) -> None:
        """Allow private networks by name; `patience` bounds a whole fetch, in seconds."""
        self._names = Names()
        self._client = safe_client(allowed=allowed, patience=patience, find=find or self._names)
        self._patience = patience

    async def fetch(self, link: str, *, folder: Path, at_most: int) -> Fetched:
        """Stream a link to a file in `folder`; raise BadLink or ImageTooBig."""
        try:
            async with asyncio.timeout(self._patience), self._follow(link) as answer:
                path = folder / secrets.token_hex(8)
                await _save(answer, path, at_most)
        except TimeoutError:
            raise BadLink(f"the link took longer than {self._patience:.0f} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            # ValueError: names that cannot be encoded, and redirects to what is not a URL.
            if isinstance(error.__cause__, Forbidden):
                raise BadLink("the link leads to an address that is not public") from None
            raise BadLink("the link could not be fetched") from None
        mime = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Fetched(path=path, mime=mime)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()
        self._names.close()

    @asynccontextmanager
    async def _follow(self, link: str) -> AsyncIterator[httpx.Response]:
        for _ in range(MOST_REDIRECTS + 1):
            check_link(link)
            async with self._client.stream("GET", link) as answer:
                if answer.status_code in REDIRECTS and "location" in answer.headers:
                    link = urljoin(link, answer.headers["location"])
                    continue
                if answer.status_code != OK:
                    raise BadLink(f"the link answers with status {answer.status_code}")
                yield answer
                return
        raise BadLink(f"the link redirects more than {MOST_REDIRECTS} times")


def check_link(link: str) -> None:
    """Raise BadLink for what is no plain http or https URL."""
    try:
        parts = urlsplit(link)
        parts.port  # noqa: B018 - raises when it is not a number
    except ValueError:
        raise BadLink("the link is not a URL") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(link) > LONGEST_LINK:
        raise BadLink("the link must be an http or https URL")
    if parts.username or parts.password:
        raise BadLink("the link must not carry a user name or password")


async def _save(answer: httpx.Response, path: Path, at_most: int) -> None:
    # An unpacked body has no bound: 1 KB packed twice grows to gigabytes.
    if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise BadLink("the link's server sends packed files")
    size = 0
    with path.open("wb") as file:
        async for chunk in answer.aiter_raw():
            size += len(chunk)
            if size > at_most:
                raise ImageTooBig(f"the linked file must be smaller than {at_most} bytes")
            file.write(chunk)
