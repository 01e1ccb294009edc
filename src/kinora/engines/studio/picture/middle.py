"""What fills the middle of a picture: for close-ups, whose subject no outline sets apart.

Loads nothing but OpenCV, so that a process that only looks at a picture starts quickly.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
BAND_SIDE = 300
SMALLEST = 16
"""Pictures with a shorter side hold nothing that could be cut out."""


def middle_matte(picture: Picture) -> tuple[Field, bool]:
    """Return what fills a picture's middle, softly outlined, and whether it rises from below.

    GrabCut (Rother et al., 2004) from an oval; a close-up then keeps its silhouette.
    """
    small = shrink(picture, BAND_SIDE)
    height, width = small.shape[:2]
    if min(height, width) < SMALLEST:
        return np.ones(picture.shape[:2], np.float32), False
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.hypot((x / width - 0.5) / 0.45, (y / height - 0.55) / 0.56)
    given = np.where(away < 1, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    given[away < 0.5] = cv2.GC_FGD
    rim = max(2, height // 40)
    given[:rim] = given[:, :rim] = given[:, -rim:] = cv2.GC_BGD
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    cv2.grabCut(np.ascontiguousarray(small), given, None, *models, 3, cv2.GC_INIT_WITH_MASK)
    mask = np.isin(given, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    return _softly(picture, mask), float(mask[-1].mean()) > 0.2


def _softly(picture: Picture, mask: NDArray[np.uint8]) -> Field:
    """Return a rough mask as a matte: smooth, whole, feathered but for where it rises."""
    height, width = mask.shape
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(3, height // 8) | 1,) * 2)
    # Mirrored below, so that the lower border stays closed and gets no feather.
    deep = cv2.copyMakeBorder(mask, 0, height // 2, 0, 0, cv2.BORDER_REFLECT)
    whole = cv2.morphologyEx(cv2.morphologyEx(deep, cv2.MORPH_CLOSE, disc), cv2.MORPH_OPEN, disc)
    soft = cv2.GaussianBlur(whole.astype(np.float32), (0, 0), height / 28)[:height]
    x = np.linspace(0, 1, width, dtype=np.float32)
    y = np.linspace(0, 1, height, dtype=np.float32)
    sides = np.clip(np.minimum(x, 1 - x) / 0.08, 0, 1)[None] * np.clip(y / 0.10, 0, 1)[:, None]
    matte = np.clip((soft * 1.5 - 0.35) * sides, 0, 1)
    full = cv2.resize(matte, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(full, 0, 1), np.float32)
