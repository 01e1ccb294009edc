"""A disk that is full, and one that can only be read: real ones, small, in memory."""

import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.acceptance.conftest import KEY, Server, until
from tests.acceptance.test_main_job import cli
from tests.faults.chaos.audit import Books
from tests.faults.chaos.caller import FILM, PICTURE
from tests.faults.chaos.world import free_port

SIZE = "24m"
BUSY = 500069
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Server]:
    """A server whose data lies on a disk of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "kinora", disk], check=True)
    extra = {"KINORA_ENGINE": "testcard", "KINORA_PROVENANCE": "off", "KINORA_GRACE": "2"}
    server = Server(disk / "data", free_port(), extra=extra)
    server.log_place = tmp_path
    try:
        server.start()
        yield server
    finally:
        if server.process is not None:
            server.stop()
        subprocess.run(["umount", "--lazy", disk], check=True)


def submit(server: Server, trace: str = "") -> dict[str, object]:
    """Send a submit and return the answer, which has the dialect's form whatever happens."""
    answer = httpx.post(
        f"{server.address}/openapi/v2/video/text/generate",
        json=FILM | {"prompt": "a title"},
        headers={"API-KEY": KEY, "Ai-trace-id": trace or str(uuid.uuid4())},
        timeout=30,
    )
    told: dict[str, object] = answer.json()
    assert told.keys() == {"ErrCode", "ErrMsg", "Resp"}
    assert (told["ErrCode"] == 0) == (told["Resp"] is not None)
    return told


def at_rest(server: Server) -> bool:
    books = Books(server.data)
    try:
        return books.unfinished() == 0
    finally:
        books.close()


def well(server: Server, *, accepted: int) -> None:
    """Check that each accepted job ended, that the books add up, and that work goes on."""
    until(lambda: submit(server)["ErrCode"] == 0, what="jobs are taken again")
    until(lambda: at_rest(server), what="all jobs have ended")
    books = Books(server.data)
    try:
        assert books.findings() == []
        assert books.number("select count(*) from jobs") == accepted + 1
    finally:
        books.close()
    assert cli(server, "credits", "reconcile").returncode == 0


@ROOT
def test_a_full_disk_loses_nothing_and_is_no_end(small: Server) -> None:
    assert submit(small)["ErrCode"] == 0
    until(lambda: at_rest(small), what="the first job has ended")
    filler = small.data.parent / "filler"
    accepted = 1
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(64 * 1024))
        except OSError:
            pass
    codes = [submit(small)["ErrCode"] for _ in range(20)]
    accepted += codes.count(0)
    assert set(codes) - {0} == {BUSY}
    native = httpx.post(
        f"{small.address}/api/jobs",
        json={"feature": "text_to_video", "prompt": "a title", "duration": 5},
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=30,
    )
    assert (native.status_code, native.headers["retry-after"]) == (503, "10")
    assert native.json()["detail"].startswith("the disk is full")
    assert "http.crash" not in small.log
    ready = httpx.get(f"{small.address}/readyz", timeout=10)
    assert (ready.status_code, ready.json()["reasons"]) == (503, ["the disk is full"])
    assert httpx.get(f"{small.address}/healthz", timeout=10).status_code == 200
    filler.unlink()
    well(small, accepted=accepted)


@ROOT
def test_media_that_cannot_be_written_is_paid_back(small: Server) -> None:
    blobs = small.data / "blobs"
    there = str(blobs)
    mounted = [["mount", "--bind", there, there], ["mount", "-o", "remount,bind,ro", there]]
    for command in mounted:
        subprocess.run(command, check=True)
    try:
        told = submit(small)
        assert told["ErrCode"] == 0
        until(lambda: at_rest(small), what="the job was given up")
        books = Books(small.data)
        (job,) = books.rows("select state, reason from jobs")
        books.close()
        assert (job["state"], "could not be stored" in job["reason"]) == ("failed", True)
        upload = httpx.post(
            f"{small.address}/openapi/v2/image/upload",
            files={"image": PICTURE.read_bytes()},
            headers={"API-KEY": KEY},
            timeout=30,
        )
        told = upload.json()
        assert (told["ErrCode"], told["Resp"]) == (BUSY, None)
        assert "the disk cannot be written to; try again later" in told["ErrMsg"]
    finally:
        subprocess.run(["umount", blobs], check=True)
    well(small, accepted=1)


@ROOT
def test_a_folder_that_cannot_be_written_is_named_at_the_start(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,ro", "kinora", disk], check=True)
    try:
        server = Server(disk / "data", free_port())
        told = cli(server, "serve", "--port", "0")
    finally:
        subprocess.run(["umount", disk], check=True)
    assert told.returncode == 1
    assert f"cannot write to {disk / 'data'}: Read-only file system" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_second_dispatcher_waits(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", free_port(), extra={"KINORA_ENGINE": "testcard"})
    server.start()
    try:
        second = server.second_dispatcher()
        until(lambda: "another dispatcher is at work" in server.log, what="the second one waits")
        assert submit(server)["ErrCode"] == 0
        until(lambda: at_rest(server), what="the job has ended")
        assert server.log.count("job.started") == 1
        server.find("run_dispatcher").kill()
        assert submit(server)["ErrCode"] == 0
        until(lambda: at_rest(server), what="the next job has ended")
        assert server.log.count("job.started") == 2
    finally:
        second.kill()
        second.wait()
        assert second.stdin is not None
        second.stdin.close()
        server.stop()
    books = Books(server.data)
    assert books.findings() == []
    books.close()
