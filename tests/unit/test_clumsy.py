"""What a clumsy operator does at the desk and to the data: told plainly, and nothing lost."""

from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from kinora.adapters.db.snapshot import Damaged
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground, check_whole, prepare
from kinora.cli.main import cli
from kinora.settings import BadSettings, Settings
from tests.conftest import KEY

HUGE = "99999999999999999999"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("credits", "grant", "1", HUGE), "is not in the range"),
        (("credits", "grant", "1", "-5000000"), "a balance cannot fall below zero"),
        (("keys", "rotate", HUGE), "is not in the range"),
        (("keys", "list", "--account", HUGE), "is not in the range"),
        (("keys", "create", "--account", HUGE), "is not in the range"),
        (("accounts", "change", "1", "--max-jobs", HUGE), "is not in the range"),
        (("accounts", "share", "1", "--weight", "nan"), "nan is no weight"),
        (("jobs", "cancel", HUGE), "is not in the range"),
        (("webhooks", "log", HUGE), "is not in the range"),
    ],
)
def test_numbers_without_sense(ground: Ground, words: tuple[str, ...], sentence: str) -> None:
    result = CliRunner().invoke(cli, ["--data", str(ground.settings.data), *words])
    assert sentence in result.output
    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit)


def test_a_key_that_ends_at_once_does_not_last_for_ever(ground: Ground) -> None:
    words = ["--data", str(ground.settings.data), "keys", "create", "--expires", "0h", "--json"]
    assert '"expires": null' not in CliRunner().invoke(cli, words).output


def test_names_do_not_speak_to_the_terminal(ground: Ground) -> None:
    data = ["--data", str(ground.settings.data)]
    name = "x\n2026 root \x1b[2J\x9b"
    assert CliRunner().invoke(cli, [*data, "keys", "create", "--name", name]).exit_code == 0
    told = CliRunner().invoke(cli, [*data, "keys", "list"], color=True).output
    assert r"x\n2026 root \x1b[2J\x9b" in told


async def test_a_lost_secret_is_told_and_not_made_anew(ground: Ground) -> None:
    path = ground.settings.data / "secret"
    for text in (None, "garbage", ""):
        path.unlink() if text is None else path.write_text(text)
        with pytest.raises(BadSettings, match="put it back from a backup"):
            await prepare(ground.settings)
        with pytest.raises(BadSettings, match="secret"):
            check_whole(ground.settings)
        words = ["--data", str(ground.settings.data), "keys", "list"]
        assert "put it back" in CliRunner().invoke(cli, words).output


async def test_media_without_a_database_is_no_new_house(tmp_path: Path) -> None:
    (tmp_path / "blobs/content").mkdir(parents=True)
    (tmp_path / "blobs/content/a.mp4").write_bytes(b"x")
    with pytest.raises(BadSettings, match=r"kinora\.sqlite3 is missing or empty.*kinora restore"):
        await prepare(Settings(data=tmp_path))
    assert not (tmp_path / "first-key.json").exists()


async def test_what_is_no_database_is_told_plainly(ground: Ground) -> None:
    await ground.store.close()
    path = ground.settings.database
    for log in ("-wal", "-shm"):
        path.with_name(path.name + log).unlink(missing_ok=True)
    path.write_bytes(b"no database at all, and that for a while" * 100)
    with pytest.raises(Damaged, match="restore a backup"):
        await prepare(ground.settings)
    result = CliRunner().invoke(cli, ["--data", str(ground.settings.data), "keys", "list"])
    assert "file is not a database; restore a backup" in result.output


async def test_a_database_that_was_moved_takes_no_more_jobs(ground: Ground) -> None:
    transport = httpx.ASGITransport(build_api(ground, wake=lambda: None, draining=Draining()))
    body = {"prompt": "a boat", "model": "v6", "quality": "540p", "duration": 5}
    headers = {"authorization": f"Bearer {KEY}"}
    asked = {"feature": "text_to_video", **body}
    path = ground.settings.database
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:
        assert (await client.post("/api/jobs", json=asked, headers=headers)).status_code == 201
        path.rename(path.with_name("moved"))
        answer = await client.post("/api/jobs", json=asked, headers=headers)
        assert (answer.status_code, "moved or deleted" in answer.text) == (503, True)
        assert "moved or deleted" in (await client.get("/readyz")).text
        path.with_name("moved").rename(path)
        assert (await client.post("/api/jobs", json=asked, headers=headers)).status_code == 201
