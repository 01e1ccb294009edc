import re
from collections.abc import AsyncIterator
from importlib.resources import files as package_files
from pathlib import Path

import httpx
import pytest
from PIL import Image
from starlette.routing import Route

from kinora.adapters.media.zygote import difference_hash
from kinora.apis.useapi.errors import STATUS
from kinora.apis.useapi.routes import PREFIX
from kinora.bootstrap.ground import Ground
from kinora.usecases.naming import digest_of
from tests.films import film, sound_wave
from tests.unit.apis.useapi import app_of
from tests.wire.original import Original, copy_of, original_of
from tests.wire.transcript import RULE, play, read
from tests.wire.useapi_world import build_useapi_world
from tests.wire.world import World

FOLDER = Path(__file__).parent / "useapi"
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))
UNPLAYED = {500: "a fault of the server", 503: "while the server is being stopped"}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    folder = tmp_path_factory.mktemp("useapi")
    photos = Path(str(package_files("kinora.cli") / "pictures"))
    photo, listed = photos / "coffee.jpg", photos / "rocket.jpg"
    files = {"photo": photo, "listed": listed, **odd_files(photo, folder)}
    look = difference_hash(Image.open(listed))
    entries = f"{digest_of(files['listed_sound'])}\nlook:{look:016x}\n"

    async def build(ground: Ground) -> dict[str, str]:
        names = await build_useapi_world(ground, photo, folder, listed=entries)
        return names | {name: str(path) for name, path in files.items()}

    return original_of(folder, build)


@pytest.fixture
async def world(original: Original, tmp_path: Path) -> AsyncIterator[World]:
    async with copy_of(original, tmp_path) as copied:
        yield copied


def odd_files(photo: Path, folder: Path) -> dict[str, Path]:
    """Write the files that transcripts upload."""
    found = {
        "page": folder / "page.png",
        "broken": folder / "broken.jpg",
        "big": folder / "big.png",
        "wide": folder / "wide.png",
        "moving": folder / "moving.gif",
        "webp": folder / "small.webp",
    }
    found["page"].write_text("<html>not a picture</html>")
    found["broken"].write_bytes(photo.read_bytes()[:20_000])
    found["big"].write_bytes(b"\x89PNG\r\n" + bytes(21 * 1024 * 1024))
    Image.new("L", (12_000, 1)).save(found["wide"])
    for name in ("moving", "webp"):
        Image.new("RGB", (300, 300)).save(found[name])
    return found | {
        "sound": sound_wave(folder / "sound.wav"),
        "listed_sound": sound_wave(folder / "listed.wav", seconds=0.7),
        "clip": film(folder / "clip.mp4", sound=True),
    }


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:
        yield client


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript(
    path: Path, world: World, client: httpx.AsyncClient, request: pytest.FixtureRequest
) -> None:
    exchange = read(path)
    expected = exchange.expected
    answered = await play(exchange, client, world.names)
    if request.config.getoption("--write"):
        head = path.read_text().partition(RULE + "\n")[0]
        path.write_text(head + RULE + "\n" + answered)
        expected = answered
    assert answered == expected
    for other in exchange.others:
        assert await play(exchange, client, world.names, path=other) == expected, other


async def test_every_route_has_a_transcript_with_and_without_its_slash(ground: Ground) -> None:
    played = {
        (exchange.method, path.partition("?")[0])
        for exchange in map(read, TRANSCRIPTS)
        for path in (exchange.path, *exchange.others)
    }
    for route in app_of(ground).routes:
        assert isinstance(route, Route)
        if not route.path.startswith(PREFIX):
            continue
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route.path)))
        methods = (route.methods or set()) - {"HEAD"}
        found = {method for method, target in played if pattern.fullmatch(target)}
        assert methods <= found, f"no transcript for {methods - found} {route.path}"


def test_every_status_has_a_transcript() -> None:
    heads = [read(path).expected for path in TRANSCRIPTS]
    given = {int(head[:3]) for head in heads}
    assert given == {200, 201, 405, *STATUS.values()} - set(UNPLAYED)
    assert all("Retry-After: 10" in head for head in heads if head.startswith("429"))
