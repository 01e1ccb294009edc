import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from kinora.adapters.media.zygote import difference_hash
from kinora.apis.pixverse.errors import ERR_CODES
from kinora.apis.pixverse.routes import OPERATIONS, PREFIX
from kinora.bootstrap.ground import Ground
from kinora.domain import errors
from kinora.usecases.naming import digest_of
from tests.films import film, sound_wave
from tests.wire.transcript import RULE, play, read
from tests.wire.world import World, build_world

FOLDER = Path(__file__).parent / "pixverse"
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))


@pytest.fixture
async def world(ground: Ground, photos: Path, tmp_path: Path) -> World:
    listed = sound_wave(tmp_path / "listed.wav", seconds=0.7)
    look = difference_hash(Image.open(photos / "rocket.jpg"))
    entries = f"{digest_of(listed)}\nlook:{look:016x}\n"
    made = await build_world(ground, photos / "coffee.jpg", tmp_path, listed=entries)
    made.names |= {"listed_song": str(listed), "listed": str(photos / "rocket.jpg")}
    made.names["photo"] = str(photos / "coffee.jpg")
    (tmp_path / "page.png").write_text("<html>not a picture</html>")
    made.names["page"] = str(tmp_path / "page.png")
    broken = (photos / "coffee.jpg").read_bytes()[:20_000]
    (tmp_path / "broken.jpg").write_bytes(broken)
    made.names["broken"] = str(tmp_path / "broken.jpg")
    Image.new("L", (12_000, 1)).save(tmp_path / "wide.png")
    made.names["wide"] = str(tmp_path / "wide.png")
    (tmp_path / "big.png").write_bytes(b"\x89PNG\r\n" + bytes(21 * 1024 * 1024))
    made.names["big"] = str(tmp_path / "big.png")
    sound_wave(tmp_path / "song.wav")
    film(tmp_path / "clip.mp4", sound=True)
    made.names |= {"song": str(tmp_path / "song.wav"), "clip": str(tmp_path / "clip.mp4")}
    return made


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


def test_every_code_that_can_be_given_has_a_transcript() -> None:
    not_yet = {
        errors.KinoraError: "the base of all others",
        errors.ContentDeleted: "nothing deletes content yet",
        errors.Moderated: "moderation comes with its own issue",
        errors.Overloaded: "only while the server is being stopped: see tests/acceptance",
        errors.UploadFailed: "an upload that breaks off: see tests/unit/web",
        errors.Unexpected: "a fault of the server",
    }
    told = "".join(path.read_text() for path in TRANSCRIPTS)
    seen = {int(code) for code in re.findall(r'"ErrCode": (\d+)', told)}
    for kind, code in ERR_CODES.items():
        assert kind in not_yet or code in seen, f"no transcript gives {code} ({kind.__name__})"
