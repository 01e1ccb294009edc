"""Eyes: found in large faces, and closed by drawing the skin above down over them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.faces import Face
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
SMALLEST_FACE = 56
"""Pixels of a face's width below which eyes are too small to close well."""

LASH = 0.42
"""How dark the line of the lashes is, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Eye:
    """An eye in pixels: its middle, half its width and half its height."""

    x: float
    y: float
    half: float
    tall: float


@cache
def _cascade() -> cv2.CascadeClassifier:
    folder = Path(cv2.__file__).parent / "data"
    return cv2.CascadeClassifier(str(folder / "haarcascade_eye.xml"))


def find_eyes(picture: Picture, faces: tuple[Face, ...]) -> list[Eye]:
    """Return pairs of eyes; a face of which not both are found has none."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    found: list[Eye] = []
    for face in faces:
        if face.width >= SMALLEST_FACE:
            found += _pair(grey, face)
    return found


def _pair(grey: NDArray[np.uint8], face: Face) -> list[Eye]:
    x0, y0 = max(0, int(face.x)), max(0, int(face.y + face.height * 0.18))
    x1 = min(grey.shape[1], int(face.x + face.width))
    y1 = min(grey.shape[0], int(face.y + face.height * 0.58))
    part = grey[y0:y1, x0:x1]
    side = max(8, int(face.width * 0.14))
    if min(part.shape) <= side:
        return []
    boxes = _cascade().detectMultiScale(part, 1.06, 4, minSize=(side, side))
    eyes = []
    for left in (True, False):
        middle = face.width / 2
        own = [box for box in boxes if (box[0] + box[2] / 2 < middle) == left]
        if not own:
            return []
        x, y, wide, tall = max(own, key=lambda box: int(box[2]))
        half = min(float(wide) * 0.33, face.width * 0.12)
        eyes.append(Eye(x0 + x + wide / 2, y0 + y + tall * 0.53, half, half * 0.52))
    level = abs(eyes[0].y - eyes[1].y) < 0.12 * face.width
    return eyes if level else []


def blinked(seen: Picture, whole: Picture, eye: Eye, closed: float) -> None:
    """Close an eye in a picture, in place; `whole` is the picture with open eyes."""
    if closed <= 0.02:
        return
    half, tall = eye.half * 1.25, eye.tall
    x0, x1 = int(eye.x - half * 1.3), int(eye.x + half * 1.3) + 1
    y0, y1 = int(eye.y - tall * 2.6), int(eye.y + tall * 2.0) + 1
    if x0 < 0 or y0 < 0 or x1 > whole.shape[1] or y1 > whole.shape[0]:
        return
    yy, xx = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    across = (xx - eye.x) / np.float32(half)
    bow = np.sqrt(np.clip(1 - across * across, 0, 1))
    upper, lower = eye.y - tall * 1.05 * bow, eye.y + tall * 0.92 * bow
    line = upper + (lower - upper) * np.float32(closed)
    # The skin between brow and eye is drawn down to the line.
    brow = eye.y - tall * 2.5
    source = brow + (yy - brow) * (upper - brow) / np.maximum(line - brow, 1e-3)
    lid = cv2.remap(whole, xx, source.astype(np.float32), cv2.INTER_LINEAR)
    soft = np.float32(max(1.0, tall * 0.16))
    under = np.clip((line - yy) / soft + 0.5, 0, 1) * np.clip((1 - np.abs(across)) * 5, 0, 1)
    lash = np.exp(-(((yy - line) / (soft * 0.9)) ** 2)) * np.clip((1 - np.abs(across)) * 4, 0, 1)
    fold = 1 - 0.10 * np.clip((yy - upper) / np.maximum(line - upper, 1), 0, 1)
    drawn = lid * (fold * (1 - LASH * closed * lash))[..., None]
    part = seen[y0:y1, x0:x1]
    share = np.maximum(under, lash * closed * 0.8)[..., None]
    seen[y0:y1, x0:x1] = np.clip(part * (1 - share) + drawn * share, 0, 255).astype(np.uint8)
