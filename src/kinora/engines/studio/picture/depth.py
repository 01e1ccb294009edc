"""Guesses depth: ground ramp, far sky, sharpness, and a rounded subject that stands nearer."""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
HORIZON = 0.38


def background_depth(picture: Picture) -> Field:
    """Return depth from 0 (far) to 1 (near) of what is no subject, at the picture's size."""
    height, width = picture.shape[:2]
    small = shrink(picture, 480)
    h, w = small.shape[:2]
    down = np.linspace(0, 1, h, dtype=np.float32)[:, None].repeat(w, 1)
    ground = np.clip((down - HORIZON) / (1 - HORIZON), 0, 1) ** 1.2 * 0.55
    ceiling = 0.10 * np.clip((HORIZON - down) / HORIZON, 0, 1)
    depth = ground + ceiling + 0.08
    sky = _sky(small)
    depth = depth * (1 - sky) + 0.02 * sky
    guide = small.astype(np.float32) / 255
    grey = cv2.cvtColor(guide, cv2.COLOR_RGB2GRAY)
    sharp = cv2.GaussianBlur(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), (0, 0), max(1, h / 40))
    depth = np.clip(depth + 0.10 * sharp / (sharp.max() + 1e-6), 0, 1).astype(np.float32)
    if min(h, w) > 32:
        depth = cv2.ximgproc.guidedFilter(guide, depth, max(4, h // 14), 1e-3)
    return np.asarray(cv2.resize(np.clip(depth, 0, 1), (width, height)), np.float32)


def subject_depth(matte: Field) -> Field:
    """Return the depth of a subject: rounder parts are nearer."""
    mask = (matte > 0.5).astype(np.uint8)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    relief = np.sqrt(inside / (inside.max() + 1e-6))
    soft = cv2.GaussianBlur(relief.astype(np.float32), (0, 0), max(1.0, matte.shape[0] / 60))
    return np.asarray(0.52 + 0.22 * soft, np.float32)


def _sky(small: Picture) -> Field:
    """Return where smooth areas reach the top edge; nothing when they are few."""
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    edges = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    smooth = (cv2.GaussianBlur(edges, (0, 0), 1.5) < 28).astype(np.uint8)
    _, labels = cv2.connectedComponents(smooth)
    top = np.unique(labels[:4])
    sky = np.isin(labels, top[top > 0]).astype(np.float32)
    if float(sky.mean()) <= 0.04:
        return np.zeros_like(sky)
    return np.asarray(cv2.GaussianBlur(sky, (0, 0), 2), np.float32)
