"""What goes wrong in one sequence, drawn from a printed seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from kinora.ports.faults import Point

ENGINE = (Point.ENGINE_BEGUN, Point.ENGINE_STEP, Point.ENGINE_MADE)
ERRANDS = (Point.ERRAND_CALL_KEPT, Point.ERRAND_SENT, Point.ERRAND_KEPT)
"""Not drawn here, for they need a second server: see `tests/acceptance/test_upstream.py`."""

HERE = [point for point in Point if point not in ERRANDS]
PARTS = ("api", "dispatcher", "engine", "server")
DEADLY = ("kill", "kill-server", "stop")
ERRORS = ("full", "broken")
AFTER_COMMIT = {Point.COMMIT_AFTER}
"""Here an error would tell a caller that nothing was kept, which only a dead process may leave."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A fault at a place, after it was passed some times."""

    point: Point
    action: str
    passes: int


@dataclass(frozen=True, slots=True)
class Timed:
    """A kill -9 of a part, some seconds after the first submit."""

    part: str
    after: float


@dataclass(frozen=True, slots=True)
class Plan:
    """One sequence: faults at places, kills by the clock, and a clock that jumps."""

    laid: Sequence[Laid]
    timed: Sequence[Timed]
    jump: float
    jobs: Sequence[str]


KINDS = ("film", "film", "picture", "photo", "cannot", "break", "cancel", "delete", "twins")


def drawn(seed: int, number: int) -> Plan:
    """Return the plan of a sequence: the same for the same seed and number, on every machine."""
    chance = random.Random(f"{seed}/{number}")
    laid = {
        laid.point: laid for laid in (_laid(chance) for _ in range(chance.choice((1, 1, 2, 3))))
    }
    timed = [
        Timed(chance.choice(PARTS), chance.uniform(0.0, 1.2))
        for _ in range(chance.choice((0, 0, 1, 2)))
    ]
    jump = chance.choice((0.0, 0.0, 0.0, -3600.0, 120.0))
    jobs = [chance.choice(KINDS) for _ in range(chance.randint(2, 5))]
    return Plan(tuple(laid.values()), tuple(timed), jump, tuple(jobs))


def each_point(together: int) -> list[Plan]:
    """Return sequences that, between them, kill once at every place of the walk."""
    points = [point for point in HERE if point not in (Point.PART_STARTED, Point.POST_SENT)]
    jobs = ("film", "photo", "cannot", "break", "cancel", "delete", "picture")
    faults = [Laid(point, "kill", 0) for point in points]
    plans = [Plan(tuple(faults[first::together]), (), 0.0, jobs) for first in range(together)]
    last = (Laid(Point.PART_STARTED, "kill-server", 0), Laid(Point.POST_SENT, "kill", 0))
    return [*plans, Plan(last, (Timed("dispatcher", 0.3),), 0.0, jobs)]


def each_hang() -> list[Plan]:
    """Return sequences in which an engine, a dispatcher and an API process hang."""
    places = (Point.ENGINE_STEP, Point.FINISH_STORED, Point.SUBMIT_WRITTEN)
    return [Plan((Laid(place, "stop", 0),), (), 0.0, ("film", "photo")) for place in places]


def _laid(chance: random.Random) -> Laid:
    point = chance.choice(HERE)
    deadly = point in AFTER_COMMIT or point is Point.PART_STARTED or chance.random() < 0.75
    action = chance.choice(DEADLY if deadly else ERRORS)
    if point is Point.PART_STARTED:
        action = "kill-server"
    if point in ENGINE and action == "kill-server":
        # An engine's walls keep it from signalling anybody.
        action = "kill"
    return Laid(point, action, chance.choice((0, 0, 1, 2, 5)))
