"""Follows one face from frame to frame by points on its upper half, which speech does not move."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.lips.finding import Seen

Points = NDArray[np.float32]
Grey = NDArray[np.uint8]
Turn = NDArray[np.float64]
"""2 x 3: a turn, a scale and a shift."""

WINDOW = 17
LEVELS = 3
BACK = 0.9
"""Pixels of the small copy that going there and back may be off."""

LEAST = 7
"""Points that must be followed for a face not to be lost."""

STEP = 1.2
"""Pixels that a point may be off the whole face's motion."""


class Follower:
    """Knows where a face is now (`seen`), and how it was turned and moved since it was found."""

    def __init__(self, grey: Grey, seen: Seen, scale: float) -> None:
        """`grey` is a small copy of the frame, `scale` frame pixels per pixel of the copy."""
        self._scale = scale
        self._before = grey
        self.seen = seen
        self.turn: Turn = np.eye(2, 3)
        self.held = 1.0
        self._points = self._fresh()

    def step(self, grey: Grey) -> bool:
        """Follow the face into the next frame; False when it is lost."""
        there, kept = _followed(self._before, grey, self._points)
        self._before = grey
        self.held = float(kept.mean()) if len(kept) else 0.0
        if kept.sum() < LEAST:
            return False
        matrix, sure = cv2.estimateAffinePartial2D(
            self._points[kept], there[kept], None, cv2.RANSAC, STEP
        )
        if matrix is None or sure.sum() < LEAST:
            return False
        size = math.hypot(matrix[0, 0], matrix[1, 0])
        if not 0.8 < size < 1.25:
            return False
        matrix[:, 2] *= self._scale
        self._go(matrix)
        self._points = there[kept][sure.ravel() == 1]
        return True

    def correct(self, seen: Seen, share: float) -> None:
        """Draw what is known of the face some way to what was seen, and take fresh points."""
        known = self.seen
        self.seen = Seen(
            known.x + share * (seen.x - known.x),
            known.y + share * (seen.y - known.y),
            known.width + share * (seen.width - known.width),
            known.roll + share * (seen.roll - known.roll),
        )
        self.refresh()

    def refresh(self) -> None:
        """Take fresh points on the face as it is now."""
        self._points = self._fresh()

    def _go(self, matrix: Turn) -> None:
        whole = np.vstack([self.turn, [0, 0, 1]])
        self.turn = matrix @ whole
        x, y = matrix @ np.array([self.seen.x, self.seen.y, 1.0])
        size = math.hypot(matrix[0, 0], matrix[1, 0])
        roll = self.seen.roll + math.atan2(matrix[1, 0], matrix[0, 0])
        self.seen = Seen(float(x), float(y), self.seen.width * size, roll)

    def _fresh(self) -> Points:
        """Return a grid on brow, eyes, cheeks and nose."""
        across, down = np.meshgrid(np.linspace(-0.33, 0.33, 9), np.linspace(-0.30, 0.14, 7))
        face = self.seen
        right, below = across.ravel() * face.width, down.ravel() * face.width
        cos, sin = math.cos(face.roll), math.sin(face.roll)
        xs = (face.x + cos * right - sin * below) / self._scale
        ys = (face.y + sin * right + cos * below) / self._scale
        return np.stack([xs, ys], -1).astype(np.float32)


def _followed(before: Grey, now: Grey, points: Points) -> tuple[Points, NDArray[np.bool_]]:
    """Return where points went, and which of them came back when followed backwards."""
    how = {"winSize": (WINDOW, WINDOW), "maxLevel": LEVELS}
    there, found, _ = cv2.calcOpticalFlowPyrLK(before, now, points, None, **how)
    back, again, _ = cv2.calcOpticalFlowPyrLK(now, before, there, None, **how)
    off = np.linalg.norm(back - points, axis=1)
    inside = (there >= 0).all(1) & (there < np.array(now.shape[::-1], np.float32)).all(1)
    kept = (found.ravel() == 1) & (again.ravel() == 1) & (off < BACK) & inside
    return np.asarray(there, np.float32), np.asarray(kept, np.bool_)
