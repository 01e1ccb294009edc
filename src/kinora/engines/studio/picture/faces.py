"""Finds faces: OpenCV's Haar cascade on a small copy."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2

from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.reel import Picture

SIDE = 480
SMALLEST = 12
"""A face is at least this part of the picture's height."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face's box in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the box."""
        return self.x + self.width / 2, self.y + self.height / 2


@cache
def _cascade() -> cv2.CascadeClassifier:
    folder = Path(cv2.__file__).parent / "data"
    return cv2.CascadeClassifier(str(folder / "haarcascade_frontalface_alt2.xml"))


def find_faces(picture: Picture) -> list[Face]:
    """Return the faces that look out of a picture, the largest first."""
    small = shrink(picture, SIDE)
    scale = picture.shape[1] / small.shape[1]
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    side = max(20, small.shape[0] // SMALLEST)
    if min(grey.shape) <= side:
        return []
    found = _cascade().detectMultiScale(grey, 1.1, 4, minSize=(side, side))
    boxes = [Face(*(float(value) * scale for value in box)) for box in found]
    return sorted(boxes, key=lambda face: -face.width)
