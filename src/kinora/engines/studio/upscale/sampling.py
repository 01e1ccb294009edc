"""The weights by which a line of pixels becomes a longer one, and the blur that must be undone.

A camera's pixel is the mean of the light on its area. Interpolation treats it as a point, so the
means of the larger picture's pixels no longer are the pixels given. Back-projection (Irani and
Peleg, 1991) repeats until they are; since enlarging and averaging are both linear, all of its
rounds together are one small filter before the enlarging.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
LOBES = 3
TAPS = 2 * LOBES
ROUNDS = 5
REACH = 5


@dataclass(frozen=True, slots=True)
class Weights:
    """For each pixel of the longer line: the first of the taps given, and their weights."""

    first: NDArray[np.int32]
    taps: Field


def lanczos(given: int, wanted: int) -> Weights:
    """Return Lanczos weights; taps beyond the ends are taken from the pixel at the end."""
    middle = (np.arange(wanted) + 0.5) * (given / wanted) - 0.5
    first = np.floor(middle).astype(np.int64) - LOBES + 1
    away = middle[:, None] - (first[:, None] + np.arange(TAPS))
    weights = np.sinc(away) * np.sinc(away / LOBES) * (np.abs(away) < LOBES)
    weights /= weights.sum(1, keepdims=True)
    return Weights(first.astype(np.int32), weights.astype(np.float32))


def blur_of(given: int, wanted: int) -> Field:
    """Return what enlarging and averaging again does to one pixel: a symmetric row of weights."""
    side = 2 * REACH + 2 * LOBES + 1
    fine = max(1, round(wanted / given)) * side
    told = lanczos(side, fine)
    whole = np.zeros((fine, side + 2 * TAPS), np.float32)
    places = told.first[:, None] + np.arange(TAPS) + TAPS
    np.put_along_axis(whole, places.astype(np.int64), told.taps, axis=1)
    middle = whole.reshape(side, -1, whole.shape[1]).mean(1)[side // 2]
    centre = side // 2 + TAPS
    row = middle[centre - REACH : centre + REACH + 1]
    return np.asarray((row + row[::-1]) / (row + row[::-1]).sum(), np.float32)


def undo(plane: Field, blur: Field, *, rounds: int = ROUNDS) -> Field:
    """Return a plane that, enlarged and averaged, gives `plane` again."""
    sharp = plane
    for _ in range(rounds):
        again = cv2.sepFilter2D(sharp, cv2.CV_32F, blur, blur, borderType=cv2.BORDER_REPLICATE)
        sharp = np.asarray(sharp + (plane - again), np.float32)
    return sharp
