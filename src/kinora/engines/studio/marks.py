"""A visible mark in a corner of each frame, for those who ask for one."""

from collections.abc import Iterator

import cv2
import numpy as np

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.titles import letters
from kinora.ports.engine import Shape

TEXT = "KINORA"
STRENGTH = 0.62
SMALLEST = 48
"""Pixels a side below which a mark would hide the picture."""


def marked(frames: Iterator[Picture], *, shape: Shape) -> Iterator[Picture]:
    """Yield frames with the mark in the lower right corner, light with a dark edge."""
    if min(shape.width, shape.height) < SMALLEST:
        yield from frames
        return
    height = max(16, round(min(shape.width, shape.height) * 0.06))
    width = height * 5
    mask = letters(TEXT, width, height, size=height * 0.62, middle=0.72)
    glow = cv2.GaussianBlur(mask, (0, 0), max(1.0, height / 18))
    alpha = mask[..., None].astype(np.float32) / 255 * STRENGTH
    dark = 1 - glow[..., None].astype(np.float32) / 255 * 0.45
    gap = height // 3
    rows = slice(shape.height - height - gap, shape.height - gap)
    columns = slice(max(0, shape.width - width - gap), shape.width - gap)
    wide = columns.stop - columns.start
    for frame in frames:
        seen = frame.copy()
        corner = seen[rows, columns] * dark[:, -wide:]
        seen[rows, columns] = corner * (1 - alpha[:, -wide:]) + 255 * alpha[:, -wide:]
        yield seen
