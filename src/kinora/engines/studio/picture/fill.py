"""Paints what lies behind a subject: Telea's inpainting near the edge, push-pull deep inside.

Where it will be looked at, from pieces of what is around it.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
SIDE = 480
LEVELS = 6
PIECES_SIDE = 400
PIECES = 8000
"""Pixels that are put together from pieces at the most; each takes a tenth of a millisecond."""

LARGEST = 0.7
"""The share of a picture that can be made of pieces of the rest."""


def fill_behind(picture: Picture, matte: Field) -> Picture:
    """Return the picture with the subject painted over, grain included."""
    height, width = picture.shape[:2]
    small = shrink(picture, SIDE)
    h, w = small.shape[:2]
    mask = (cv2.resize(matte, (w, h)) > 0.03).astype(np.uint8)
    mask = cv2.dilate(mask, np.ones((9, 9), np.uint8))
    if not mask.any() or mask.all():
        return picture
    near = cv2.inpaint(small, mask * 255, 5, cv2.INPAINT_TELEA).astype(np.float32)
    deep = np.clip(cv2.distanceTransform(mask, cv2.DIST_L2, 5) / 14, 0, 1)[..., None]
    painted = near * (1 - deep) + _push_pull(small, mask) * deep
    rough = small.astype(np.float32) - cv2.GaussianBlur(small, (0, 0), 1.5)
    grain = min(4.0, float(rough.std()) * 0.6)
    noise = np.random.default_rng(0).normal(0, grain, painted.shape).astype(np.float32)
    painted = np.clip(painted + noise * mask[..., None], 0, 255).astype(np.uint8)
    large = cv2.resize(painted, (width, height), interpolation=cv2.INTER_CUBIC)
    soft = cv2.resize(mask.astype(np.float32), (width, height))
    soft = cv2.GaussianBlur(soft, (0, 0), 3)[..., None]
    return np.asarray(picture * (1 - soft) + large * soft, np.uint8)


def fill_from_around(picture: Picture, hidden: Field) -> Picture:
    """Return the picture with what is hidden made of pieces of the rest.

    After He and Sun, "Statistics of Patch Offsets for Image Completion" (ECCV 2012), as OpenCV's
    xphoto has it: coarse, for what is large in a frame is slow and seldom better for being fine.
    """
    height, width = picture.shape[:2]
    share = max(1e-4, float(hidden.mean()))
    small = shrink(picture, min(PIECES_SIDE, round(math.sqrt(PIECES / share * width / height))))
    h, w = small.shape[:2]
    mask = (cv2.resize(hidden, (w, h), interpolation=cv2.INTER_AREA) > 0.02).astype(np.uint8)
    mask = cv2.dilate(mask, np.ones((5, 5), np.uint8))
    if not 0 < float(mask.mean()) < LARGEST:
        return fill_behind(picture, hidden)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    made = np.zeros_like(lab)
    cv2.xphoto.inpaint(lab, (1 - mask) * 255, made, cv2.xphoto.INPAINT_SHIFTMAP)
    large = cv2.resize(cv2.cvtColor(made, cv2.COLOR_LAB2RGB), (width, height), cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(cv2.resize(mask.astype(np.float32), (width, height)), (0, 0), 3)
    return np.asarray(cv2.blendLinear(picture, large, 1 - soft, soft), np.uint8)


def _push_pull(small: Picture, mask: NDArray[np.uint8]) -> Field:
    """Return the picture filled from ever coarser averages of what is known."""
    known = (1 - mask).astype(np.float32)[..., None]
    levels = [(small.astype(np.float32) * known, known)]
    for _ in range(LEVELS):
        if min(levels[-1][0].shape[:2]) < 4:
            break
        colour, weight = levels[-1]
        levels.append((cv2.pyrDown(colour), cv2.pyrDown(weight)[..., None]))
    colour, weight = levels[-1]
    filled = colour / np.maximum(weight, 1e-4)
    for colour, weight in levels[-2::-1]:
        filled = cv2.pyrUp(filled, dstsize=(colour.shape[1], colour.shape[0]))
        trust = np.clip(weight * 4, 0, 1)
        filled = filled * (1 - trust) + trust * colour / np.maximum(weight, 1e-4)
    return np.asarray(filled, np.float32)
