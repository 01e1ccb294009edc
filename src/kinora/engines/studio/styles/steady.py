"""What keeps a styled film from flickering: its tone is calmed, and what moves is known.

The frame before is carried along the optical flow (DIS, Kroeger et al., ECCV 2016) and mixed in
where it agrees. Textures are not carried from frame to frame, which would smear them, but the
coordinates at which they are read (Neyret, "Advected Textures", SCA 2003).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, kernel, rows
from kinora.engines.studio.picture.motion import Flow
from kinora.engines.studio.picture.warping import grid, pull, pull_field
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles.grain import Grain

Field = NDArray[np.float32]
SIDE = 320
KEPT = 0.55
"""How much of the frame before is kept where it agrees with the new one."""

DRAWN_KEPT = 0.6
"""The same of the frame that was drawn: lines and facets that jump would flicker."""

AGREES = 22.0
"""Levels by which the two may differ before the old one counts for nothing."""

CUT = 42.0
"""A mean difference after alignment from which a new shot has begun."""

RELAXED = 0.02
"""How much of their stretch textures lose in every frame, and where the flow fails, below."""

TORN = 0.35


class Steady:
    """Calms a film's tone from frame to frame, and follows how its picture moves.

    `grain` is what moves with the frame that was given last; `still` tells that it was the same
    as the one before.
    """

    def __init__(self, width: int, height: int, seed: int) -> None:
        """Begin with noise by the seed."""
        self._size = (width, height)
        self._seed = seed
        self.still = False
        self.grain = self._begun((2, 2))
        self._before: Picture | None = None
        self._grey: Picture | None = None
        self._drawn: Picture | None = None
        self._gone = np.zeros((2, 2, 2), np.float32)
        self._finder = Flow(cv2.DISOPTICAL_FLOW_PRESET_FAST)

    def step(self, frame: Picture) -> Picture:
        """Return a frame with less flicker."""
        grey = _small(frame)
        if self._before is None or self._grey is None:
            return self._anew(frame, grey)
        self.still = np.array_equal(frame, self._last)
        if self.still:
            return self._before
        height, width = frame.shape[:2]
        scale = np.float32(width / grey.shape[1])
        flow = self._finder.between(grey, self._grey)
        wide = cv2.resize(flow, (width, height)) * scale
        places = grid(width, height)
        x, y = places.x + wide[..., 0], places.y + wide[..., 1]
        moved = pull(self._before, x, y, edge=cv2.BORDER_REPLICATE)
        apart = cv2.absdiff(moved, frame).max(-1).astype(np.float32)
        if float(apart.mean()) > CUT:
            return self._anew(frame, grey)
        away = np.asarray(cv2.blur(apart, (5, 5)) / np.float32(AGREES), np.float32)
        mixed = _mixed(frame, moved, away, KEPT)
        self._way = x, y, away
        self._follow(flow, scale, away)
        return self._kept(mixed, grey, given=frame)

    def settled(self, drawn: Picture) -> Picture:
        """Return what was drawn of the last frame, mixed with what was drawn before it."""
        if self._drawn is not None and not self.grain.cut:
            x, y, away = self._way
            moved = pull(self._drawn, x, y, edge=cv2.BORDER_REPLICATE)
            drawn = _mixed(drawn, moved, away, DRAWN_KEPT)
        self._drawn = drawn
        return drawn

    def _follow(self, flow: Field, scale: np.float32, away: Field) -> None:
        """Carry the coordinates of textures along."""
        high, wide = flow.shape[:2]
        places = grid(wide, high)
        x, y = places.x + flow[..., 0], places.y + flow[..., 1]
        far = np.asarray(flow * scale, np.float32)
        middle = np.median(far.reshape(-1, 2), axis=0)
        shift = self.grain.shift[0] - float(middle[0]), self.grain.shift[1] - float(middle[1])
        carried = pull_field(self._gone, x, y) - far
        torn = np.clip(cv2.resize(away, (wide, high)) - 0.5, 0, 1)[..., None]
        ease = np.float32(RELAXED) + torn * np.float32(TORN)
        stiff = np.array(shift, np.float32)
        self._gone = np.asarray(carried + (stiff - carried) * ease, np.float32)
        self.grain = Grain(self._seed, far, self._gone, size=self._size)
        self.grain.shift, self.grain.cut = shift, False

    def _anew(self, frame: Picture, grey: Picture) -> Picture:
        self.still = False
        self.grain = self._begun(grey.shape)
        return self._kept(frame, grey)

    def _begun(self, small: tuple[int, ...]) -> Grain:
        self._gone = np.zeros((*small[:2], 2), np.float32)
        return Grain(self._seed, self._gone, self._gone, size=self._size)

    def _kept(self, frame: Picture, grey: Picture, given: Picture | None = None) -> Picture:
        self._before, self._grey = frame, grey
        self._last = frame if given is None else given
        return frame


@kernel
def _mixed(new: Picture, old: Picture, away: Field, kept: float) -> Picture:
    """Return two frames mixed where they are not far apart (`away` below 1)."""
    height, width, _ = new.shape
    out = np.empty_like(new)
    for y in rows(height):
        for x in range(width):
            share = F(kept) * max(F(0), F(1) - away[y, x])
            for c in range(3):
                level = new[y, x, c] + (F(old[y, x, c]) - F(new[y, x, c])) * share
                out[y, x, c] = np.uint8(level + F(0.5))
    return out


def _small(frame: Picture) -> Picture:
    height, width = frame.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = max(16, round(width * scale)), max(16, round(height * scale))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
