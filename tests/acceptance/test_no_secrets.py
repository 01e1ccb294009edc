"""A server through every door, and then a search for its secrets in all that it wrote."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from kinora_client import Kinora, calls
from tests.acceptance.conftest import KEY, Server, until

WRONG = "sk-wrong-key-9876543210"
UPSTREAM = "sk-upstream-5556667778"
PASSWORD = "correct-horse-battery"
KEPT = ("first-key.json", "metrics-token", "secret")
"""Files of the data folder that hold a secret, for their owner alone."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    extra = {
        "KINORA_ENGINE": "testcard",
        "KINORA_LOG_LEVEL": "debug",
        "KINORA_ALLOWED_NETWORKS": "127.0.0.0/8",
    }
    made = Server(tmp_path / "data", port, extra=extra)
    made.start()
    yield made
    if made.process is not None:
        made.stop()


def test_nothing_that_was_written_holds_a_secret(house: Server, photos: Path) -> None:
    metrics = (house.data / "metrics-token").read_text().strip()
    with httpx.Client(base_url=house.address, timeout=60) as web:
        links = {made_film(house), *uploaded(web, photos)}
        for link in links:
            assert web.get(link).status_code == 200
            assert web.get(link.replace("/media/", "/media/9")).status_code == 403
        bad_calls(web)
        assert web.get("/metrics", headers={"authorization": f"Bearer {metrics}"}).is_success
        assert web.get("/metrics", headers={"authorization": f"Bearer {WRONG}"}).status_code == 401
    tokens = {urlsplit(link).path.split("/")[3].partition(".")[2] for link in links}
    assert all(len(token) > 20 for token in tokens)
    house.stop()
    secrets = {KEY, WRONG, UPSTREAM, PASSWORD, metrics, *tokens}
    assert "http.request" in house.log
    assert found_in(house.log.encode(), secrets) == set()
    for path in house.data.rglob("*"):
        if path.is_file() and path.name not in KEPT:
            assert found_in(path.read_bytes(), secrets) == set(), path
    for name in KEPT:
        assert (house.data / name).stat().st_mode & 0o077 == 0, name


def found_in(text: bytes, secrets: set[str]) -> set[str]:
    return {secret for secret in secrets if secret.encode() in text}


def made_film(house: Server) -> str:
    with Kinora(house.address, KEY) as kinora:
        job = kinora.submit(calls.text_to_video("a boat", duration=1, quality="360p"))
        return kinora.wait(job).url


def uploaded(web: httpx.Client, photos: Path) -> list[str]:
    """Send a picture through each door; return the links to it."""
    body = (photos / "cat.jpg").read_bytes()
    bearer = {"authorization": f"Bearer user:1-{KEY}"}
    first = web.post("/openapi/v2/image/upload", headers={"api-key": KEY}, files={"image": body})
    second = web.post("/v2/pixverse/files", headers=bearer, content=body)
    tus = {
        "authorization": f"Bearer {KEY}",
        "tus-resumable": "1.0.0",
        "upload-length": str(len(body)),
        "content-type": "application/offset+octet-stream",
    }
    place = web.post("/api/uploads", headers=tus, content=body).headers["location"]
    third = web.get(place, headers={"authorization": f"Bearer {KEY}"})
    return [first.json()["Resp"]["img_url"], second.json()["url"], third.json()["url"]]


def bad_calls(web: httpx.Client) -> None:
    """Bring secrets to places where they do not belong."""
    bearer = {"authorization": f"Bearer user:1-{KEY}"}
    lane = {"password": PASSWORD, "maxJobs": 2}
    web.post("/v2/pixverse/accounts/ada@studio.test", headers=bearer, json=lane)
    for headers in (
        {"api-key": WRONG},
        {"authorization": f"Bearer user:1-{WRONG}"},
        {"authorization": f"Bearer user:1-{UPSTREAM}", "api-key": UPSTREAM},
    ):
        for path in ("/openapi/v2/account/balance", "/v2/pixverse/features", "/api/jobs"):
            assert WRONG not in web.get(path, headers=headers).text
    for path in (f"/v2/pixverse/{WRONG}", f"/api/jobs?token={WRONG}", f"/nowhere/{UPSTREAM}"):
        web.get(path, headers=bearer)
        web.post(path, headers=bearer, content=WRONG)
    link = {"image_url": f"http://ada:{PASSWORD}@127.0.0.1:9/x.jpg?api_key={UPSTREAM}"}
    web.post("/openapi/v2/image/upload", headers={"api-key": KEY}, data=link)
    until(lambda: web.get("/healthz").is_success, what="it is still there")
