"""What keeps a styled film from flickering: grain and tone that move with the picture.

The frame before is carried along the optical flow (DIS, Kroeger et al., ECCV 2016) and mixed in
where it agrees, and so is a field of noise, so that strokes and paper stick to what they are on.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.motion import Flow
from kinora.engines.studio.picture.warping import grid, pull, pull_field
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
SIDE = 320
KEPT = 0.55
"""How much of the frame before is kept where it agrees with the new one."""

AGREES = 22.0
"""Levels by which the two may differ before the old one counts for nothing."""

CUT = 42.0
"""A mean difference after alignment from which a new shot has begun."""

RENEWED = 0.02
"""How much of the noise is new in every frame, or it would smear into streaks."""


class Steady:
    """Carries a film's tone and a field of noise from frame to frame.

    `shift` is how far most of the picture has gone since the shot began, in pixels across and
    down: patterns that go with it stay on what they are on. `cut` tells that a shot has begun.
    """

    def __init__(self, width: int, height: int, seed: int) -> None:
        """Begin with noise by the seed, smooth to about a pixel."""
        rng = np.random.default_rng(seed + 21)
        fresh = cv2.GaussianBlur(rng.standard_normal((height, width)).astype(np.float32), (0, 0), 1)
        self._fresh: Field = np.asarray(fresh / max(1e-6, float(fresh.std())), np.float32)
        self.noise: Field = self._fresh.copy()
        self.shift = (0.0, 0.0)
        self.cut = True
        self._before: Picture | None = None
        self._grey: Picture | None = None
        self._finder = Flow(cv2.DISOPTICAL_FLOW_PRESET_FAST)

    def step(self, frame: Picture) -> Picture:
        """Return a frame with less flicker; the noise has moved with it."""
        grey = _small(frame)
        self.cut = self._before is None
        if self._before is None or self._grey is None:
            return self._kept(frame, grey)
        if np.array_equal(frame, self._last):
            return self._before
        height, width = frame.shape[:2]
        flow = self._finder.between(grey, self._grey)
        scale = width / grey.shape[1]
        wide = cv2.resize(flow, (width, height)) * np.float32(scale)
        places = grid(width, height)
        x, y = places.x + wide[..., 0], places.y + wide[..., 1]
        moved = pull(self._before, x, y, edge=cv2.BORDER_REPLICATE)
        apart = cv2.absdiff(moved, frame).max(-1).astype(np.float32)
        if float(apart.mean()) > CUT:
            self.noise, self.shift, self.cut = self._fresh.copy(), (0.0, 0.0), True
            return self._kept(frame, grey)
        share = KEPT * np.clip(1 - cv2.blur(apart, (5, 5)) / AGREES, 0, 1)[..., None]
        mixed = np.rint(frame * (1 - share) + moved * share).astype(np.uint8)
        gone = np.median(flow.reshape(-1, 2), axis=0) * scale
        self.shift = self.shift[0] - float(gone[0]), self.shift[1] - float(gone[1])
        carried = pull_field(self.noise, x, y) * (1 - RENEWED) + self._fresh * RENEWED
        self.noise = np.asarray(carried / max(1e-6, float(carried.std())), np.float32)
        return self._kept(mixed, grey, given=frame)

    def _kept(self, frame: Picture, grey: Picture, given: Picture | None = None) -> Picture:
        self._before, self._grey = frame, grey
        self._last = frame if given is None else given
        return frame


def _small(frame: Picture) -> Picture:
    height, width = frame.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = max(16, round(width * scale)), max(16, round(height * scale))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
