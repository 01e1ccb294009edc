"""Moves pixels: backward maps, with grids made once for a size."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Layer = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Grid:
    """The pixel coordinates of a size: `x` and `y`, height x width."""

    x: Field
    y: Field


@lru_cache(maxsize=2)
def grid(width: int, height: int) -> Grid:
    """Return the grid of a size."""
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    return Grid(xx, yy)


def pull(layer: Layer, x: Field, y: Field, *, edge: int = cv2.BORDER_REFLECT) -> Layer:
    """Return a layer whose every pixel is taken from `x`, `y`; between pixels bilinearly."""
    return np.asarray(
        cv2.remap(
            layer,
            x.astype(np.float32, copy=False),
            y.astype(np.float32, copy=False),
            cv2.INTER_LINEAR,
            borderMode=edge,
        )
    )


def pull_field(field: Field, x: Field, y: Field) -> Field:
    """Return a field taken from `x`, `y`; outside it goes on as at its edge."""
    taken = cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(taken, np.float32)


def over(front: Layer, behind: Layer) -> Layer:
    """Return an RGBA layer laid over an RGB picture."""
    alpha = cv2.merge([front[..., 3]] * 3)
    lit = cv2.multiply(front[..., :3], alpha, scale=1 / 255)
    dark = cv2.multiply(behind, 255 - alpha, scale=1 / 255)
    return np.asarray(cv2.add(lit, dark))


def ease(u: float) -> float:
    """Return a slow start and a slow end of 0..1."""
    u = min(1.0, max(0.0, u))
    return u * u * (3 - 2 * u)
