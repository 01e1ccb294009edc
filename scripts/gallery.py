"""Draw the gallery: a sheet of frames for each feature, from the seeds of `takes.toml`.

python -m scripts.gallery [SHEET ...]
"""

import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from tests.takes import TAKES, Take, frames_of, read_takes

from kinora.engines.studio.reel import Picture
from kinora.ports.engine import Shape

CLIP = Shape(width=640, height=360, frames=36, fps=12)
CELL = (320, 180)
STRIP = 18
"""Rows of a take's title."""

WITHIN = (0.05, 0.35, 0.65, 0.98)
"""Where in a film the frames that are shown lie."""

ACROSS = 4
STILL_SHEET = "image-templates"
TEMPLATES = "video-templates"
TEMPLATES_WITHIN = (0.3, 0.6)
QUALITY = 82


def shown(take: Take, folder: Path) -> list[Picture]:
    places = TEMPLATES_WITHIN if take.sheet == TEMPLATES else WITHIN
    seen = [
        np.asarray(cv2.resize(frame, CELL, interpolation=cv2.INTER_AREA), np.uint8)
        for frame in frames_of(take, CLIP, folder)
    ]
    if take.sheet == STILL_SHEET:
        return seen
    # Films of speech are as long as what is said.
    return [seen[round(place * (len(seen) - 1))] for place in places]


def titled(pictures: list[Picture], text: str) -> Picture:
    row = np.hstack(pictures)
    strip = np.full((STRIP, row.shape[1], 3), 24, np.uint8)
    place, face = (4, STRIP - 5), cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(strip, text, place, face, 0.42, (225, 225, 225), 1, cv2.LINE_AA)
    return np.vstack([strip, row])


def sheet(takes: list[Take], folder: Path) -> Picture:
    cells = []
    for take in takes:
        what = take.prompt or take.name
        cells.append(titled(shown(take, folder), f"{what}  (seed {take.seed})"))
        print(f"  {take.name}", flush=True)
    across = max(1, ACROSS * CELL[0] // cells[0].shape[1])
    while len(cells) % across:
        cells.append(np.zeros_like(cells[0]))
    rows = [np.hstack(cells[i : i + across]) for i in range(0, len(cells), across)]
    return np.vstack(rows)


def main() -> None:
    takes = read_takes().values()
    for name in sys.argv[1:] or dict.fromkeys(take.sheet for take in takes):
        print(name)
        with tempfile.TemporaryDirectory() as folder:
            drawn = sheet([take for take in takes if take.sheet == name], Path(folder))
        out = TAKES.parent / f"{name}.jpg"
        bgr = cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(out), bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    main()
