"""How soft and how grainy a face is in a film, so that what is drawn into it can be the same."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.lips.pose import Pose
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]

RATIOS = (0.34, 0.38, 0.42, 0.48, 0.55, 0.66)
BLURS = (2.6, 2.0, 1.5, 1.0, 0.7, 0.4)
"""Measured on photos: energy of the finest detail to that of the next octave, by sigma of blur."""

LAPLACE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
"""Immerkaer's (1996): blind to edges and slopes, so that only noise is left."""

TILE = 256
MOST = 9.0


@dataclass(frozen=True, slots=True)
class Texture:
    """`soft`: a blur's sigma in pixels; `grain`: noise's sigma in levels of 255."""

    soft: float
    grain: float


def texture_of(frame: Picture, pose: Pose) -> Texture:
    """Return how soft and grainy a face is, from its mouth up to its eyes."""
    y0, y1, x0, x1 = pose.window(1.6, 3.0, 1.2, (frame.shape[1], frame.shape[0]))
    part = frame[y0:y1, x0:x1]
    if min(part.shape[:2]) < 12:
        return Texture(0.6, 0.0)
    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY).astype(np.float32)
    noise = float(np.median(np.abs(cv2.filter2D(grey, -1, LAPLACE)))) / 0.6745 / 6
    blurs = [cv2.GaussianBlur(grey, (0, 0), sigma) for sigma in (0.6, 1.2, 2.4)]
    fine = float(np.percentile(np.abs(blurs[0] - blurs[1]), 95))
    next_one = float(np.percentile(np.abs(blurs[1] - blurs[2]), 95))
    soft = float(np.interp(fine / max(next_one, 0.1), RATIOS, BLURS))
    return Texture(soft, min(MOST, max(0.0, noise - 0.6)))


def between(one: Texture, other: Texture, share: float) -> Texture:
    """Return a texture some way from one to another."""
    return Texture(
        one.soft + share * (other.soft - one.soft), one.grain + share * (other.grain - one.grain)
    )


def noise_tile(seed: int) -> Field:
    """Return noise of sigma 1 (TILE x TILE), as soft as a camera's after compression."""
    tile = np.random.default_rng(seed).normal(0, 1, (TILE, TILE)).astype(np.float32)
    soft = cv2.GaussianBlur(tile, (0, 0), 0.6, borderType=cv2.BORDER_REFLECT)
    return np.asarray(soft / soft.std(), np.float32)


def noise_at(tile: Field, frame: int, height: int, width: int) -> Field:
    """Return noise for an area of a frame; each frame has another."""
    down, right = (frame * 97 + 31) % TILE, (frame * 57 + 11) % TILE
    rows = (np.arange(height) + down) % TILE
    columns = (np.arange(width) + right) % TILE
    return tile[np.ix_(rows, columns)]
