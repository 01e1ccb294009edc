"""What is behind something that moves: seen in other frames, or painted."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.masks.tracking import Track
from kinora.engines.studio.picture.fill import fill_from_around
from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
Matrix = NDArray[np.float64]
SIDE = 640
LOOKS = 12
"""From so many frames, evenly apart, the background is put together."""

STRIP = 32
MARGIN = 0.3
"""Mask values from which a pixel belongs to what is to go."""

FEET = 0.14
"""How far below itself something goes on, in its heights: feet are hard to see, and cast shade."""


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
    known = np.stack(free)
    hidden = ~known.any(0)
    known[0] |= hidden
    stack = np.stack(views)
    # In strips, for the median of all at once would take 200 MB.
    strips = [_median(stack[:, y : y + STRIP], known[:, y : y + STRIP]) for y in _strips(stack)]
    plate = np.concatenate(strips)
    return fill_from_around(plate, np.asarray(hidden, np.float32)) if hidden.any() else plate


def _strips(stack: NDArray[np.uint8]) -> range:
    return range(0, stack.shape[1], STRIP)


def _median(stack: NDArray[np.uint8], known: NDArray[np.bool_]) -> Picture:
    """Return the median over the first axis of what is known."""
    levels = np.where(known[..., None], stack, np.float32(np.nan))
    return np.asarray(np.nanmedian(levels, axis=0), np.uint8)


def _brought(small: Picture, track: Track, number: int) -> tuple[Picture, NDArray[np.bool_]]:
    """Return a frame as the chosen frame's camera sees it, and where it is free and known."""
    height, width = small.shape[:2]
    back = pixels(np.asarray(np.linalg.inv(track.camera[number]), np.float64), width)
    mask = track.mask(number, (width, height))
    taken = cv2.dilate(with_feet(mask), np.ones((9, 9), np.uint8))
    view = cv2.warpAffine(small, back, (width, height), borderMode=cv2.BORDER_REPLICATE)
    known = cv2.warpAffine(1 - taken, back, (width, height), flags=cv2.INTER_NEAREST, borderValue=0)
    return np.asarray(view, np.uint8), known > 0


def with_feet(mask: Field) -> NDArray[np.uint8]:
    """Return 1 where something is that is to go, and where its feet and its shade are."""
    solid = (mask > MARGIN).astype(np.uint8)
    rows = np.flatnonzero(solid.max(1))
    if not len(rows):
        return solid
    tall = int(rows[-1] - rows[0]) + 1
    reach = max(1, round(FEET * tall))
    low = solid.copy()
    low[: rows[-1] + 1 - max(1, tall // 4)] = 0
    # The anchor lies in the last row, so that it grows down and to both sides only.
    wide = 2 * reach
    below = cv2.dilate(low, np.ones((reach + 1, 2 * wide + 1), np.uint8), anchor=(wide, reach))
    return np.maximum(solid, np.asarray(below, np.uint8))


def pixels(matrix: Matrix, width: int, *, own: float = 1.0) -> Matrix:
    """Return a matrix over parts of the width as one over pixels.

    `own` is how many of the frame's pixels one of the source's is.
    """
    out = matrix[:2].copy()
    out[:, :2] *= own
    out[:, 2] *= width
    return out
