"""Webhooks through real processes, killed at the worst moment."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from kinora_client import Kinora, calls
from tests.acceptance.conftest import CARD, KEY, Server, kinora, serving, until
from tests.acceptance.test_main_job import SMALL, cli

__all__ = ["kinora"]
ALLOWING = {"KINORA_ALLOWED_NETWORKS": "127.0.0.0/8"}


@dataclass
class Hook:
    """A receiver in a thread; until it is let go it answers nothing when a job has ended."""

    port: int = 0
    let_go: threading.Event = field(default_factory=threading.Event)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def named(self, name: str) -> list[str]:
        return [headers["webhook-id"] for headers, raw in self.got if name in raw.decode()]


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            made.got.append(({name.lower(): value for name, value in self.headers.items()}, raw))
            if b"job.queued" not in raw:
                made.let_go.wait(120)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *words: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    made.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    made.let_go.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that may post to this machine."""
    with serving(tmp_path, **CARD, **ALLOWING) as made:
        yield made


def test_a_dispatcher_that_is_killed_amid_a_post_tells_it_again(
    server: Server, kinora: Kinora, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ALLOWING.items():
        monkeypatch.setenv(name, value)
    url = f"http://127.0.0.1:{hook.port}/"
    standard = json.loads(cli(server, "webhooks", "add", url, "--json").stdout)
    words = ("webhooks", "add", url, "--form", "pixverse", "--json")
    pixverse = json.loads(cli(server, *words).stdout)
    film = calls.text_to_video("ink", **SMALL)
    assert film.body is not None
    film.body["webhook_id"] = str(pixverse["webhook"])
    job = kinora.submit(film)
    until(lambda: len(hook.named("job.queued")) == 1, what="the submit is told")
    kinora.wait(job)
    ends = ("job.completed", '"status":1')
    until(lambda: all(hook.named(end) for end in ends), what="the end is being told")
    server.find("kinora.cli.run_dispatcher").kill()
    before = {end: len(hook.named(end)) for end in ends}
    hook.let_go.set()
    until(lambda: all(len(hook.named(end)) > before[end] for end in ends), what="both come again")
    assert len(set(hook.named("job.completed"))) == 1

    def states() -> set[str]:
        key = {"Authorization": f"Bearer {KEY}"}
        logs = [f"{server.address}/api/webhooks/{number}/log" for number in numbers]
        found = [httpx.get(log, headers=key, timeout=60).json()["deliveries"] for log in logs]
        return {row["state"] for rows in found for row in rows}

    numbers = (standard["webhook"], pixverse["webhook"])
    until(lambda: states() == {"taken"}, what="all is noted as taken")
    verify(hook, standard["secret"], pixverse["secret"])
    log = server.log
    assert standard["secret"] not in log
    assert pixverse["secret"] not in log


def verify(hook: Hook, standard: str, pixverse: str) -> None:
    """Every post carries a good signature and a link that opens."""
    for headers, raw in hook.got:
        told = json.loads(raw)
        if "type" in told:
            assert Webhook(standard).verify(raw, headers) == told
            continue
        fields = "&".join(
            f"{name}={str(value).lower() if isinstance(value, bool) else value}"
            for name, value in told.items()
        )
        assert "url=http" in fields
        signed = f"{headers['webhook-timestamp']}\n{headers['webhook-nonce']}\n"
        quoted = fields.replace(":", "%3A").replace("/", "%2F")
        digest = hmac.new(pixverse.encode(), (signed + quoted).encode(), hashlib.sha256).digest()
        assert base64.b64encode(digest).decode() == headers["webhook-signature"]
