"""What strangers try at the web kit, each seen to fail before it was mended."""

import ipaddress
import json
import logging
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import cast

import httpx
import pytest
import structlog
from starlette.requests import Request

from kinora.adapters.fetch import is_public
from kinora.apis.native.health import Health
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground
from kinora.ports.store import Store
from kinora.web.logs import Discreet, configure_logs, harmless
from kinora.web.ranges import parse_ranges
from tests.conftest import KEY

UPLOAD = "/openapi/v2/image/upload"


@pytest.fixture
async def client(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    app = build_api(ground, wake=lambda: None, draining=Draining())
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"API-KEY": KEY}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://kinora.test", headers=headers
    ) as client:
        yield client


@pytest.mark.parametrize(
    "link", ["http://a..b/", "http://" + "a" * 70 + ".com/", "http://xn--/", "http://.com/"]
)
async def test_names_that_cannot_be_encoded(client: httpx.AsyncClient, link: str) -> None:
    answer = await client.post(UPLOAD, data={"image_url": link})
    assert answer.json()["ErrCode"] == 500042


@pytest.mark.parametrize("path", ["1/" + "9" * 5000 + ".x/a.jpg", "9" * 5000 + "/1.x/a.jpg"])
async def test_numbers_too_long_to_parse(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/media/{path}")).status_code == 403


async def test_too_big_in_any_size_of_chunks(client: httpx.AsyncClient) -> None:
    head = b'--b\r\ncontent-disposition: form-data; name="image"; filename="a"\r\n\r\n'

    async def body(chunk: int) -> AsyncIterator[bytes]:
        yield head
        for _ in range((22 << 20) // chunk):
            yield bytes(chunk)

    kind = {"content-type": "multipart/form-data; boundary=b"}
    for chunk in (50_000, 400_000, 3 << 20):
        answer = await client.post(UPLOAD, content=body(chunk), headers=kind)
        assert answer.json()["ErrCode"] == 500030


async def test_a_broken_store_is_not_ready(ground: Ground, client: httpx.AsyncClient) -> None:
    await ground.store.close()
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert "the store cannot be read" in answer.json()["reasons"]


async def test_readiness_reads_nothing_that_grows(ground: Ground) -> None:
    """Strangers may ask as often as they like, so it must not read accounts or jobs."""
    only_halts = SimpleNamespace(queue=ground.store.view.queue)
    health = Health(
        store=cast("Store", SimpleNamespace(view=only_halts)),
        clock=ground.clock,
        dispatcher_seen=lambda: True,
        draining=lambda: False,
        standing=lambda: True,
        roomy=lambda: True,
        metrics_token="",
    )
    ready = await health.ready(Request({"type": "http", "method": "GET", "headers": []}))
    assert (ready.status_code, json.loads(bytes(ready.body))["reasons"]) == (200, [])


async def test_a_crash_speaks_the_dialect(ground: Ground, client: httpx.AsyncClient) -> None:
    await ground.store.close()
    answer = await client.post(UPLOAD, data={"image_url": "http://example.com/"})
    assert set(json.loads(answer.text)) == {"ErrCode", "ErrMsg", "Resp"}


def test_a_traceback_shows_no_locals(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    kept = root.handlers[:], root.level
    configure_logs(form="human", level="info")
    secret = "sk-" + "very-secret"
    try:
        secret.index("absent")
    except ValueError:
        structlog.get_logger().exception("http.crash")
    structlog.reset_defaults()
    root.handlers[:], root.level = kept
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert secret not in told


def test_overlapping_ranges_are_not_worth_it() -> None:
    assert parse_ranges("bytes=" + ",".join(["0-"] * 16), size=100) == []


@pytest.mark.parametrize("address", ["fec0::1", "192.88.99.1", "192.0.0.8", "3fff::1"])
def test_special_networks_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


def test_a_path_gives_the_terminal_no_commands() -> None:
    path, spelled = "/a\x1b]0;mine\x07\x9b2J/b", r"/a\x1b]0;mine\x07\x9b2J/b"
    assert harmless(None, "", {"path": path, "ms": 1.5}) == {"path": spelled, "ms": 1.5}
    record = logging.LogRecord("another", logging.WARNING, "", 0, path, None, None)
    assert Discreet().format(record) == f"WARNING:another:{spelled}"
