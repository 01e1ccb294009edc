"""Frames that were found good, kept: exact on the kinds of CPU that made them, close on any.

An empty digest is one of a take that has changed and was not drawn again on that kind of CPU since:
only its looks are compared, until somebody does.

`pytest tests/golden --write` writes this CPU's anew; look at the gallery before you do.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import pytest

from tests.golden.drawing import Seen, drawn
from tests.takes import read_takes

KEPT = Path(__file__).parent / "frames.json"
BAND = 6.0
"""Mean difference of levels (0 to 255) that other CPUs' rounding may make in a thumbnail."""

CHAOTIC = ("fluid",)
"""Flows in which a last bit grows to a swirl within seconds: on another CPU only the colours and
how they are spread can be the same, not where they are."""


@pytest.fixture(scope="session")
def seen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Seen]:
    """Every take that is asked for, drawn in one process of its own."""
    asked = [getattr(item, "callspec", None) for item in request.session.items]
    names = [spec.params["name"] for spec in asked if spec and "name" in spec.params]
    wanted = [name for name in read_takes() if name in names]
    return drawn(wanted, tmp_path_factory.mktemp("golden") / "drawn.json")


@cache
def kept() -> dict[str, dict[str, Any]]:
    """Return the takes that are kept, by the kind of CPU that made them."""
    found: dict[str, dict[str, Any]] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return found


def cpu() -> str:
    """Name the kind of CPU, on which the compiled kernels' last bits depend."""
    return str(llvm.get_host_cpu_name())


def away(name: str, now: Seen, before: Seen) -> float:
    """Return how far a take is from a kept one, in levels."""
    one, other = now.looks.astype(float), before.looks.astype(float)
    if name in CHAOTIC:
        one, other = (np.sort(each.reshape(-1, 3), axis=0) for each in (one, other))
    return float(np.abs(one - other).mean())


@pytest.mark.parametrize("name", read_takes())
def test_frames_are_as_they_were(
    name: str, seen: dict[str, Seen], request: pytest.FixtureRequest
) -> None:
    now = seen[name]
    if request.config.getoption("--write"):
        mine = kept().setdefault(cpu(), {})
        mine[name] = now.told()
        for takes in kept().values():
            for gone in takes.keys() - read_takes().keys():
                del takes[gone]
        KEPT.write_text(json.dumps(kept(), indent=0, sort_keys=True) + "\n")
        return
    for kind, takes in kept().items():
        if name not in takes:
            continue
        before = Seen.of(takes[name])
        if kind == cpu() and before.digest:
            same = now.digest == before.digest
            assert same, f"{name} changed; look at its gallery sheet"
        far = away(name, now, before)
        assert far < BAND, f"{name} looks different from what {kind} made: {far:.1f} levels"


def test_every_take_is_kept() -> None:
    for kind, takes in kept().items():
        assert set(takes) <= set(read_takes()), kind
    assert {name for takes in kept().values() for name in takes} == set(read_takes())
