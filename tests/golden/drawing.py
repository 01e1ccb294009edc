"""Draws takes in a process of its own: `python -m tests.golden.drawing OUT [TAKE ...]`.

Numba's machine code differs in its last bits with what was compiled before it and what was loaded
from its cache. So the takes are drawn with kernels of their own, all compiled in one process and
in one order, by another process that compiles none.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.imagevideo.room import warm as warm_pictures
from kinora.engines.studio.warming import FIRST, SECOND, code_and_compiler, each
from kinora.ports.engine import Shape
from tests.takes import Take, frames_of, read_takes

SMALL = Shape(width=160, height=96, frames=6, fps=4)
LARGER = Shape(width=400, height=240, frames=6, fps=4)
"""For faces, which are not found when they are small."""

WITH_FACES = ("talking", "mimic", "swap")
LOOK = (12, 8)
ROOT = Path(__file__).parents[2]
KERNELS = ROOT / "build" / "golden"


@dataclass
class Seen:
    """What is kept of a take: a digest of its frames, and thumbnails of its first and last."""

    digest: str
    looks: NDArray[np.uint8]

    def told(self) -> dict[str, str]:
        return {"digest": self.digest, "looks": base64.b64encode(self.looks.tobytes()).decode()}

    @staticmethod
    def of(told: dict[str, str]) -> "Seen":
        looks = np.frombuffer(base64.b64decode(told["looks"]), np.uint8)
        return Seen(told["digest"], looks.reshape(2, LOOK[1], LOOK[0], 3))


def draw(take: Take, folder: Path) -> Seen:
    frames = list(frames_of(take, LARGER if take.sheet in WITH_FACES else SMALL, folder))
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(f).tobytes() for f in frames))
    looks = [cv2.resize(f, LOOK, interpolation=cv2.INTER_AREA) for f in (frames[0], frames[-1])]
    return Seen(digest.hexdigest()[:32], np.stack(looks).astype(np.uint8))


def drawn(names: list[str], out: Path) -> dict[str, Seen]:
    """Return takes as a process draws them that loads its kernels and compiles none."""
    kernels = KERNELS / code_and_compiler()
    if not kernels.exists():
        fresh = out.parent / "kernels"
        _run(fresh, str(out))
        KERNELS.mkdir(parents=True, exist_ok=True)
        shutil.move(fresh, kernels)
    before = compiled(kernels)
    _run(kernels, str(out), *names)
    assert compiled(kernels) == before, "a take needs a kernel that no start compiles: see warming"
    return {name: Seen.of(told) for name, told in json.loads(out.read_text()).items()}


def _run(kernels: Path, *arguments: str) -> None:
    call = [sys.executable, "-m", "tests.golden.drawing", *arguments]
    environment = os.environ | {"NUMBA_CACHE_DIR": str(kernels)}
    subprocess.run(call, check=True, cwd=ROOT, env=environment)


def compiled(kernels: Path) -> int:
    """Return how many pieces of machine code are kept."""
    return sum(1 for _ in kernels.rglob("*.nbc"))


def main() -> None:
    if not sys.argv[2:]:
        warm_pictures()
        each(FIRST)
        each(SECOND)
        return
    takes, told = read_takes(), {}
    for name in sys.argv[2:]:
        with tempfile.TemporaryDirectory() as folder:
            told[name] = draw(takes[name], Path(folder)).told()
    Path(sys.argv[1]).write_text(json.dumps(told))


if __name__ == "__main__":
    main()
