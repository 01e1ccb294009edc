"""Webhooks through real processes, killed at the worst moment."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from kinora_client import Kinora, calls
from tests.acceptance.conftest import Server, kinora, until
from tests.acceptance.test_main_job import SMALL, cli

__all__ = ["kinora"]


@dataclass
class Hook:
    """A receiver in a thread; while it is `held` it takes posts and answers nothing."""

    port: int = 0
    held: threading.Event = field(default_factory=threading.Event)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def named(self, name: str) -> list[str]:
        return [headers["webhook-id"] for headers, raw in self.got if name in raw.decode()]


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    made.held.set()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            made.got.append(({name.lower(): value for name, value in self.headers.items()}, raw))
            made.held.wait(60)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *words: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    made.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    made.held.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def allowing(server: Server) -> Server:
    """The server, allowed to post to this machine."""
    server.stop()
    server.extra["KINORA_ALLOWED_NETWORKS"] = "127.0.0.0/8"
    server.start()
    return server


def test_a_dispatcher_that_is_killed_amid_a_post_tells_it_again(
    allowing: Server, kinora: Kinora, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = allowing
    monkeypatch.setenv("KINORA_ALLOWED_NETWORKS", "127.0.0.0/8")
    url = f"http://127.0.0.1:{hook.port}/"
    standard = json.loads(cli(server, "webhooks", "add", url, "--json").stdout)
    words = ("webhooks", "add", url, "--form", "pixverse", "--json")
    pixverse = json.loads(cli(server, *words).stdout)
    film = calls.text_to_video("ink", **SMALL)
    assert film.body is not None
    film.body["webhook_id"] = str(pixverse["webhook"])
    job = kinora.submit(film)
    until(lambda: len(hook.named("job.queued")) == 1, what="the submit is told")
    hook.held.clear()
    kinora.wait(job)
    until(lambda: len(hook.named("job.completed")) == 1, what="the end is being told")
    server.find("kinora.cli.run_dispatcher").kill()
    hook.held.set()
    until(lambda: len(hook.named("job.completed")) == 2, what="the end is told again")
    until(lambda: len(hook.named('"status":1')) >= 2, what="the other form is told again")
    assert len(set(hook.named("job.completed"))) == 1

    def states() -> set[str]:
        found = [cli(server, "webhooks", "log", str(number), "--json") for number in numbers]
        return {row["state"] for each in found for row in json.loads(each.stdout)}

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
