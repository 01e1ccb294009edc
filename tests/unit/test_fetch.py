"""Links that strangers send, against a local server that misbehaves."""

import asyncio
import gzip
import ipaddress
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from kinora.adapters.fetch import Address, SafeFetcher, is_public
from kinora.domain.errors import BadLink, ImageTooBig

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
MAX = 1 << 20


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.1.1", False),
        ("172.16.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to refuse
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


class Origin:
    """A server whose answers depend on the path."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[str] = []
        self.cookies = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        self.asked.append(path)
        self.cookies += "cookie:" in head.lower()
        try:
            await self.answer(path, writer)
        except ConnectionError:
            return
        finally:
            writer.close()

    async def answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        where = {"/loop": "/loop", "/odd": "http://[bad"}
        where["/inward"] = f"http://inner.test:{self.port}/ok"
        if path in where:
            writer.write(f"HTTP/1.1 302 Found\r\nlocation: {where[path]}\r\n\r\n".encode())
        elif path == "/endless":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n")
            while True:
                writer.write(bytes(1 << 16))
                await writer.drain()
        elif path == "/packed":
            body = gzip.compress(gzip.compress(bytes(1 << 20)))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip, gzip\r\n\r\n" + body)
        elif path == "/cookie":
            writer.write(b"HTTP/1.1 200 OK\r\nset-cookie: who=ada\r\ncontent-length: 0\r\n\r\n")
        elif path == "/silent":
            await asyncio.Event().wait()
        elif path == "/missing":
            writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
        else:
            writer.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: image/PNG; q=1\r\ncontent-length: 3\r\n\r\nabc"
            )
        await writer.drain()


@pytest.fixture
async def origin() -> AsyncIterator[Origin]:
    made = Origin()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


async def names(host: str) -> Sequence[Address]:
    """`outer.test` is allowed by its address; `inner.test` is not, though it leads there too."""
    known = {
        "outer.test": ["127.0.0.1"],
        "inner.test": ["10.0.0.1"],
        "both.test": ["127.0.0.1", "10.0.0.1"],
    }
    if host not in known:
        raise OSError
    return [ipaddress.ip_address(address) for address in known[host]]


async def test_slow_name_servers_hold_no_thread_that_others_need(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loop, asked, answered = asyncio.get_running_loop(), asyncio.Semaphore(0), threading.Event()

    def stuck(_host: str) -> Sequence[Address]:
        loop.call_soon_threadsafe(asked.release)
        answered.wait(60)
        return [ipaddress.ip_address("10.0.0.1")]

    monkeypatch.setattr("kinora.adapters.fetch.addresses_of", stuck)
    loop.set_default_executor(ThreadPoolExecutor(2))
    fetcher = SafeFetcher(patience=60)
    fetch = partial(fetcher.fetch, "http://slow.test/", folder=tmp_path, at_most=9)
    fetches = [asyncio.create_task(fetch()) for _ in range(2)]
    try:
        async with asyncio.timeout(10):
            for _ in fetches:
                await asked.acquire()
            await asyncio.to_thread(answered.is_set)
        assert not any(each.done() for each in fetches)
    finally:
        answered.set()
    for each in fetches:
        with pytest.raises(BadLink, match="not public"):
            await each
    await fetcher.close()


@pytest.fixture
async def fetcher() -> AsyncIterator[SafeFetcher]:
    made = SafeFetcher(allowed=[LOOPBACK], patience=2.0, find=names)
    yield made
    await made.close()


async def test_fetches_a_file(origin: Origin, fetcher: SafeFetcher, tmp_path: Path) -> None:
    link = f"http://outer.test:{origin.port}/ok"
    fetched = await fetcher.fetch(link, folder=tmp_path, at_most=MAX)
    assert (fetched.path.read_bytes(), fetched.mime) == (b"abc", "image/png")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/loop", "redirects more than 5 times"),
        ("/inward", "not public"),
        ("/missing", "status 404"),
        ("/odd", "could not be fetched"),
        ("/packed", "packed"),
    ],
)
async def test_refuses(
    origin: Origin, fetcher: SafeFetcher, tmp_path: Path, path: str, text: str
) -> None:
    with pytest.raises(BadLink, match=text):
        await fetcher.fetch(f"http://outer.test:{origin.port}{path}", folder=tmp_path, at_most=MAX)
    assert "/ok" not in origin.asked


async def test_forgets_cookies(origin: Origin, fetcher: SafeFetcher, tmp_path: Path) -> None:
    for path in ("/cookie", "/ok"):
        link = f"http://outer.test:{origin.port}{path}"
        await fetcher.fetch(link, folder=tmp_path, at_most=MAX)
    assert (origin.asked, origin.cookies) == (["/cookie", "/ok"], 0)


async def test_stops_an_endless_file(origin: Origin, fetcher: SafeFetcher, tmp_path: Path) -> None:
    link = f"http://outer.test:{origin.port}/endless"
    with pytest.raises(ImageTooBig):
        await fetcher.fetch(link, folder=tmp_path, at_most=MAX)


async def test_gives_up_on_a_silent_server(origin: Origin, tmp_path: Path) -> None:
    fetcher = SafeFetcher(allowed=[LOOPBACK], patience=0.2, find=names)
    with pytest.raises(BadLink):
        await fetcher.fetch(f"http://outer.test:{origin.port}/silent", folder=tmp_path, at_most=MAX)
    await fetcher.close()


@pytest.mark.parametrize(
    "link",
    [
        "http://inner.test/a.png",
        "http://both.test/a.png",
        "http://unknown.test/a.png",
        "http://[::1]/a.png",
        "file:///etc/passwd",
        "ftp://outer.test/a",
        "http://me:secret@outer.test/",
        "http:///a",
        "http://outer.test:99999999/",
        "not a link",
        "http://" + "a" * 5000,
    ],
)
async def test_links_that_are_not_followed(fetcher: SafeFetcher, tmp_path: Path, link: str) -> None:
    with pytest.raises(BadLink):
        await fetcher.fetch(link, folder=tmp_path, at_most=MAX)


async def test_without_permission_loopback_is_refused(origin: Origin, tmp_path: Path) -> None:
    fetcher = SafeFetcher(find=names)
    with pytest.raises(BadLink, match="not public"):
        await fetcher.fetch(f"http://outer.test:{origin.port}/ok", folder=tmp_path, at_most=MAX)
    assert origin.asked == []
    await fetcher.close()
