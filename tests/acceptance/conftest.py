"""A real server in real processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest

from kinora.settings import Settings, encode
from kinora_client import Kinora

KEY = "sk-acceptance-0123456789"
PATIENCE = 180.0


def until(happened: Callable[[], bool], *, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


@dataclass
class Server:
    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    extra: dict[str, str] = field(default_factory=dict)
    log_place: Path | None = None
    """Where the log lies when it is not beside the data."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    @property
    def log_path(self) -> Path:
        return (self.log_place or self.data.parent) / "log"

    def start(self) -> None:
        self.launch()
        until(self.answers, what="the server answers")

    def launch(self) -> None:
        """Start the server without waiting for it."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kinora", "--data", str(self.data), "serve"],
                env={
                    **os.environ,
                    "KINORA_BOOTSTRAP_KEY": KEY,
                    "KINORA_PORT": str(self.port),
                    **self.extra,
                },
                stdout=log,
                stderr=log,
            )

    def second_dispatcher(self) -> subprocess.Popen[bytes]:
        """Start one more dispatcher over the same data, as a mistaken operator might."""
        hears, knocks = os.pipe()
        settings = Settings(data=self.data.resolve(), engine="testcard", provenance="off")
        with self.log_path.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "kinora.cli.run_dispatcher", str(hears)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                bufsize=0,
                pass_fds=[hears],
            )
        os.close(hears)
        os.close(knocks)
        assert process.stdin is not None
        process.stdin.write(encode(settings) + b"\n")
        return process

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        try:
            return httpx.get(self.address + "/healthz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def find(self, part: str) -> psutil.Process:
        """Return the process of a part by its module's name."""
        assert self.process is not None
        children = psutil.Process(self.process.pid).children(recursive=True)
        return next(child for child in children if any(part in word for word in child.cmdline()))

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        _, alive = psutil.wait_procs(children, timeout=30)
        assert alive == []
        self.process = None
        return status


CARD = {"KINORA_ENGINE": "testcard", "KINORA_PROVENANCE": "off"}
"""An engine that draws a card at once."""


@contextmanager
def serving(folder: Path, **extra: str) -> Iterator[Server]:
    """Start a server whose data lie below a folder, and stop it in the end."""
    folder.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Server(folder / "data", port, extra=extra)
    made.start()
    try:
        yield made
    finally:
        if made.process is not None:
            made.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as made:
        yield made


@pytest.fixture
def kinora(server: Server) -> Iterator[Kinora]:
    with Kinora(server.address, KEY) as client:
        yield client
