"""Joins two views of the same thing along their optical flow.

The intermediate flow of Super SloMo (Jiang et al., CVPR 2018), from DIS flow (Kroeger et al., ECCV
2016) in both directions, blended by how well the two directions agree.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.picture.motion import Flow
from kinora.engines.studio.picture.warping import grid, pull, pull_field
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
SIDE = 640
AGREES = 0.62
TRUST = 4.0


def related(a: Picture, b: Picture) -> bool:
    """Tell whether two pictures show the same thing, moved a little."""
    small_a, small_b = shrink(a, 320), shrink(b, 320)
    there, back = _both_flows(small_a, small_b)
    agree = float(_agreement(there, back).mean())
    moved = pull(small_b, *_follow(there))
    apart = float(np.abs(moved.astype(np.int16) - small_a).mean())
    return agree > AGREES and apart < 18


class FlowJoin:
    """Moves every place along its path from one picture to the other."""

    def __init__(self, a: Picture, b: Picture) -> None:
        """Find the paths in both directions."""
        self._a, self._b = a, b
        height, width = a.shape[:2]
        there, back = _both_flows(shrink(a, SIDE), shrink(b, SIDE))
        trust_there, trust_back = _agreement(there, back), _agreement(back, there)
        scale = width / there.shape[1]
        self._there = cv2.resize(there, (width, height)) * scale
        self._back = cv2.resize(back, (width, height)) * scale
        self._trust_a = cv2.resize(trust_there, (width, height))
        self._trust_b = cv2.resize(trust_back, (width, height))

    def at(self, t: float) -> Picture:
        """Return the picture at `t` from 0 to 1."""
        to_a = -(1 - t) * t * self._there + t * t * self._back
        to_b = (1 - t) ** 2 * self._there - t * (1 - t) * self._back
        ax, ay = _follow(to_a)
        bx, by = _follow(to_b)
        weight_a = (1 - t) * (pull_field(self._trust_a, ax, ay) + 0.02)
        weight_b = t * (pull_field(self._trust_b, bx, by) + 0.02)
        share = (weight_a / (weight_a + weight_b + 1e-6))[..., None]
        a = pull(self._a, ax, ay, edge=cv2.BORDER_REPLICATE)
        b = pull(self._b, bx, by, edge=cv2.BORDER_REPLICATE)
        return np.asarray(a * share + b * (1 - share), np.uint8)


def _both_flows(a: Picture, b: Picture) -> tuple[Field, Field]:
    finder = Flow(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grey_a, grey_b = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (a, b))
    return finder.between(grey_a, grey_b), finder.between(grey_b, grey_a)


def _agreement(there: Field, back: Field) -> Field:
    """Return 0..1: whether going there and back leads home."""
    x, y = _follow(there)
    returned = np.dstack([pull_field(np.ascontiguousarray(back[..., c]), x, y) for c in (0, 1)])
    off = np.square(there + returned).sum(-1)
    return np.exp(-off / (2 * TRUST**2)).astype(np.float32)


def _follow(flow: Field) -> tuple[Field, Field]:
    places = grid(flow.shape[1], flow.shape[0])
    return places.x + flow[..., 0], places.y + flow[..., 1]
