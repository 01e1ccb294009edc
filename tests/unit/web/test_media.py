"""Media links and downloads, through the whole application."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground
from kinora.domain.asset import Asset
from kinora.domain.ids import AccountId
from kinora.domain.seals import derived
from kinora.web.links import Links, Verdict
from tests.wire.world import Maker


@pytest.fixture
async def asset(ground: Ground, photos: Path, tmp_path: Path) -> Asset:
    made = await Maker(ground, tmp_path).upload(photos / "cat.jpg", AccountId(1))
    found = await ground.store.view.assets.get(made)
    assert found is not None
    return found


@pytest.fixture
async def client(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    app = build_api(ground, wake=lambda: None, draining=Draining())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:
        yield client


def links(ground: Ground, days: int = 7) -> Links:
    secret = derived(ground.secret, "links")
    return Links(secret=secret, clock=ground.clock, lifetime=timedelta(days=days))


async def test_a_link_opens_without_credentials(
    ground: Ground, asset: Asset, client: httpx.AsyncClient
) -> None:
    answer = await client.get(links(ground).path(asset))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert int(answer.headers["content-length"]) == asset.size == len(answer.content)
    assert f'filename="{asset.filename}"' in answer.headers["content-disposition"]
    head = await client.head(links(ground).path(asset))
    assert head.headers["content-length"] == str(asset.size)
    assert head.content == b""


async def test_ranges_single_and_multiple(
    ground: Ground, asset: Asset, client: httpx.AsyncClient
) -> None:
    path = links(ground).path(asset)
    whole = (await client.get(path)).content
    part = await client.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{asset.size}"
    both = await client.get(path, headers={"Range": "bytes=0-3,-4"})
    assert both.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert whole[:4] in both.content
    assert whole[-4:] in both.content
    assert int(both.headers["content-length"]) == len(both.content)
    outside = await client.get(path, headers={"Range": "bytes=99999999-"})
    assert outside.status_code == 416
    assert outside.headers["content-range"] == f"bytes */{asset.size}"


async def test_known_content_is_not_sent_again(
    ground: Ground, asset: Asset, client: httpx.AsyncClient
) -> None:
    path = links(ground).path(asset)
    etag = (await client.get(path)).headers["etag"]
    again = await client.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    changed = await client.get(path, headers={"Range": "bytes=0-3", "If-Range": '"other"'})
    assert changed.status_code == 200


async def test_forged_and_expired_links_are_refused(
    ground: Ground, asset: Asset, client: httpx.AsyncClient
) -> None:
    path = links(ground).path(asset)
    forged = path.replace(str(asset.id), str(asset.id + 1))
    assert (await client.get(forged)).status_code == 403
    old = links(ground, days=-9)
    token = old.path(asset).split("/")[3]
    assert old.judge(asset.id, token) is Verdict.EXPIRED
    assert (await client.get(old.path(asset))).status_code == 410
    for token in ("", "x", "1.2", "²³.a", "9999999999.é"):
        assert links(ground).judge(asset.id, token) is Verdict.FORGED


async def test_health_and_guarded_metrics(ground: Ground, client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert "dispatcher" in ready.json()["reasons"][0]
    ground.heartbeat.touch()
    assert (await client.get("/readyz")).status_code == 200
    assert (await client.get("/metrics")).status_code == 401
    token = {"Authorization": f"Bearer {ground.metrics_token}"}
    text = (await client.get("/metrics", headers=token)).text
    assert 'kinora_jobs{state="queued"} 0.0' in text


@pytest.mark.parametrize(
    ("name", "prefix", "path"),
    [
        ("pixverse", "/openapi/v2", "/video/text/generate"),
        ("useapi", "/v2/pixverse", "/videos/create"),
    ],
)
async def test_reference_is_served_without_outside_help(
    client: httpx.AsyncClient, name: str, prefix: str, path: str
) -> None:
    page = await client.get(f"/docs/{name}")
    assert "http" not in page.text
    assert f'"/docs/{name}.js"' in page.text
    assert f'"{prefix}/openapi.json"' in (await client.get(f"/docs/{name}.js")).text
    assert (await client.get("/docs/static/swagger-ui.css")).status_code == 200
    document = (await client.get(f"{prefix}/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    assert path in document["paths"]


async def test_previews_of_templates_are_there_for_everybody(client: httpx.AsyncClient) -> None:
    thumbnail = await client.get("/media/templates/freeze.jpg")
    assert (thumbnail.status_code, thumbnail.headers["content-type"]) == (200, "image/jpeg")
    part = await client.get("/media/templates/freeze.mp4", headers={"range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    assert (await client.get("/media/templates/nothing.jpg")).status_code == 404
    assert (await client.get("/media/templates/../book.py")).status_code == 404
    assert (await client.get("/media/templates/%2e%2e/book.py")).status_code == 404
