"""Takes noise and the marks of compression out of a film by looking at the frames beside each.

Neighbours are brought into place along their optical flow (DIS, Kroeger et al., ECCV 2016) and
join in only where they then agree, so that nothing smears where the flow is wrong.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.motion import Flow
from kinora.engines.studio.picture.warping import grid
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
SIDE = 512
"""Longest side at which motion is looked for."""

SHARE = 0.8
"""How much a neighbour in full agreement counts."""

LEAST, MOST = 2.0, 9.0
"""Levels by which neighbours may differ: in a clean film and in a noisy one."""


def steadied(pictures: Iterator[Picture]) -> Iterator[Picture]:
    """Yield as many pictures, each cleaned by the one before and the one after."""
    before: Picture | None = None
    here = next(pictures, None)
    finder = Flow(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    while here is not None:
        after = next(pictures, None)
        beside = [each for each in (before, after) if each is not None]
        yield _cleaned(here, beside, finder)
        before, here = here, after


def noise(picture: Picture) -> float:
    """Return the deviation of a picture's noise in levels (Immerkaer, CVIU 1996)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    rough = np.abs(cv2.filter2D(grey, cv2.CV_32F, mask))
    # The median passes over edges, on which the mean would see noise.
    return float(np.median(rough)) / 0.6745 / 6


def _cleaned(here: Picture, beside: list[Picture], finder: Flow) -> Picture:
    if not beside:
        return here
    allowed = np.float32(np.clip(LEAST + 2.5 * noise(here), LEAST, MOST))
    total, weight = here.astype(np.float32), np.ones(here.shape[:2], np.float32)
    for other in beside:
        moved = _brought(other, here, finder)
        apart = cv2.absdiff(moved, here).max(axis=2).astype(np.float32)
        apart = cv2.GaussianBlur(apart, (0, 0), 1.5)
        share = np.exp(-np.square(apart / allowed)) * np.float32(SHARE)
        total += moved * share[..., None]
        weight += share
    return np.asarray(total / weight[..., None] + np.float32(0.5), np.uint8)


def _brought(other: Picture, here: Picture, finder: Flow) -> Picture:
    """Return another frame moved to where its things are in this one."""
    height, width = here.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    small = (max(16, round(width * scale)), max(16, round(height * scale)))
    greys = [
        cv2.cvtColor(cv2.resize(each, small, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        for each in (here, other)
    ]
    flow = cv2.resize(finder.between(greys[0], greys[1]), (width, height))
    places = grid(width, height)
    x = places.x + flow[..., 0] * np.float32(width / small[0])
    y = places.y + flow[..., 1] * np.float32(height / small[1])
    return np.asarray(cv2.remap(other, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))
