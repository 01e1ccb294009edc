"""What callers should not send, over real HTTP: too many at once, and too much at once."""

import asyncio
import json
import select
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from tests.acceptance.conftest import KEY, Server, serving, until
from tests.acceptance.test_main_job import cli
from tests.acceptance.test_two_doors import useapi

LANE = "bea@example.com"
BEARER = {"Authorization": f"Bearer user:1-{KEY}"}
FIVE_GB = 5 * 1024**3
MANY, PLACES = 200, 8
PIECE = b"x" * 65536
MOST_READ = 16 * 1024**2
"""Buffers of both ends and of the system between them."""

LIMIT = 100 * 1024**2


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    quick = {"KINORA_ENGINE": "testcard", "KINORA_ENGINES": "1", "KINORA_PROVENANCE": "off"}
    several = {"KINORA_API_PROCESSES": "2"}
    with serving(tmp_path_factory.mktemp("bad"), **quick, **several) as made:
        yield made


def test_of_two_hundred_at_once_exactly_as_many_are_taken_as_there_are_places(
    house: Server,
) -> None:
    account = f"{house.address}/v2/pixverse/accounts/{LANE}"
    terms = {"password": "-", "maxJobs": PLACES}
    assert httpx.post(account, json=terms, headers=BEARER).status_code == 201
    # Nothing may end meanwhile, or its place would be another's.
    dispatcher = house.find("kinora.cli.run_dispatcher")
    dispatcher.send_signal(signal.SIGSTOP)
    try:
        statuses = Counter(asyncio.run(submitted_at_once(house)))
    finally:
        dispatcher.send_signal(signal.SIGCONT)
    assert statuses == {200: PLACES, 429: MANY - PLACES}
    until(lambda: useapi(house, "GET", "/scheduler") == [], what="all of them have ended")
    rows = useapi(house, "GET", f"/videos?email={LANE}&limit=100")
    assert [row["video_status_name"] for row in rows["data"]] == ["COMPLETED"] * PLACES
    assert cli(house, "credits", "reconcile").returncode == 0


async def submitted_at_once(house: Server) -> list[int]:
    clip = {"prompt": "a", "duration": 1, "quality": "360p", "email": LANE}
    limits = httpx.Limits(max_connections=MANY)
    async with httpx.AsyncClient(base_url=house.address, limits=limits, timeout=120) as client:
        path = "/v2/pixverse/videos/create"
        calls = [client.post(path, json=clip, headers=BEARER) for _ in range(MANY)]
        return [answer.status_code for answer in await asyncio.gather(*calls)]


@pytest.mark.parametrize("chunked", [False, True], ids=["told", "chunked"])
@pytest.mark.parametrize(
    ("path", "kind", "most"),
    [
        ("/v2/pixverse/files?email=bea@example.com", "video/mp4", LIMIT),
        ("/v2/pixverse/files?email=bea@example.com", "multipart/form-data; boundary=b", LIMIT),
        ("/v2/pixverse/videos/create", "application/json", 0),
        ("/v2/pixverse/videos/create", "multipart/form-data; boundary=b", 0),
        ("/openapi/v2/media/upload", "multipart/form-data; boundary=b", LIMIT),
    ],
    ids=["file", "file in a form", "json", "form", "platform"],
)
def test_five_gigabytes_are_refused_before_they_have_come(
    house: Server, path: str, kind: str, most: int, chunked: bool
) -> None:
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {FIVE_GB}"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {BEARER['Authorization']}\r\n"
        f"API-KEY: {KEY}\r\nContent-Type: {kind}\r\n{length}\r\n\r\n"
    )
    first = b""
    if "multipart" in kind:
        part = 'Content-Disposition: form-data; name="file"; filename="a"'
        first = f"--b\r\n{part}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", house.port), timeout=60) as line:
        line.sendall(head.encode())
        sent, answer = poured(line, first, chunked=chunked)
    status, _, body = answer.partition(b"\r\n\r\n")
    told = json.loads(body)
    assert "ErrCode" in told or told["code"] == 400
    assert told.get("ErrCode", 400) != 0
    assert b"connection: close" in status.lower()
    assert sent < (most if chunked else 0) + MOST_READ
    assert not list((house.data / "tmp").iterdir())


def poured(line: socket.socket, first: bytes, *, chunked: bool) -> tuple[int, bytes]:
    """Send until something is answered; return how much went out, and the whole answer."""
    sent, waiting = 0, framed(first or PIECE, chunked=chunked)
    # The connection may be closed at any moment; what was answered before is there all the same.
    with suppress(ConnectionError):
        while not select.select([line], [], [], 0)[0]:
            assert sent < FIVE_GB
            if select.select([line], [line], [], 30)[1]:
                gone = line.send(waiting)
                sent, waiting = sent + gone, waiting[gone:] or framed(PIECE, chunked=chunked)
    answer = b""
    with suppress(ConnectionError):
        while piece := line.recv(65536):
            answer += piece
    return sent, answer


def framed(piece: bytes, *, chunked: bool) -> bytes:
    return b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
