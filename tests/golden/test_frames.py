"""Frames that were found good, kept: exact on the kind of CPU that made them, close on any.

`pytest tests/golden --write` writes them anew; look at the gallery before you do.
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
def kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return found


def cpu() -> str:
    """Name the kind of CPU, on which the compiled kernels' last bits depend."""
    return str(llvm.get_host_cpu_name())


@pytest.mark.parametrize("name", read_takes())
def test_frames_are_as_they_were(
    name: str, seen: dict[str, Seen], request: pytest.FixtureRequest
) -> None:
    now = seen[name]
    if request.config.getoption("--write"):
        told = kept()
        told["cpu"] = cpu()
        told["takes"] = {each: told["takes"].get(each) for each in read_takes()}
        told["takes"][name] = now.told()
        KEPT.write_text(json.dumps(told, indent=0, sort_keys=True) + "\n")
        return
    before = Seen.of(kept()["takes"][name])
    away = np.abs(now.looks.astype(int) - before.looks).mean()
    assert away < BAND, f"{name} looks different: {away:.1f} levels"
    if kept()["cpu"] == cpu():
        assert now.digest == before.digest, f"{name} changed; look at its gallery sheet"


def test_every_take_is_kept() -> None:
    assert set(kept().get("takes", {})) == set(read_takes())
