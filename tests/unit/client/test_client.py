"""The client against a small server that answers as told."""

import asyncio
import inspect
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from kinora_client import AsyncKinora, JobFailed, Kinora, KinoraRefused, Result, calls

KEY = "sk-client-0123456789"
JOB = 1_234_567_890_123_456
FILM = bytes(range(256)) * 4096
CALL = calls.text_to_video("a paper boat")


@dataclass
class Told:
    """What the server has heard, and what it says: a status, a body, and how much of it."""

    says: list[tuple[int, bytes]] = field(default_factory=list)
    heard: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    cut: bool = False
    address: str = ""
    release: threading.Event = field(default_factory=threading.Event)

    def says_json(self, *resps: Any) -> None:
        self.says.extend((200, envelope(resp)) for resp in resps)


def envelope(resp: Any, code: int = 0, message: str = "success") -> bytes:
    return json.dumps({"ErrCode": code, "ErrMsg": message, "Resp": resp}).encode()


def result(status: int, **more: Any) -> dict[str, Any]:
    known = {"id": JOB, "status": status, "url": "", "outputWidth": 640, "outputHeight": 360}
    return known | {"seed": 7, "size": len(FILM)} | more


@pytest.fixture
def told() -> Iterator[Told]:
    made = Told()

    class Answerer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.heard.append((self.command, self.path, headers, self.rfile.read(length)))
            if not made.says:
                made.release.wait(30)
                return
            status, body = made.says.pop(0)
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if made.cut else body)

        do_POST = do_GET  # noqa: N815 - the base's name

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answerer)
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.release.set()
    server.shutdown()
    thread.join()
    server.server_close()


Do = Callable[..., Any]


@pytest.fixture(params=["sync", "async"])
def do(request: pytest.FixtureRequest, told: Told) -> Do:
    """Return a way to use one method of either client, each from its opening to its close."""
    address = told.address

    def sync(method: str, *given: Any, timeout: float = 5, **named: Any) -> Any:
        with Kinora(address, KEY, timeout=timeout) as client:
            return getattr(client, method)(*given, **named)

    async def awaited(method: str, given: Any, patience: float, named: Any) -> Any:
        async with AsyncKinora(address, KEY, timeout=patience) as client:
            return await getattr(client, method)(*given, **named)

    def from_outside(method: str, *given: Any, timeout: float = 5, **named: Any) -> Any:
        return asyncio.run(awaited(method, given, timeout, named))

    return sync if request.param == "sync" else from_outside


def test_both_clients_can_do_the_same() -> None:
    def face(client: type) -> dict[str, list[str]]:
        methods = inspect.getmembers(client, inspect.isfunction)
        public = [(name, made) for name, made in methods if not name.startswith("_")]
        return {name: list(inspect.signature(made).parameters) for name, made in public}

    assert face(Kinora) == face(AsyncKinora)


def test_a_submit_is_signed_and_traced(told: Told, do: Do) -> None:
    told.says_json(*[{"video_id": JOB, "credits": 35}] * 2)
    job = do("submit", CALL)
    do("submit", CALL)
    assert (job.kind, job.id, job.credits) == ("video", JOB, 35)
    method, path, headers, body = told.heard[0]
    assert (method, path) == ("POST", "/openapi/v2/video/text/generate")
    assert headers["api-key"] == KEY
    assert headers["ai-trace-id"] != told.heard[1][2]["ai-trace-id"]
    assert json.loads(body)["prompt"] == "a paper boat"


def test_a_picture_is_uploaded(told: Told, do: Do, photos: Path) -> None:
    told.says_json({"img_id": 5, "img_url": "http://x/y.jpg"})
    assert do("upload_image", photos / "cat.jpg").id == 5
    _, path, headers, body = told.heard[0]
    assert path == "/openapi/v2/image/upload"
    assert headers["content-type"].startswith("multipart/form-data")
    assert b'name="image"; filename="cat.jpg"' in body
    assert (photos / "cat.jpg").read_bytes() in body


