"""kill -9, anywhere: each accepted job still ends once, and is charged once."""

import signal
import sys
from pathlib import Path

import psutil
import pytest

from kinora.adapters.faults import lay
from kinora.ports.faults import Point
from kinora_client import Kinora, Submitted, calls
from tests.acceptance.conftest import (
    CARD,
    KEY,
    PATIENCE,
    Server,
    kinora,
    server,
    serving,
    until,
)
from tests.acceptance.test_main_job import cli
from tests.faults.chaos.audit import Books
from tests.faults.chaos.caller import PICTURE

__all__ = ["kinora", "server"]
SMALL = {"duration": 2, "quality": "360p"}
PARTS = {
    "engine": "kinora.adapters.fleet.child",
    "dispatcher": "kinora.cli.run_dispatcher",
    "api": "kinora.cli.run_api",
}
GATE = "kinora.adapters.media.zygote"


def submit(kinora: Kinora) -> list[Submitted]:
    return [kinora.submit(calls.text_to_video(prompt, **SMALL)) for prompt in ("island", "ink")]


def is_at_work(kinora: Kinora, job: Submitted) -> bool:
    return kinora.result(job).progress > 0


def ended_once(server: Server, kinora: Kinora, jobs: list[Submitted], before: int) -> None:
    results = [kinora.wait(job) for job in jobs]
    assert all(result.done for result in results)
    assert before - kinora.balance().total == sum(job.credits for job in jobs)
    assert cli(server, "credits", "reconcile").stdout.endswith("the books add up\n")
    blobs = [path for path in (server.data / "blobs").rglob("*") if path.is_file()]
    assert len(blobs) == len(jobs)


@pytest.mark.parametrize("part", list(PARTS))
def test_a_killed_part_comes_back(server: Server, kinora: Kinora, part: str) -> None:
    before = kinora.balance().total
    jobs = submit(kinora)
    until(lambda: is_at_work(kinora, jobs[0]), what="the first job is at work")
    server.find(PARTS[part]).kill()
    until(server.answers, what="the server answers again")
    ended_once(server, kinora, jobs, before)


def test_a_killed_server_leaves_nothing_running_and_goes_on(
    server: Server, kinora: Kinora, tmp_path: Path
) -> None:
    before = kinora.balance().total
    jobs = submit(kinora)
    until(lambda: is_at_work(kinora, jobs[0]), what="the first job is at work")
    server.stop(signal.SIGKILL)
    server.start()
    ended_once(server, kinora, jobs, before)


def test_what_breaks_the_end_of_one_job_takes_no_other_along(tmp_path: Path) -> None:
    faults = tmp_path / "faults"
    faults.mkdir()
    lay(faults, Point.FINISH_BEGUN, "broken")
    extra = CARD | {"KINORA_FAULTS": str(faults)}
    with serving(tmp_path, **extra) as server, Kinora(server.address, KEY) as kinora:
        dispatcher = server.find(PARTS["dispatcher"]).pid
        jobs = [kinora.submit(calls.text_to_video("a title", **SMALL)) for _ in range(3)]
        assert all(kinora.wait(job).done for job in jobs)
        assert server.find(PARTS["dispatcher"]).pid == dispatcher
        assert server.log.count('"event": "job.not_stored"') == 1
        assert not list(faults.iterdir())
        books = Books(server.data)
        breaks = [row["breaks"] for row in books.rows("select breaks from jobs")]
        books.close()
        assert sorted(breaks) == [0, 0, 1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends hung children")
def test_hung_parts_do_not_outlive_a_killed_server(tmp_path: Path) -> None:
    with serving(tmp_path, **CARD) as server, Kinora(server.address, KEY) as kinora:
        # Whoever has answered has also said that it dies with its parent.
        kinora.upload_image(PICTURE)
        assert kinora.wait(kinora.submit(calls.text_to_video("a title", **SMALL))).done
        parts = [server.find(module) for module in (*PARTS.values(), GATE)]
        for part in parts:
            part.send_signal(signal.SIGSTOP)
        assert server.process is not None
        server.process.kill()
        _, alive = psutil.wait_procs(parts, timeout=PATIENCE)
        assert alive == []
        server.process.wait()
        server.start()
        job = kinora.submit(calls.text_to_video("a title", **SMALL))
        assert kinora.wait(job).done


def test_a_job_that_breaks_every_engine_ends_and_is_paid_back(
    server: Server, kinora: Kinora
) -> None:
    before = kinora.balance().total
    job = kinora.submit(calls.text_to_video("island", duration=15, quality="1080p"))
    for _ in range(3):
        until(lambda: kinora.result(job).progress > 0, what="the job is at work again")
        server.find(PARTS["engine"]).kill()
        until(
            lambda: kinora.result(job).progress == 0 or not kinora.result(job).running,
            what="the loss is noticed",
        )
    until(lambda: not kinora.result(job).running, what="the job is given up")
    result = kinora.result(job)
    assert (result.status, "gave up after 3 attempts" in result.reason) == (8, True)
    assert kinora.balance().total == before
