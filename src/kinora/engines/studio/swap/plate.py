"""What is behind something that moves: seen in other frames, or painted."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.masks.tracking import Track
from kinora.engines.studio.picture.fill import fill_behind
from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
Matrix = NDArray[np.float64]
SIDE = 640
LOOKS = 12
"""From so many frames, evenly apart, the background is put together."""

MARGIN = 0.3
"""Mask values from which a pixel belongs to what is to go."""


def clean_plate(frames: Iterator[Picture], track: Track, *, count: int) -> Picture:
    """Return the chosen frame's view without the region.

    For each pixel the median of the frames in which it is free, brought into place by the
    camera's movement; what is never free is painted.
    """
    step = max(1, count // LOOKS)
    views: list[Picture] = []
    free: list[NDArray[np.bool_]] = []
    for number, frame in enumerate(frames):
        if number % step or len(views) >= LOOKS:
            continue
        small = shrink(frame, SIDE)
        view, seen = _brought(small, track, number)
        views.append(view)
        free.append(seen)
    stack, known = np.stack(views).astype(np.float32), np.stack(free)
    hidden = ~known.any(0)
    known[0] |= hidden
    stack[~known] = np.nan
    plate = np.asarray(np.nanmedian(stack, axis=0), np.uint8)
    return fill_behind(plate, np.asarray(hidden, np.float32)) if hidden.any() else plate


def _brought(small: Picture, track: Track, number: int) -> tuple[Picture, NDArray[np.bool_]]:
    """Return a frame as the chosen frame's camera sees it, and where it is free and known."""
    height, width = small.shape[:2]
    back = pixels(np.asarray(np.linalg.inv(track.camera[number]), np.float64), width)
    mask = track.mask(number, (width, height))
    taken = cv2.dilate((mask > MARGIN).astype(np.uint8), np.ones((9, 9), np.uint8))
    view = cv2.warpAffine(small, back, (width, height), borderMode=cv2.BORDER_REPLICATE)
    known = cv2.warpAffine(1 - taken, back, (width, height), flags=cv2.INTER_NEAREST, borderValue=0)
    return np.asarray(view, np.uint8), known > 0


def pixels(matrix: Matrix, width: int, *, own: float = 1.0) -> Matrix:
    """Return a matrix over parts of the width as one over pixels.

    `own` is how many of the frame's pixels one of the source's is.
    """
    out = matrix[:2].copy()
    out[:, :2] *= own
    out[:, 2] *= width
    return out
