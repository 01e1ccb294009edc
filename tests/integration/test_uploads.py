"""Uploads and media over real sockets: what senders and readers do when nobody is watching."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from kinora.adapters.secrets import installation_secret
from kinora.domain.ids import AssetId
from kinora.domain.seals import derived
from kinora.web.links import Links
from kinora_client import AsyncKinora, Kinora, KinoraRefused, calls
from tests.acceptance.conftest import KEY, Server, until
from tests.assets import asset

FORM = b'--b\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
MEGABYTE = bytes(1 << 20)
IDLE = 30
"""Seconds of silence after which the server gives a sender up."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Server(tmp_path_factory.mktemp("house") / "data", port, extra={"KINORA_ENGINES": "1"})
    made.start()
    yield made
    if made.process is not None:
        made.stop()


@dataclass
class Sender:
    """A connection that sends what it is told, when it is told."""

    server: Server
    line: socket.socket

    def head(self, length: int) -> None:
        self.line.sendall(
            f"POST /openapi/v2/image/upload HTTP/1.1\r\nhost: x\r\napi-key: {KEY}\r\n"
            f"content-type: multipart/form-data; boundary=b\r\ncontent-length: {length}\r\n\r\n"
            .encode()
        )  # fmt: skip

    def answer(self) -> dict[str, Any]:
        told = b""
        while b"\r\n\r\n" not in told or not told.endswith(b"}"):
            piece = self.line.recv(65536)
            assert piece, told
            told += piece
        assert told.startswith(b"HTTP/1.1 200"), told
        read: dict[str, Any] = json.loads(told.partition(b"\r\n\r\n")[2])
        return read


def call(server: Server) -> Sender:
    return Sender(server, socket.create_connection(("127.0.0.1", server.port), timeout=60))


@pytest.fixture(scope="module")
def stalled(house: Server) -> Iterator[tuple[Sender, float]]:
    """Begin an upload that stops in its middle, and let it be."""
    sender = call(house)
    sender.head(1 << 20)
    sender.line.sendall(FORM + b"half a pic")
    until(lambda: len(waiting(house)) == 1, what="the upload has begun")
    yield sender, time.monotonic()
    sender.line.close()


def waiting(server: Server) -> list[Path]:
    return list((server.data / "tmp").iterdir())


def kept(server: Server) -> list[Path]:
    return [path for path in (server.data / "blobs").rglob("*") if path.is_file()]


@pytest.fixture
def kinora(house: Server) -> Iterator[Kinora]:
    with Kinora(house.address, KEY) as client:
        yield client


def test_a_sender_that_goes_away_leaves_nothing(
    house: Server, kinora: Kinora, stalled: tuple[Sender, float]
) -> None:
    before, purse = kept(house), kinora.balance()
    others = waiting(house)
    for _ in range(3):
        with closing(call(house).line) as line:
            sender = Sender(house, line)
            sender.head(8 << 20)
            line.sendall(FORM + MEGABYTE * 2)
            until(lambda: len(waiting(house)) > len(others), what="the upload has begun")
        until(lambda: waiting(house) == others, what="the upload is forgotten")
    assert kept(house) == before
    assert kinora.balance() == purse
    assert "http.crash" not in house.log


def test_a_sender_that_resets_the_line(house: Server, stalled: tuple[Sender, float]) -> None:
    others = waiting(house)
    sender = call(house)
    sender.head(8 << 20)
    sender.line.sendall(FORM + MEGABYTE)
    until(lambda: len(waiting(house)) > len(others), what="the upload has begun")
    linger_not = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    sender.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
    sender.line.close()
    until(lambda: waiting(house) == others, what="the upload is forgotten")
    assert "http.crash" not in house.log


def test_too_big_is_said_before_all_has_come(house: Server, stalled: tuple[Sender, float]) -> None:
    others = waiting(house)
    with closing(call(house).line) as line:
        sender = Sender(house, line)
        sender.head(4 << 30)
        line.sendall(FORM)
        # Its length was told, so it is refused at once; what is on its way is let go.
        line.sendall(MEGABYTE * 2)
        told = sender.answer()
    assert (told["ErrCode"], told["Resp"]) == (500030, None)
    until(lambda: waiting(house) == others, what="the upload is forgotten")
    memory = psutil.Process(house.find("run_api").pid).memory_info().rss
    assert memory < 300 << 20


