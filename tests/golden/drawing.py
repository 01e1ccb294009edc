"""Draws takes in a process of its own: `python -m tests.golden.drawing OUT [TAKE ...]`.

Numba's machine code differs in its last bits in the process that compiled it from what others
load from its cache. The engine's process begins again when it had to compile, and so does this.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import cache_folder
from kinora.ports.engine import Shape
from tests.takes import Take, frames_of, read_takes

SMALL = Shape(width=160, height=96, frames=6, fps=4)
LARGER = Shape(width=400, height=240, frames=6, fps=4)
"""For faces, which are not found when they are small."""

WITH_FACES = ("talking", "mimic")
LOOK = (12, 8)
ROOT = Path(__file__).parents[2]


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
    before = -1
    while before != compiled():
        before = compiled()
        call = [sys.executable, "-m", "tests.golden.drawing", str(out), *names]
        subprocess.run(call, check=True, cwd=ROOT)
    return {name: Seen.of(told) for name, told in json.loads(out.read_text()).items()}


def compiled() -> int:
    """Return how many pieces of machine code are kept."""
    folder = cache_folder()
    assert folder is not None
    return sum(1 for _ in folder.rglob("*.nbc"))


def main() -> None:
    takes, told = read_takes(), {}
    for name in sys.argv[2:]:
        with tempfile.TemporaryDirectory() as folder:
            told[name] = draw(takes[name], Path(folder)).told()
    Path(sys.argv[1]).write_text(json.dumps(told))


if __name__ == "__main__":
    main()
