"""Uploads that go wrong leave nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground
from tests.conftest import KEY

BOUNDARY = "xyz"
HEAD = (
    f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
).encode()


@pytest.fixture
async def client(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    app = build_api(ground, wake=lambda: None, draining=Draining())
    transport = httpx.ASGITransport(app=app)
    headers = {"API-KEY": KEY}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://kinora.test", headers=headers
    ) as client:
        yield client


async def send(client: httpx.AsyncClient, *parts: bytes) -> tuple[int, str]:
    async def body() -> AsyncIterator[bytes]:
        for part in parts:
            yield part
            await asyncio.sleep(0)

    kind = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    answer = await client.post("/openapi/v2/image/upload", content=body(), headers=kind)
    told = answer.json()
    assert told["Resp"] is None
    return told["ErrCode"], told["ErrMsg"]


def left_behind(ground: Ground) -> list[Path]:
    return list((ground.settings.data / "tmp").iterdir())


async def test_a_form_that_breaks_off(ground: Ground, client: httpx.AsyncClient) -> None:
    code, text = await send(client, HEAD, b"half a pic")
    assert (code, "form is broken" in text) == (400013, True)
    assert left_behind(ground) == []


async def test_a_file_that_never_ends(ground: Ground, client: httpx.AsyncClient) -> None:
    code, _ = await send(client, HEAD, *[bytes(1 << 20)] * 40)
    assert code == 500030
    assert left_behind(ground) == []


async def test_an_empty_part_counts_as_absent(ground: Ground, client: httpx.AsyncClient) -> None:
    code, text = await send(client, HEAD, f"\r\n--{BOUNDARY}--\r\n".encode())
    assert (code, text) == (400011, "Empty parameter: image or image_url")


async def test_no_boundary(ground: Ground, client: httpx.AsyncClient) -> None:
    headers = {"content-type": "multipart/form-data"}
    answer = await client.post("/openapi/v2/image/upload", content=b"x", headers=headers)
    assert answer.json()["ErrCode"] == 400013


async def test_file_and_link_together(
    ground: Ground, client: httpx.AsyncClient, photos: Path
) -> None:
    answer = await client.post(
        "/openapi/v2/image/upload",
        files={"image": (photos / "cat.jpg").read_bytes()},
        data={"image_url": "https://example.com/a.png"},
    )
    assert answer.json()["ErrCode"] == 400017
    assert left_behind(ground) == []