def test_waiting_shows_the_way_to_the_end(told: Told, do: Do) -> None:
    told.says_json({"video_id": JOB}, result(5, progress=0.5), result(1, url="http://x/f"))
    job = do("submit", CALL)
    seen: list[Result] = []
    done = do("wait", job, watch=seen.append)
    assert [look.progress for look in seen] == [0.5, 1.0]
    assert [look.running for look in seen] == [True, False]
    assert done.done
    assert [heard[1] for heard in told.heard[1:]] == [f"/openapi/v2/video/result/{JOB}"] * 2


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (result(8, reason="the input could not be used"), "the input could not be used"),
        (result(7), "status 7"),
        (result(6), "status 6"),
    ],
)
def test_a_job_that_ends_badly(told: Told, do: Do, answer: Any, text: str) -> None:
    told.says_json({"image_id": JOB}, {**answer, "image_id": JOB})
    job = do("submit", CALL)
    assert job.kind == "image"
    with pytest.raises(JobFailed, match=text):
        do("wait", job)


@pytest.mark.parametrize("status", [200, 400, 500])
def test_refusals_are_exceptions_whatever_the_status(told: Told, do: Do, status: int) -> None:
    told.says.append((status, envelope(None, 500090, "Insufficient balance")))
    with pytest.raises(KinoraRefused, match=r"Insufficient balance \(500090\)") as refused:
        do("submit", CALL)
    assert (refused.value.code, refused.value.message) == (500090, "Insufficient balance")
    assert len(told.heard) == 1


@pytest.mark.parametrize("body", [b"<html>bad gateway</html>", b"", b"[]", b"null"])
def test_an_answer_that_is_none_of_ours(told: Told, do: Do, body: bytes) -> None:
    told.says.append((502, body))
    with pytest.raises((KinoraRefused, httpx.HTTPError)):
        do("balance")


def test_a_silent_server_is_given_up(told: Told, do: Do) -> None:
    with pytest.raises(httpx.ReadTimeout):
        do("balance", timeout=0.1)


def test_nobody_there() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with Kinora(address, KEY) as client, pytest.raises(httpx.ConnectError):
            client.balance()


def a_result(told: Told) -> Result:
    from kinora_client.answers import result as read  # noqa: PLC0415 - not part of the face

    return read(result(1, url=told.address + "/media/1/x/film.mp4"))


def test_a_download_is_the_file(told: Told, do: Do, tmp_path: Path) -> None:
    told.says.append((200, FILM))
    path = do("download", a_result(told), tmp_path / "film.mp4")
    assert path.read_bytes() == FILM


@pytest.mark.parametrize("status", [403, 404, 410, 500])
def test_a_link_that_does_not_open(told: Told, do: Do, tmp_path: Path, status: int) -> None:
    told.says.append((status, b"{}"))
    with pytest.raises(httpx.HTTPStatusError):
        do("download", a_result(told), tmp_path / "film.mp4")


def test_a_link_that_does_not_open_harms_no_file(told: Told, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"an earlier one")
    told.says.append((410, b"{}"))
    with Kinora(told.address, KEY) as client, pytest.raises(httpx.HTTPStatusError):
        client.download(a_result(told), tmp_path / "film.mp4")
    assert (tmp_path / "film.mp4").read_bytes() == b"an earlier one"


def test_a_download_that_breaks_off_harms_no_file(told: Told, do: Do, tmp_path: Path) -> None:
    told.cut = True
    (tmp_path / "film.mp4").write_bytes(b"an earlier one")
    told.says.append((200, FILM))
    with pytest.raises(httpx.HTTPError):
        do("download", a_result(told), tmp_path / "film.mp4")
    assert (tmp_path / "film.mp4").read_bytes() == b"an earlier one"
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_a_key_stays_with_its_server(told: Told, do: Do, tmp_path: Path) -> None:
    told.says.append((200, FILM))
    found = a_result(told)
    elsewhere = found.url.replace("127.0.0.1", "localhost")
    assert elsewhere != found.url
    moved = Result(**{name: getattr(found, name) for name in Result.__slots__} | {"url": elsewhere})
    do("download", moved, tmp_path / "film.mp4")
    assert "api-key" not in told.heard[0][2]
