"""Gives a film the colours of a picture: means and deviations in Lab (Reinhard et al., 2001)."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.load import load, shrink
from kinora.engines.studio.reel import Picture

STRENGTH = 0.65
"""How far the colours go towards the picture's; light goes half as far."""

WIDER, NARROWER = 1.6, 0.6
"""How much colours may be spread or drawn together."""

Levels = NDArray[np.float32]


class Tone:
    """Grades shots; each has curves of its own, from its first frame, so that nothing pumps."""

    def __init__(self, path: Path) -> None:
        self._goal = _levels(shrink(load(path), 320))

    def curves(self, first: Picture) -> NDArray[np.uint8]:
        """Return three curves (256 x 1 x 3) of 8-bit Lab for a shot that begins so."""
        own = _levels(shrink(first, 320))
        ramp = np.arange(256, dtype=np.float32)[:, None]
        spread = np.clip(self._goal[1] / np.maximum(own[1], 4), NARROWER, WIDER)
        moved = (ramp - own[0]) * spread + self._goal[0]
        share = STRENGTH * np.array([0.5, 1.0, 1.0], np.float32)
        mixed = ramp + (moved - ramp) * share
        return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)[:, None, :]


def toned(picture: Picture, curves: NDArray[np.uint8]) -> Picture:
    """Return a frame by its shot's curves."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    return np.asarray(cv2.cvtColor(cv2.LUT(lab, curves), cv2.COLOR_LAB2RGB), np.uint8)


def _levels(picture: Picture) -> Levels:
    """Return mean and deviation of L, a and b."""
    lab = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2LAB).reshape(-1, 3)
    return np.asarray([lab.mean(0), lab.std(0)], np.float32)
