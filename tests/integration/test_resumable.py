"""Uploads in parts (tus) over real sockets: broken off, taken up again, and misused."""

import base64
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from kinora_client import Kinora, calls
from tests.acceptance.conftest import KEY, Server, until
from tests.films import film

TUS = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {KEY}"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Server(tmp_path_factory.mktemp("tus") / "data", port, extra={"KINORA_ENGINES": "1"})
    made.start()
    yield made
    if made.process is not None:
        made.stop()


@pytest.fixture
def web(house: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.address) as client:
        yield client


def begin(web: httpx.Client, length: int) -> str:
    named = "filename " + base64.b64encode(b"cat.jpg").decode()
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": named}
    answer = web.post("/api/uploads", headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["upload-offset"] == "0"
    return str(answer.headers["location"])


def arrived(web: httpx.Client, place: str) -> int:
    answer = web.head(place, headers=TUS)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return int(answer.headers["upload-offset"])


def test_a_broken_upload_is_taken_up_again(
    house: Server, web: httpx.Client, photos: Path, tmp_path: Path
) -> None:
    body = (photos / "cat.jpg").read_bytes()
    place = begin(web, len(body))
    half = len(body) // 2
    with closing(socket.create_connection(("127.0.0.1", house.port))) as line:
        line.sendall(
            f"PATCH {httpx.URL(place).path} HTTP/1.1\r\nhost: x\r\n"
            f"authorization: Bearer {KEY}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n"
            "content-type: application/offset+octet-stream\r\n"
            f"content-length: {len(body)}\r\n\r\n".encode()
            + body[:half]
        )
        until(lambda: arrived(web, place) == half, what="half of it has arrived")
    told = {"n": 0}

    def sent() -> bool:
        offset = arrived(web, place)
        headers = {**BYTES, "Upload-Offset": str(offset)}
        answer = web.patch(place, headers=headers, content=body[offset:])
        told["n"] = int(answer.headers.get("kinora-media-id", "0"))
        # Until the server has noticed that the first line is gone, it holds the upload.
        assert answer.status_code in {204, 423}, answer.text
        return answer.status_code == 204

    until(sent, what="the rest is taken")
    state = web.get(place, headers=TUS).json()
    assert (state["offset"], state["type"]) == (len(body), "image")
    assert state["media_id"] == told["n"]
    assert web.get(state["url"]).headers["content-type"] == "image/jpeg"
    with Kinora(house.address, KEY) as kinora:
        job = kinora.submit(calls.image_to_video(told["n"], prompt="still", quality="360p"))
        made = kinora.download(kinora.wait(job), tmp_path / "film.mp4")
    assert made.stat().st_size > 1000
    again = web.patch(place, headers={**BYTES, "Upload-Offset": str(len(body))})
    assert (again.status_code, again.headers["kinora-media-id"]) == (204, str(told["n"]))


def test_a_film_in_one_breath(web: httpx.Client, tmp_path: Path) -> None:
    body = film(tmp_path / "a.mp4").read_bytes()
    headers = {**BYTES, "Upload-Length": str(len(body))}
    answer = web.post("/api/uploads", headers=headers, content=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["upload-offset"] == str(len(body))
    assert int(answer.headers["kinora-media-id"]) > 0
    assert web.get(answer.headers["location"], headers=TUS).json()["type"] == "video"


def test_what_cannot_be_used_is_said_and_forgotten(house: Server, web: httpx.Client) -> None:
    body = b"<html>not a film</html>"
    place = begin(web, len(body))
    answer = web.patch(place, headers={**BYTES, "Upload-Offset": "0"}, content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert web.head(place, headers=TUS).status_code == 404
    assert list((house.data / "uploads").glob(f"{place.rsplit('/', 1)[1]}*")) == []


def test_the_protocol_is_kept(web: httpx.Client) -> None:
    told = web.options("/api/uploads")
    assert (told.status_code, told.headers["tus-version"]) == (204, "1.0.0")
    assert "creation" in told.headers["tus-extension"]
    place = begin(web, 10)
    offset = {**BYTES, "Upload-Offset": "3"}
    assert web.patch(place, headers=offset, content=b"x").status_code == 409
    plain = {**offset, "Upload-Offset": "0", "Content-Type": "text/plain"}
    assert web.patch(place, headers=plain, content=b"x").status_code == 415
    old = {**BYTES, "Upload-Offset": "0", "Tus-Resumable": "0.2.2"}
    assert web.patch(place, headers=old, content=b"x").status_code == 412
    wild = {**BYTES, "Upload-Offset": "-1"}
    assert web.patch(place, headers=wild, content=b"x").status_code == 400
    long = {**BYTES, "Upload-Offset": "0"}
    assert web.patch(place, headers=long, content=b"x" * 11).status_code == 422
    nobody = {**BYTES, "Upload-Offset": "0", "Authorization": "Bearer sk-nobody"}
    refused = web.patch(place, headers=nobody, content=b"x")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.headers["content-type"] == "application/problem+json"
    for length in ("0", "104857601", "99999999999"):
        assert web.post("/api/uploads", headers={**TUS, "Upload-Length": length}).status_code == 413
    for length in ("", "x", "1e3", "9" * 30):
        assert web.post("/api/uploads", headers={**TUS, "Upload-Length": length}).status_code == 400
    assert web.delete(place, headers=TUS).status_code == 204
    assert web.delete(place, headers=TUS).status_code == 404
    assert web.head("/api/uploads/..%2f..%2fetc", headers=TUS).status_code == 404
