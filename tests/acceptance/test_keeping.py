"""Media that expires, and a server that is lost and comes back from its backup."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from kinora.bootstrap.ground import Ground
from kinora_client import Kinora, KinoraRefused, Submitted, calls
from tests.acceptance.conftest import CARD, Server, serving, until
from tests.acceptance.test_main_job import cli

SMALL = {"duration": 1, "quality": "360p"}
UNKNOWN = 500008


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server whose engine draws a card at once."""
    with serving(tmp_path, **CARD) as made:
        yield made


def command(server: Server, *words: str) -> list[str]:
    return [sys.executable, "-m", "kinora", "--data", str(server.data), *words]


def is_known(kinora: Kinora, job: Submitted) -> bool:
    try:
        kinora.result(job)
    except KinoraRefused as error:
        if error.code == UNKNOWN:
            return False
        raise
    return True


def test_a_lost_server_comes_back_from_a_backup_that_was_taken_under_load(
    server: Server, kinora: Kinora, photos: Path, tmp_path: Path
) -> None:
    image = kinora.upload_image(photos / "cat.jpg")
    done = kinora.submit(calls.text_to_video("an island", **SMALL))
    film = kinora.download(kinora.wait(done), tmp_path / "before").read_bytes()
    before = [kinora.submit(calls.image_to_video(image.id, prompt="snow", **SMALL)) for _ in "ab"]
    backup = subprocess.Popen(command(server, "backup", str(tmp_path / "kept")))
    during = [kinora.submit(calls.text_to_video("ink", **SMALL))]
    while backup.poll() is None and len(during) < 8:
        during.append(kinora.submit(calls.text_to_video("ink", **SMALL)))
    assert backup.wait(60) == 0
    after = kinora.submit(calls.text_to_video("too late", **SMALL))

    server.stop(signal.SIGKILL)
    shutil.rmtree(server.data)
    restored = cli(server, "restore", str(tmp_path / "kept"))
    assert restored.returncode == 0, restored.stderr
    server.start()

    again = kinora.result(done)
    assert kinora.download(again, tmp_path / "again").read_bytes() == film
    assert not is_known(kinora, after)
    known = [job for job in during if is_known(kinora, job)]
    for job in (*before, *known):
        result = kinora.wait(job)
        assert result.done
        assert kinora.download(result, tmp_path / f"{job.id}").stat().st_size == result.size
    assert kinora.submit(calls.image_to_video(image.id, prompt="fog", **SMALL)).id > after.id
    assert cli(server, "credits", "reconcile").stdout.endswith("the books add up\n")
    looked = cli(server, "doctor", "--deep")
    assert looked.returncode == 0, looked.stdout


def test_what_has_expired_is_gone_and_says_so(server: Server, kinora: Kinora) -> None:
    assert cli(server, "retention", "set", "--account", "1", "--results", "1").returncode == 0
    job = kinora.submit(calls.text_to_video("an island", **SMALL))
    link = kinora.wait(job).url
    held = kinora.submit(calls.text_to_video("a lake", **SMALL))
    kept = kinora.wait(held).url
    why = ("--reason", "court order")
    assert cli(server, "hold", "add", "--job", str(held.id), *why).returncode == 0
    assert httpx.get(link).status_code == 200
    server.stop()
    with closing(sqlite3.connect(server.data / "kinora.sqlite3")) as db, db:
        assert db.execute("update assets set expires_at = 1 where expires_at > 1").rowcount == 2
    server.start()
    until(lambda: httpx.get(link).status_code == 410, what="the film has expired")
    assert httpx.get(link).json() == {"error": "the media was deleted, or has expired"}
    assert kinora.result(job).status == 6
    assert httpx.get(kept).status_code == 200
    until(lambda: len(films(server)) == 1, what="the bytes of the film are gone")


def films(server: Server) -> list[Path]:
    return list((server.data / "blobs").rglob("*.mp4"))


@pytest.mark.parametrize(
    ("version", "told"), [(999, "upgrade Kinora"), (1, "cannot be upgraded, nothing was changed")]
)
def test_a_server_on_data_that_it_cannot_use_says_why(
    ground: Ground, version: int, told: str
) -> None:
    with closing(sqlite3.connect(ground.settings.database)) as db, db:
        db.execute(f"pragma user_version = {version}")
        db.execute("update installation set value = 999 where name = 'readable_from'")
    words = ["--data", str(ground.settings.data), "serve", "--port", "0"]
    started = subprocess.run(
        [sys.executable, "-m", "kinora", *words], capture_output=True, text=True, check=False
    )
    assert (started.returncode, told in started.stderr) == (1, True), started.stderr
    assert "Traceback" not in started.stderr
