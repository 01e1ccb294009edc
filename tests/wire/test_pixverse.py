import re
from collections.abc import AsyncIterator
from importlib.resources import files as package_files
from pathlib import Path

import httpx
import pytest
from PIL import Image

from kinora.adapters.media.zygote import difference_hash
from kinora.apis.pixverse.errors import ERR_CODES
from kinora.apis.pixverse.routes import COMMON, OPERATIONS, PREFIX, Operation
from kinora.bootstrap.ground import Ground
from kinora.domain import errors
from kinora.usecases.naming import digest_of
from tests.films import film, sound_wave
from tests.wire.original import Original, copy_of, original_of
from tests.wire.transcript import RULE, play, read
from tests.wire.world import World, build_world

FOLDER = Path(__file__).parent / "pixverse"
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    folder = tmp_path_factory.mktemp("pixverse")
    photos = Path(str(package_files("kinora.cli") / "pictures"))
    photo, rocket = photos / "coffee.jpg", photos / "rocket.jpg"
    files = {"photo": photo, "listed": rocket, **odd_files(photo, folder)}
    look = difference_hash(Image.open(rocket))
    entries = f"{digest_of(files['listed_song'])}\nlook:{look:016x}\n"

    async def build(ground: Ground) -> dict[str, str]:
        made = await build_world(ground, photo, folder, listed=entries)
        return made.names | {name: str(path) for name, path in files.items()}

    return original_of(folder, build)


def odd_files(photo: Path, folder: Path) -> dict[str, Path]:
    """Write the files that transcripts upload."""
    found = {
        "page": folder / "page.png",
        "broken": folder / "broken.jpg",
        "wide": folder / "wide.png",
        "big": folder / "big.png",
    }
    found["page"].write_text("<html>not a picture</html>")
    found["broken"].write_bytes(photo.read_bytes()[:20_000])
    Image.new("L", (12_000, 1)).save(found["wide"])
    found["big"].write_bytes(b"\x89PNG\r\n" + bytes(21 * 1024 * 1024))
    return found | {
        "listed_song": sound_wave(folder / "listed.wav", seconds=0.7),
        "song": sound_wave(folder / "song.wav"),
        "clip": film(folder / "clip.mp4", sound=True),
    }


@pytest.fixture
async def world(original: Original, tmp_path: Path) -> AsyncIterator[World]:
    async with copy_of(original, tmp_path) as copied:
        yield copied


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
    answered = await play(exchange, client, world.names)
    if request.config.getoption("--write"):
        head = path.read_text().partition(RULE + "\n")[0]
        path.write_text(head + RULE + "\n" + answered)
        return
    assert answered == exchange.expected


def test_every_operation_has_a_transcript() -> None:
    played = {(read(path).method, read(path).path.partition("?")[0]) for path in TRANSCRIPTS}
    for operation in OPERATIONS:
        for path in (operation.path, *operation.aliases):
            pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(PREFIX + path)))
            assert any(
                method == operation.method and pattern.fullmatch(target)
                for method, target in played
            ), f"no transcript for {operation.method} {path}"


def test_every_operation_has_a_transcript_of_its_good_answer() -> None:
    elsewhere = {
        "/video/agent/generate": "no agent is offered",
        "/video/mask/selection": "waits for an engine: see tests/acceptance/test_edits.py",
    }
    good = {
        (exchange.method, exchange.path.partition("?")[0])
        for exchange in map(read, TRANSCRIPTS)
        if '"ErrCode": 0' in exchange.expected
    }
    for operation in OPERATIONS:
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(PREFIX + operation.path)))
        answered = any(
            method == operation.method and pattern.fullmatch(target) for method, target in good
        )
        assert answered or operation.path in elsewhere, f"no good answer of {operation.path}"


def test_every_operation_is_on_the_page_of_differences() -> None:
    page = (Path(__file__).parents[2] / "docs" / "compatibility" / "pixverse.md").read_text()
    for operation in OPERATIONS:
        told = re.sub(r"\{\w+\}", "{}", page)
        path = re.sub(r"\{\w+\}", "{}", operation.path.lstrip("/"))
        assert f"{operation.method} {path}`" in told, f"{operation.path} is not described"


def test_every_code_that_can_be_given_has_a_transcript() -> None:
    not_yet = {
        errors.KinoraError: "the base of all others",
        errors.QuotaReached: "no quota is set: see tests/unit/test_quotas.py",
        errors.TooOften: "limits are far away: see tests/unit/web/test_limits.py",
        errors.Overloaded: "only while the server is being stopped: see tests/acceptance",
        errors.LaneBroken: "lanes are of the other dialect",
        errors.UploadFailed: "an upload that breaks off: see tests/unit/web",
        errors.Unexpected: "a fault of the server",
    }
    told = "".join(path.read_text() for path in TRANSCRIPTS)
    seen = {int(code) for code in re.findall(r'"ErrCode": (\d+)', told)}
    for kind, code in ERR_CODES.items():
        assert kind in not_yet or code in seen, f"no transcript gives {code} ({kind.__name__})"


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_every_refusal_is_in_the_reference(path: Path) -> None:
    exchange = read(path)
    found = re.search(r'"ErrCode": ([1-9]\d*)', exchange.expected)
    operation = operation_of(exchange.method, exchange.path.partition("?")[0])
    if found and operation:
        assert int(found[1]) in {*operation.codes, *COMMON}


def operation_of(method: str, target: str) -> Operation | None:
    for operation in OPERATIONS:
        for path in (operation.path, *operation.aliases):
            pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(PREFIX + path)))
            if method == operation.method and pattern.fullmatch(target):
                return operation
    return None
