"""Tells good outlines from bad ones."""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
BAND_SIDE = 300
DOUBTFUL = 0.65
"""Kinship of the two sides of an outline, plus what is missing of the hull, of a failed cut."""


def doubt(picture: Picture, matte: Field) -> float:
    """Return how badly a matte fits its picture, from 0; over `DOUBTFUL` the cut has failed.

    A good outline has other colours on its inside than on its outside (the Bhattacharyya
    coefficient of two bands along it), and few bays.
    """
    small = shrink(picture, BAND_SIDE)
    size = small.shape[1], small.shape[0]
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    mask = (cv2.resize(matte, size) > 0.5).astype(np.uint8)
    near, away = (np.ones((side, side), np.uint8) for side in (5, 21))
    inner = cv2.erode(mask, near) - cv2.erode(mask, away)
    outer = cv2.dilate(mask, away) - cv2.dilate(mask, near)
    first, second = (_colours(lab, band) for band in (inner, outer))
    return float(np.sqrt(first * second).sum()) + 1 - solidity(matte)


def _colours(lab: Picture, band: NDArray[np.uint8]) -> Field:
    found = cv2.calcHist([lab], [0, 1, 2], band, [6, 12, 12], [0, 256, 90, 166, 90, 166])
    return np.asarray(found / max(1.0, float(found.sum())), np.float32)


def solidity(matte: Field) -> float:
    """Return which part of its convex hull a matte fills."""
    mask = (matte > 0.5).astype(np.uint8)
    points = cv2.findNonZero(mask)
    if points is None:
        return 0.0
    hull = cv2.contourArea(cv2.convexHull(points))
    return float(mask.sum()) / max(1.0, float(hull))
