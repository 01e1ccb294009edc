"""A kill -9 at every place of a job's walk, hung parts, and some random sequences.

The long form, a thousand random sequences, is `make faults`; its figures are in
`docs/reliability.md`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.chaos.plan import Plan, each_hang, each_point
from tests.faults.chaos.receiver import Receiver
from tests.faults.chaos.world import World

SEED = 20261128
TOGETHER = 6
RANDOM = 4


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Receiver(SEED) as receiver:
        made = World(tmp_path, SEED, receiver)
        yield made
        if made.server.process is not None:
            made.server.process.kill()
            made.server.process.wait()


def test_a_kill_at_every_place_loses_nothing(world: World) -> None:
    met_and_audited(world, each_point(TOGETHER))


def test_parts_that_hang_are_killed_and_lose_nothing(world: World) -> None:
    met_and_audited(world, each_hang())


def test_random_sequences_lose_nothing(world: World) -> None:
    for number in range(RANDOM):
        world.sequence(number)
    world.finish()
    assert world.tally.findings == []


def met_and_audited(world: World, plans: list[Plan]) -> None:
    """Play plans until each of their faults was met, and audit."""
    for plan in plans:
        world.play(plan, to_the_end=True)
    world.finish()
    assert world.tally.findings == []
