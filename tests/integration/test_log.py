"""What a server tells its operator: one line a request, no secrets, and a quiet end."""

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kinora_client import Kinora
from tests.acceptance.conftest import KEY, Server, until

TRACE = "9b2d6a0e-4c1f-4f0e-8f38-5a3f7f1f2b11"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    extra = {"KINORA_ENGINES": "1", "KINORA_LOG_LEVEL": "debug", "KINORA_LOG_FORMAT": "json"}
    made = Server(tmp_path_factory.mktemp("log") / "data", port, extra=extra)
    made.start()
    yield made
    if made.process is not None:
        made.stop()


def lines(server: Server, **wanted: Any) -> list[dict[str, Any]]:
    """Return the events that have these fields."""
    told = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    return [line for line in told if wanted.items() <= line.items()]


def one(server: Server, **wanted: Any) -> dict[str, Any]:
    """Wait for the one event that has these fields: it is written after the answer."""
    until(lambda: bool(lines(server, **wanted)), what=f"the log tells of {wanted}")
    (line,) = lines(server, **wanted)
    return line


def test_a_request_is_one_line_with_its_trace(house: Server) -> None:
    base = f"{house.address}/openapi/v2"
    headers = {"API-KEY": KEY, "Ai-trace-id": TRACE}
    answer = httpx.post(f"{base}/video/text/generate", json={"model": "v6"}, headers=headers)
    assert answer.headers["ai-trace-id"] == TRACE
    line = one(house, event="http.request", trace=TRACE)
    assert (line["method"], line["path"]) == ("POST", "/openapi/v2/video/text/generate")
    assert (line["status"], line["level"]) == (200, "info")
    assert 0 < line["ms"] < 60_000
    assert line["timestamp"].endswith("Z")
    given = httpx.get(f"{base}/account/balance", headers={"API-KEY": KEY}).headers["ai-trace-id"]
    assert one(house, event="http.request", trace=given)["level"] == "debug"


def test_no_line_opens_anything(house: Server, photos: Path) -> None:
    with Kinora(house.address, KEY) as kinora:
        url = kinora.upload_image(photos / "cat.jpg").url
    trace = httpx.get(url).headers["x-request-id"]
    line = one(house, event="http.request", trace=trace)
    number, signature = url.split("/")[4:6]
    assert line["path"] == f"/media/{number}"
    assert signature not in house.log
    told = house.log.partition("\n{")[2]
    assert KEY not in told, "the key is shown once, at the first start"


def test_a_trace_cannot_forge_a_line(house: Server) -> None:
    sly = 'x", "event": "job.finished'
    httpx.get(f"{house.address}/healthz", headers={"X-Request-Id": sly})
    assert one(house, path="/healthz", trace=sly)["event"] == "http.request"


def test_a_stop_is_quiet(house: Server) -> None:
    before = len(house.log)
    assert house.stop(signal.SIGTERM) == 0
    said = house.log[before:]
    assert "Fatal" not in said
    assert "Traceback" not in said
