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
    plans = each_point(TOGETHER)
    reached = all_played(world, plans)
    # Which of several faults a sequence meets depends on the machine; most it must.
    assert reached >= sum(len(plan.laid) for plan in plans) // 2


def test_parts_that_hang_are_killed_and_lose_nothing(world: World) -> None:
    assert all_played(world, each_hang()) >= 2


def test_random_sequences_lose_nothing(world: World) -> None:
    for number in range(RANDOM):
        world.sequence(number)
    world.finish()
    assert world.tally.findings == []


def all_played(world: World, plans: list[Plan]) -> int:
    """Play plans and audit; return how many of their faults were reached."""
    for plan in plans:
        world.play(plan)
    world.finish()
    assert world.tally.findings == []
    laid = sum(world.tally.laid.values())
    return laid - world.tally.struck["not reached"]
