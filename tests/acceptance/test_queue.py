"""The queue under many callers at once, and in the operator's hands, in real processes."""

import json
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from kinora_client import Kinora, calls
from tests.acceptance.conftest import KEY, Server, until
from tests.acceptance.test_main_job import cli

SMALL = {"duration": 1, "quality": "360p"}
CALLERS = 40


@pytest.fixture
def wide(tmp_path: Path) -> Iterator[Server]:
    """A server whose calls are answered by three processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Server(
        tmp_path / "data", port, extra={"KINORA_API_PROCESSES": "3", "KINORA_ENGINE": "testcard"}
    )
    made.start()
    yield made
    if made.process is not None:
        made.stop()


def status(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cli(server, "queue", "status", "--json").stdout)
    return found


def code_of_submit(server: Server, number: int) -> int:
    """Submit on a connection of its own, so that any of the processes answers."""
    answer = httpx.post(
        server.address + "/openapi/v2/video/text/generate",
        json=dict(calls.text_to_video(f"ink {number}", **SMALL).body or {}),
        headers={"API-KEY": KEY},
        timeout=60,
    )
    return int(answer.json()["ErrCode"])


def test_a_rush_takes_exactly_the_plans_places_and_operators_halt_the_queue(wide: Server) -> None:
    assert "new jobs are still taken, and wait" in cli(wide, "queue", "pause").stdout
    assert httpx.get(wide.address + "/readyz").json()["queue"] == "paused"
    assert cli(wide, "accounts", "change", "1", "--max-jobs", "7").returncode == 0
    with ThreadPoolExecutor(CALLERS) as callers:
        codes = Counter(callers.map(lambda n: code_of_submit(wide, n), range(CALLERS)))
    assert codes == {0: 7, 500044: CALLERS - 7}
    found = status(wide)
    assert (found["state"], found["waiting"], found["running"]) == ("paused", 7, 0)
    assert [each["position"] for each in found["next"]] == list(range(1, 8))
    # The pause is kept by the database, so a new dispatcher starts nothing either.
    wide.find("kinora.cli.run_dispatcher").kill()
    until(lambda: httpx.get(wide.address + "/readyz").status_code == 200, what="there is a new one")
    assert status(wide)["running"] == 0
    assert cli(wide, "queue", "drain").returncode == 0
    assert code_of_submit(wide, 99) == 500069
    assert cli(wide, "queue", "drain", "--wait").stdout.endswith("empty\n")
    assert code_of_submit(wide, 99) == 500069
    assert "open again" in cli(wide, "queue", "resume").stdout
    with Kinora(wide.address, KEY) as kinora:
        assert kinora.wait(kinora.submit(calls.text_to_video("ink", **SMALL))).done
    assert cli(wide, "credits", "reconcile").returncode == 0
