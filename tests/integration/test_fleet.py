"""The fleet over real processes: one that has worked and rests is replaced by a fresh one."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from kinora.adapters.fleet.children import ChildFleet
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job, JobState
from kinora.domain.order import Order, TextToVideo, Words
from kinora.domain.shape import Shape
from kinora.ports.fleet import Freed, Made
from tests.integration.clerk import FOLDER

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 60.0


def job(number: int) -> Job:
    ask = TextToVideo(words=Words(prompt="a note"))
    return Job(
        id=JobId(number),
        order=Order(
            account=AccountId(1),
            ask=ask,
            model="v6",
            quality="540p",
            aspect_ratio="16:9",
            seconds=5,
            trace="t",
        ),
        state=JobState.RUNNING,
        seed=1,
        cost=1,
        shape=Shape(width=1, height=1, frames=1, fps=24),
        created_at=NOW,
        changed_at=NOW,
        attempt=1,
    )


class Office:
    """A fleet of one clerk, and what is seen of it from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        environment = {**os.environ, "PYTHONPATH": str(ROOT), FOLDER: str(folder)}
        self.fleet = ChildFleet(
            "tests.integration.clerk:Clerk",
            size=1,
            environment=environment,
            renew_after=0.2,
        )
        self.news = self.fleet.news()

    @property
    def at_work(self) -> int:
        """The process that takes the next job."""
        process = self.fleet._children[0].process
        return process.pid if process is not None else 0

    def seen(self) -> set[int]:
        return {int(path.name.partition("-")[2]) for path in self.folder.glob("here-*")}

    async def free(self) -> None:
        while not isinstance(await anext(self.news), Freed):
            pass

    async def make(self, number: int) -> int:
        """Have a job made; return the process that made it."""
        await self.fleet.hand_over(job(number), inputs={}, folder=self.folder)
        while True:
            news = await anext(self.news)
            if isinstance(news, Made):
                return int(news.output.label)


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110 - other processes set no events
            await asyncio.sleep(0.01)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    made = Office(tmp_path)
    await made.fleet.start()
    async with asyncio.timeout(PATIENCE):
        await made.free()
    yield made
    await made.fleet.close()
    assert not [pid for pid in made.seen() if psutil.pid_exists(pid)]


async def test_a_process_that_has_worked_is_replaced_when_it_rests(office: Office) -> None:
    first = office.at_work
    assert await office.make(1) == first
    await until(lambda: office.at_work != first)
    assert office.fleet.free == 1
    await until(lambda: not psutil.pid_exists(first))
    assert not office.fleet._children[0].worked, "or it would be replaced for ever"
    second = office.at_work
    assert await office.make(2) == second
    assert office.seen() == {first, second}


async def test_work_that_comes_meanwhile_does_not_wait(office: Office) -> None:
    first = office.at_work
    assert await office.make(1) == first
    (office.folder / "hold").touch()
    await until(lambda: len(office.seen()) == 2)
    (held,) = office.seen() - {first}
    assert await office.make(2) == first
    await until(lambda: not psutil.pid_exists(held))
    (office.folder / "hold").unlink()
    await until(lambda: office.at_work not in {first, held})
    assert await office.make(3) == office.at_work
