"""Frames that were found good, kept: exact on the kind of CPU that made them, close on any.

`pytest tests/golden --write` writes them anew; look at the gallery before you do.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import llvmlite.binding as llvm
import numpy as np
import pytest
from numpy.typing import NDArray

from kinora.ports.engine import Shape
from tests.takes import Take, frames_of, read_takes

KEPT = Path(__file__).parent / "frames.json"
SMALL = Shape(width=160, height=96, frames=6, fps=4)
LARGER = Shape(width=400, height=240, frames=6, fps=4)
"""For faces, which are not found when they are small."""

WITH_FACES = ("talking", "mimic")
LOOK = (12, 8)
BAND = 6.0
"""Mean difference of levels (0 to 255) that other CPUs' rounding may make in a thumbnail."""


@dataclass
class Seen:
    """What is kept of a take: a digest of its frames, and thumbnails of its first and last."""

    digest: str
    looks: NDArray[np.uint8]

    def told(self) -> dict[str, str]:
        return {"digest": self.digest, "looks": base64.b64encode(self.looks.tobytes()).decode()}


def made(take: Take, folder: Path) -> Seen:
    frames = list(frames_of(take, LARGER if take.sheet in WITH_FACES else SMALL, folder))
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(f).tobytes() for f in frames))
    looks = [cv2.resize(f, LOOK, interpolation=cv2.INTER_AREA) for f in (frames[0], frames[-1])]
    return Seen(digest.hexdigest()[:32], np.stack(looks).astype(np.uint8))


@cache
def kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return found


def cpu() -> str:
    """Name the kind of CPU, on which the compiled kernels' last bits depend."""
    return str(llvm.get_host_cpu_name())


def test_every_take_is_kept() -> None:
    assert set(kept().get("takes", {})) == set(read_takes())


@pytest.mark.parametrize("take", read_takes().values(), ids=lambda take: take.name)
def test_frames_are_as_they_were(
    take: Take, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seen = made(take, tmp_path)
    if request.config.getoption("--write"):
        told = kept()
        told["cpu"] = cpu()
        told.setdefault("takes", {})[take.name] = seen.told()
        KEPT.write_text(json.dumps(told, indent=0, sort_keys=True) + "\n")
        return
    before = kept()["takes"][take.name]
    looks = np.frombuffer(base64.b64decode(before["looks"]), np.uint8).reshape(seen.looks.shape)
    away = np.abs(seen.looks.astype(int) - looks).mean()
    assert away < BAND, f"{take.name} looks different: {away:.1f} levels"
    if kept()["cpu"] == cpu():
        assert seen.digest == before["digest"], f"{take.name} changed; look at its gallery sheet"
