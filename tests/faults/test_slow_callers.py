"""Callers who are slow, silent or many, over real sockets: they are cut, others are served."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.acceptance.conftest import KEY, Server, until

SECONDS = 1.0
MOST, MOST_OF_ADDRESS = 700, 600
HEAD = f"GET /openapi/v2/account/balance HTTP/1.1\r\nhost: x\r\napi-key: {KEY}\r\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "engine": "testcard",
        "head_seconds": SECONDS,
        "body_seconds": SECONDS,
        "body_rate": 100_000,
        "connections": MOST,
        "connections_per_address": MOST_OF_ADDRESS,
    }
    extra = {f"KINORA_{name.upper()}": str(value) for name, value in settings.items()}
    made = Server(tmp_path_factory.mktemp("slow") / "data", port, extra=extra)
    made.start()
    yield made
    if made.process is not None:
        made.stop()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def line(house: Server, stack: ExitStack, first: bytes = b"") -> socket.socket:
    made = stack.enter_context(socket.create_connection(("127.0.0.1", house.port), timeout=30))
    if first:
        made.sendall(first)
    return made


def ended(lines: list[socket.socket]) -> int:
    """Return how many of the connections the server has ended."""
    found = 0
    for each in lines:
        each.setblocking(False)
        try:
            while each.recv(65_536):
                pass
            found += 1
        except BlockingIOError:
            pass
        except ConnectionError:
            found += 1
    return found


def said(each: socket.socket) -> bytes:
    told = b""
    with contextlib.suppress(ConnectionError):
        while piece := each.recv(65_536):
            told += piece
    return told


def asks(house: Server) -> float:
    """Ask as an honest caller does; return how long the answer took."""
    began = time.monotonic()
    answer = httpx.get(
        f"{house.address}/openapi/v2/account/balance", headers={"api-key": KEY}, timeout=20
    )
    assert answer.json()["ErrCode"] == 0
    return time.monotonic() - began


def test_five_hundred_that_never_finish_a_head(house: Server, stack: ExitStack) -> None:
    lines = [line(house, stack, HEAD[:-9].encode()) for _ in range(500)]
    waits = []

    def all_cut() -> bool:
        for each in lines[:50]:
            with contextlib.suppress(OSError):
                each.send(b"x")
        waits.append(asks(house))
        return ended(lines) == len(lines)

    until(all_cut, what="all of them are cut")
    assert max(waits) < 10
    assert len(waits) > 1


def test_what_a_slow_head_is_told(house: Server, stack: ExitStack) -> None:
    for first in (b"", b"G", HEAD.encode()):
        assert said(line(house, stack, first)).startswith(
            b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n"
        )


def test_a_connection_that_was_good_is_cut_as_well(house: Server, stack: ExitStack) -> None:
    slow = line(house, stack, HEAD.encode() + b"\r\nGET /a HTTP/1.1\r\nx: ")
    told = said(slow)
    assert told.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 408" in told


def body_of(house: Server, stack: ExitStack, path: str, length: int, kind: str) -> socket.socket:
    head = (
        f"POST {path} HTTP/1.1\r\nhost: x\r\napi-key: {KEY}\r\n"
        f"authorization: Bearer user:1-{KEY}\r\ncontent-type: {kind}\r\n"
        f"content-length: {length}\r\n\r\n"
    )
    return line(house, stack, head.encode())


@pytest.mark.parametrize(
    ("path", "kind", "mark"),
    [
        ("/openapi/v2/video/text/generate", "application/json", b'"ErrCode":500041'),
        ("/openapi/v2/image/upload", "multipart/form-data; boundary=b", b'"ErrCode":500041'),
        ("/v2/pixverse/files", "image/jpeg", b'"code":400'),
        ("/v2/pixverse/videos/create", "application/json", b'"code":400'),
    ],
)
def test_a_body_that_dribbles(
    house: Server, stack: ExitStack, path: str, kind: str, mark: bytes
) -> None:
    slow = body_of(house, stack, path, 10_000, kind)
    slow.setblocking(False)
    told = b""

    def cut() -> bool:
        nonlocal told
        with contextlib.suppress(BlockingIOError, ConnectionError):
            slow.send(b"-")
        with contextlib.suppress(BlockingIOError):
            piece = slow.recv(65_536)
            told += piece
            return not piece
        return False

    with contextlib.suppress(ConnectionError):
        until(cut, what="it is cut")
    assert mark in told


def test_a_sender_who_is_answered_early_cannot_stay(house: Server, stack: ExitStack) -> None:
    # The key is wrong: the answer comes at once, the body is 1 GB and never ends.
    head = "POST /v2/pixverse/files HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n"
    slow = line(house, stack, head.encode())
    slow.settimeout(0.2)
    told = b""

    def gone() -> bool:
        nonlocal told
        try:
            slow.send(b"-")
            piece = slow.recv(65_536)
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        told += piece
        return not piece

    until(gone, what="it is cut")
    assert told.startswith(b"HTTP/1.1 401")


def test_heads_have_a_size(house: Server, stack: ExitStack) -> None:
    long = "x" * 70_000
    for asked in (
        f"GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n",
        f"GET / HTTP/1.1\r\nhost: x\r\nlong: {long}\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\n" + "a: b\r\n" * 20_000 + "\r\n",
    ):
        told = said(line(house, stack, asked.encode()))
        assert told.startswith(b"HTTP/1.1 431 ")
    assert asks(house) < 10
    told = said(line(house, stack, b"nonsense\r\n\r\n"))
    assert told.startswith(b"HTTP/1.1 400 ")


def test_an_address_has_so_many_connections(house: Server, stack: ExitStack) -> None:
    lines = [line(house, stack) for _ in range(MOST_OF_ADDRESS)]
    one_more = line(house, stack)
    assert said(one_more).startswith(b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\n")
    # Others are served, until nothing is left at all; then those who only wait make room.
    with socket.socket() as other:
        other.bind(("127.0.0.2", 0))
        other.connect(("127.0.0.1", house.port))
        other.sendall(HEAD.encode() + b"connection: close\r\n\r\n")
        assert said(other).startswith(b"HTTP/1.1 200")
    until(lambda: ended(lines) == len(lines), what="those who only waited are cut")


def test_when_all_are_taken_who_waited_longest_makes_room(house: Server, stack: ExitStack) -> None:
    lines = []
    for number in range(MOST + 20):
        made = stack.enter_context(socket.socket())
        made.bind((f"127.0.0.{3 + number % 5}", 0))
        made.connect(("127.0.0.1", house.port))
        lines.append(made)
    assert asks(house) < 10
    until(lambda: ended(lines) == len(lines), what="all of them are cut")


def test_an_answer_that_nobody_takes(house: Server, stack: ExitStack) -> None:
    # 1.5 MB of scripts, asked for again and again on one connection and never read.
    asked = b"GET /docs/static/swagger-ui-bundle.js HTTP/1.1\r\nhost: x\r\n\r\n"
    slow = stack.enter_context(socket.socket())
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(("127.0.0.1", house.port))
    slow.sendall(asked * 20)

    def gone() -> bool:
        return slow.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0

    until(gone, what="it is cut")
    assert asks(house) < 10


def test_a_slow_caller_who_goes_on_is_served(house: Server, stack: ExitStack) -> None:
    body = json.dumps(
        {
            "model": "v6",
            "prompt": "x" * 1000,
            "aspect_ratio": "16:9",
            "duration": 1,
            "quality": "360p",
        }
    ).encode()
    slow = body_of(house, stack, "/openapi/v2/video/text/generate", len(body), "application/json")
    for at in range(0, len(body), 300):
        slow.sendall(body[at : at + 300])
    slow.settimeout(30)
    assert b"HTTP/1.1 200" in slow.recv(65_536)


def test_trailers_are_no_headers_and_have_an_end(house: Server, stack: ExitStack) -> None:
    post = "POST /openapi/v2/account/billing/usage-detail HTTP/1.1\r\nhost: x\r\n"
    chunked = "transfer-encoding: chunked\r\nconnection: close\r\n\r\n2\r\n{}\r\n0\r\n"
    late = line(house, stack, f"{post}{chunked}api-key: {KEY}\r\n\r\n".encode())
    assert b"400012" in said(late)  # no key was given
    honest = line(house, stack, f"{post}api-key: {KEY}\r\n{chunked}x-sum: 1\r\n\r\n".encode())
    assert b'"ErrCode":0' in said(honest)
    for piece in (b"x: " + b"a" * 60_000 + b"\r\n", b"a" * 60_000):
        flood = line(house, stack, f"{post}api-key: {KEY}\r\n{chunked}x: ".encode())
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 64 << 20:
                flood.sendall(piece)
                sent += len(piece)
        assert sent < 64 << 20
