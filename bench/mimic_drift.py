"""How far a mimic drifts: its driver comes back to its first pose, and so should the picture.

`python bench/mimic_drift.py` makes a person sway and nod for 30 s at 12 frames a second, with the
grain of a camera, gives that motion to two pictures, and looks at where the face is each time that
the driver is back where it began. Writes the figures into `results/mimic.json`.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from kinora.engines.studio.mimic.driving import measure
from kinora.engines.studio.mimic.room import frames
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import Picture
from kinora.ports.engine import Shape

PHOTOS = Path(__file__).parents[1] / "src" / "kinora" / "cli" / "pictures"
OUT = Path(__file__).parent / "results" / "mimic.json"
SECONDS, FPS, TURN = 30, 12, 5
"""The driver is back in its first pose every `TURN` seconds."""

SIZE = (480, 360)
SHAPE = Shape(width=480, height=360, frames=SECONDS * FPS, fps=FPS)
PICTURES = ("astronaut", "cat")


def driver() -> Iterator[Picture]:
    """Yield a person who sways, leans and comes nearer, and is back every five seconds."""
    still = cover(load(PHOTOS / "astronaut.jpg"), *SIZE, focus=(0.5, 0.3))
    rng = np.random.default_rng(1)
    middle = SIZE[0] / 2, SIZE[1] / 2
    for number in range(SECONDS * FPS):
        phase = 2 * np.pi * number / (TURN * FPS)
        aside, nearer = 26 * np.sin(phase), 1 + 0.05 * (1 - np.cos(phase))
        turn = cv2.getRotationMatrix2D(middle, -5 * np.sin(phase), nearer)
        turn[:, 2] += aside, 9 * np.sin(2 * phase)
        moved = cv2.warpAffine(still, turn, SIZE, borderMode=cv2.BORDER_REFLECT)
        grain = rng.normal(0, 3, (SIZE[1], SIZE[0], 1))
        yield np.clip(moved + grain, 0, 255).astype(np.uint8)


def finished(making):
    while True:
        try:
            next(making)
        except StopIteration as ended:
            return ended.value


def apart(first: Picture, later: Picture, box: tuple[slice, slice]) -> float:
    """Return by how many pixels the middle of a picture has moved (phase correlation)."""
    greys = [
        np.asarray(cv2.cvtColor(each[box], cv2.COLOR_RGB2GRAY), np.float32)
        for each in (first, later)
    ]
    window = cv2.createHanningWindow(greys[0].shape[::-1], cv2.CV_32F)
    (x, y), _ = cv2.phaseCorrelate(*greys, window)
    return float(np.hypot(x, y))


def main() -> None:
    began = time.process_time()
    drive = finished(measure(driver(), count=SHAPE.frames))
    every = range(0, SHAPE.frames, TURN * FPS)
    whole = np.median(drive.moved, axis=1)
    told: dict[str, object] = {
        "seconds": SECONDS,
        "frames_a_second": FPS,
        "driver_off_in_face_widths": [round(float(np.linalg.norm(whole[n])), 4) for n in every],
        "driver_goes_in_face_widths": round(float(np.linalg.norm(whole, axis=1).max()), 3),
    }
    for name in PICTURES:
        made = finished(frames(driver(), PHOTOS / f"{name}.jpg", shape=SHAPE))
        kept = {
            n: frame.copy() for n, frame in enumerate(made) if n in every or n == FPS * TURN // 4
        }
        height, width = SHAPE.height, SHAPE.width
        box = slice(height // 8, height * 5 // 8), slice(width // 4, width * 3 // 4)
        told[f"{name}_off_in_pixels"] = [round(apart(kept[0], kept[n], box), 2) for n in every]
        told[f"{name}_goes_in_pixels"] = round(apart(kept[0], kept[FPS * TURN // 4], box), 1)
    told["cpu_seconds"] = round(time.process_time() - began, 1)
    OUT.write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
