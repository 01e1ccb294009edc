"""Finds faces in a frame, also weak, drawn and tilted ones, and how they are tilted."""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.imagevideo.eyes import find_eyes
from kinora.engines.studio.picture.faces import Face, find_faces
from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.reel import Picture

CROP = 132
"""Pixels a side of the levelled crop in which a known face is looked for again."""

AROUND = 1.8
"""How many times wider than a face that crop is."""

TILTS = (0.0, 24.0, -24.0)
"""Degrees by which a frame is turned when no face is found in it as it is."""

WEAK_SIDE = 400
STEEPEST = 0.6
"""Radians of roll that eyes may claim."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A face: its middle and width in pixels of the frame, and its roll in radians."""

    x: float
    y: float
    width: float
    roll: float


@cache
def _cascade(name: str) -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / f"{name}.xml"))


def faces_in(frame: Picture) -> list[Seen]:
    """Return the faces of a frame, the largest first; what is weak is looked for only in need."""
    found = [Seen(*face.centre, face.width, 0.0) for face in find_faces(frame)]
    for tilt in TILTS:
        found = found or [seen for seen in _weak(frame, tilt) if _confirmed(frame, seen)]
    return [again or seen for seen in found for again in [look_again(frame, seen)]]


def look_again(frame: Picture, seen: Seen) -> Seen | None:
    """Return a known face as it is seen now, near where it was; None when it is not seen."""
    scale = AROUND * seen.width / CROP
    crop = levelled(frame, seen, scale=scale, size=(CROP, CROP))
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    least = int(0.62 * CROP / AROUND)
    boxes: list[NDArray[np.int32]] = []
    for name in ("haarcascade_frontalface_alt2", "haarcascade_frontalface_default"):
        if not boxes:
            boxes = list(_cascade(name).detectMultiScale(grey, 1.12, 2, minSize=(least, least)))
    faces = [Face(*(float(value) for value in box)) for box in boxes[:4]]
    near = [face for face in faces if math.dist(face.centre, (CROP / 2, CROP / 2)) < 0.16 * CROP]
    if not near:
        return None
    face = min(near, key=lambda each: math.dist(each.centre, (CROP / 2, CROP / 2)))
    right = (face.centre[0] - CROP / 2) * scale
    down = (face.centre[1] - CROP / 2) * scale
    cos, sin = math.cos(seen.roll), math.sin(seen.roll)
    return Seen(
        seen.x + cos * right - sin * down,
        seen.y + sin * right + cos * down,
        face.width * scale,
        seen.roll + _tilt(crop, face),
    )


def _confirmed(frame: Picture, seen: Seen) -> bool:
    """Tell whether two other classifiers see a face there as well: cups look like faces to one."""
    crop = levelled(frame, seen, scale=AROUND * seen.width / CROP, size=(CROP, CROP))
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    least = int(0.62 * CROP / AROUND)
    return all(
        len(_cascade(name).detectMultiScale(grey, 1.08, 3, minSize=(least, least)))
        for name in ("haarcascade_frontalface_alt2", "haarcascade_frontalface_alt")
    )


def levelled(frame: Picture, seen: Seen, *, scale: float, size: tuple[int, int]) -> Picture:
    """Return a face upright in the middle of a crop; `scale` is frame pixels per crop pixel."""
    cos, sin = math.cos(seen.roll) * scale, math.sin(seen.roll) * scale
    wide, tall = size[0] / 2, size[1] / 2
    matrix = np.array(
        [
            [cos, -sin, seen.x - cos * wide + sin * tall],
            [sin, cos, seen.y - sin * wide - cos * tall],
        ],
        np.float32,
    )
    crop = cv2.warpAffine(
        _softer(frame, seen, scale),
        matrix,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(crop, np.uint8)


def _softer(frame: Picture, seen: Seen, scale: float) -> Picture:
    """Return a frame without the detail that a crop would alias; only near the face."""
    if scale < 1.6:
        return frame
    soft = frame.copy()
    reach = int(1.6 * seen.width)
    y0, x0 = max(0, int(seen.y) - reach), max(0, int(seen.x) - reach)
    part = frame[y0 : int(seen.y) + reach, x0 : int(seen.x) + reach]
    if part.size:
        blurred = cv2.GaussianBlur(part, (0, 0), 0.4 * scale)
        soft[y0 : y0 + part.shape[0], x0 : x0 + part.shape[1]] = blurred
    return soft


def _tilt(crop: Picture, face: Face) -> float:
    """Return the roll of the line of the eyes in a crop, in radians; 0 when they are not found."""
    eyes = find_eyes(crop, (face,))
    if len(eyes) < 2:
        return 0.0
    roll = math.atan2(eyes[1].y - eyes[0].y, eyes[1].x - eyes[0].x)
    return max(-STEEPEST, min(STEEPEST, roll))


def _weak(frame: Picture, tilt: float) -> list[Seen]:
    """Return faces that only a lenient look finds, in a frame turned by some degrees."""
    small = shrink(frame, WEAK_SIDE)
    scale = frame.shape[1] / small.shape[1]
    height, width = small.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1.0)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    turned = cv2.warpAffine(grey, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    least = max(20, height // 14)
    found, _, levels = _cascade("haarcascade_frontalface_default").detectMultiScale3(
        turned, 1.08, 4, minSize=(least, least), outputRejectLevels=True
    )
    back = cv2.invertAffineTransform(turn)
    seen = []
    order: NDArray[np.intp] = np.argsort(-np.asarray(levels, np.float32).ravel())
    for number in order[:1]:
        x, y, wide, tall = (float(value) for value in found[number])
        middle = back @ np.array([x + wide / 2, y + tall / 2, 1.0])
        seen.append(Seen(middle[0] * scale, middle[1] * scale, wide * scale, math.radians(tilt)))
    return seen
