"""The reference pages in a real browser, which can reach nothing but the server."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.acceptance.conftest import Server, server

__all__ = ["server"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Quiet: a browser that looks for updates would only run into a closed network.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--virtual-time-budget=10000",
    "--dump-dom",
)
ROW = re.compile(r'class="opblock opblock-')

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")


def shown(url: str, profile: Path) -> str:
    call = [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", url]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@pytest.mark.parametrize(
    ("page", "document"),
    [
        ("/docs/pixverse", "/openapi/v2/openapi.json"),
        ("/docs/useapi", "/v2/pixverse/openapi.json"),
    ],
    ids=["pixverse", "useapi"],
)
def test_the_reference_page_shows_every_operation(
    server: Server, tmp_path: Path, page: str, document: str
) -> None:
    told = json.loads(httpx.get(server.address + document).content)
    operations = sum(len(methods) for methods in told["paths"].values())
    seen = shown(server.address + page, tmp_path / "profile")
    assert len(ROW.findall(seen)) == operations > 20
    assert "Unable to render" not in seen