@pytest.mark.parametrize(
    ("body", "code"), [(b"no picture", 500032), (b"\x89PNG\r\n\x1a\n" + b"x" * 100, 500031)]
)
def test_what_is_no_picture(
    house: Server, kinora: Kinora, tmp_path: Path, body: bytes, code: int
) -> None:
    before = kept(house)
    (tmp_path / "a.png").write_bytes(body)
    with pytest.raises(KinoraRefused) as refused:
        kinora.upload_image(tmp_path / "a.png")
    assert refused.value.code == code
    assert kept(house) == before


def test_media_over_the_wire(kinora: Kinora, photos: Path) -> None:
    url = kinora.upload_image(photos / "cat.jpg").url
    whole = httpx.get(url)
    size = len(whole.content)
    head = httpx.head(url)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "content-type", "accept-ranges"):
        assert head.headers[name] == whole.headers[name]
    for header, start, end in (
        ("bytes=0-0", 0, 0),
        (f"bytes={size - 1}-", size - 1, size - 1),
        ("bytes=-7", size - 7, size - 1),
        (f"bytes=5-{size * 9}", 5, size - 1),
    ):
        part = httpx.get(url, headers={"Range": header})
        assert (part.status_code, part.content) == (206, whole.content[start : end + 1])
        assert part.headers["content-range"] == f"bytes {start}-{end}/{size}"
    both = httpx.get(url, headers={"Range": "bytes=0-3,10-13"})
    assert both.status_code == 206
    assert both.content.count(f"/{size}\r\n".encode()) == 2
    etag = whole.headers["etag"]
    for tags in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        known = httpx.get(url, headers={"If-None-Match": tags})
        assert (known.status_code, known.content) == (304, b"")
    assert httpx.get(url, headers={"If-None-Match": '"x"'}).status_code == 200
    assert httpx.get(url, headers={"Range": f"bytes={size}-"}).status_code == 416
    assert httpx.post(url).status_code == 405


@dataclass
class Then:
    """A clock that stands still."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def test_links_that_are_old_or_forged(house: Server, kinora: Kinora, photos: Path) -> None:
    given = kinora.upload_image(photos / "cat.jpg")
    secret = derived(installation_secret(house.data), "links")
    for days, status in ((-9, 410), (0, 200)):
        links = Links(secret=secret, clock=Then(datetime.now(UTC) + timedelta(days=days)))
        path = links.path(asset(1, 1, number=given.id))
        assert httpx.get(house.address + path).status_code == status
    number, token = given.url.split("/")[4:6]
    expiry, _, signature = token.partition(".")
    for forged in (
        f"{number}/{int(expiry) + 86_400}.{signature}",
        f"{number}/{expiry}.{signature[::-1]}",
        f"{number}/{expiry}.",
        f"{AssetId(int(number) + 1)}/{token}",
        f"{number}/{token}x",
        f"-{number}/{token}",
        f"0x{int(number):x}/{token}",
    ):
        answer = httpx.get(f"{house.address}/media/{forged}/a.jpg")
        assert answer.status_code == 403, forged
        assert answer.headers["cache-control"] == "no-store"


async def test_both_clients_do_the_main_job(
    house: Server, kinora: Kinora, photos: Path, tmp_path: Path
) -> None:
    async with AsyncKinora(house.address, KEY) as client:
        image = await client.upload_image(photos / "cat.jpg")
        look = next(each for each in await client.templates(2) if each.name == "Pop art")
        job = await client.submit(calls.image_template(look.id, [image.id]))
        result = await client.wait(job)
        one = await client.download(result, tmp_path / "one.jpg")
        assert kinora.wait(job).size == result.size
        assert kinora.download(result, tmp_path / "two.jpg").read_bytes() == one.read_bytes()
        assert one.stat().st_size == result.size
        assert (await client.balance()).total == 1_000_000 - 30
        with pytest.raises(KinoraRefused) as refused:
            await client.submit(calls.image_to_video(1, prompt="x"))
        assert refused.value.code == 400032


def test_a_sender_that_stalls_is_given_up(house: Server, stalled: tuple[Sender, float]) -> None:
    sender, _ = stalled
    told = sender.answer()

    def given_up() -> bool:
        lines = [json.loads(line) for line in house.log.splitlines() if '"http.request"' in line]
        # The server's own figure: on a busy machine the answer may long have been waiting here.
        return any((IDLE - 1) * 1000 < line["ms"] < (IDLE + 10) * 1000 for line in lines)

    # A call is logged after its answer was sent.
    until(given_up, what="the server says how long it waited")
    assert (told["ErrCode"], told["Resp"]) == (500041, None)
    until(lambda: waiting(house) == [], what="the upload is forgotten")
