"""Holds a followed region to the frame in which it was last known well, so that it cannot drift.

The region as it was seen there is laid over the present frame where it should have come to, and
the optical flow between the two tells where its edge is now. Errors do not add up from frame to
frame, for each is measured against the same picture; when the region no longer looks like that
picture (a head that has turned), the present one takes its place.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.motion import Flow
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
Levels = NDArray[np.uint8]
Matrix = NDArray[np.float64]
FAR = 9.0
"""Pixels of a small frame that an edge may be off from where the movement puts it."""

STRANGE = 24.0
"""Levels by which a region may differ from its anchor before the anchor is laid anew."""

ALIKE = 30.0
"""Levels within which a pixel looks like the anchor's."""

SPARSE = 4


@dataclass(frozen=True, slots=True)
class Held:
    """A region as its anchor has it in a frame: its mask, 0 to 1, and where it looks the same.

    `off` is by how many levels it differs from its anchor.
    """

    mask: Field
    same: NDArray[np.bool_]
    off: float


class Anchor:
    """A region as it was seen in one frame; the small frame and its mask, 0 to 1."""

    def __init__(self, picture: Picture, mask: Field) -> None:
        """Begin with a region where it is known."""
        self._picture = np.ascontiguousarray(picture)
        self._mask = mask
        self._moved: Matrix = np.eye(3)
        self._finder = Flow(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        height, width = mask.shape
        self._x, self._y = np.meshgrid(
            np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
        )

    def moved(self, movement: Matrix) -> None:
        """Take in how the region has moved since the last frame, in parts of the width."""
        self._moved = movement @ self._moved

    def found(self, picture: Picture) -> Held:
        """Return the region in a frame."""
        seen, mask = self._laid(self._picture), self._laid(self._mask)
        over = mask[..., None]
        laid = (seen * over + picture * (1 - over)).astype(np.uint8)
        flow = self._flow(picture, laid, mask)
        x, y = self._x + flow[..., 0], self._y + flow[..., 1]
        fitted = cv2.remap(mask, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        back = cv2.remap(laid, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        inside = fitted > 0.5
        apart = np.abs(back.astype(np.float32) - picture).mean(-1)
        off = float(apart[inside].mean()) if inside.any() else np.inf
        self._follow(flow, inside)
        return Held(np.asarray(fitted, np.float32), inside & (apart < ALIKE), off)

    def lay(self, picture: Picture, mask: Field) -> None:
        """Begin anew with a region as it is seen now."""
        self._picture, self._mask = np.ascontiguousarray(picture), mask
        self._moved = np.eye(3)

    def _laid(self, image: NDArray[np.generic]) -> Field:
        """Return an image of the anchor's frame where the region's movement has taken it."""
        height, width = self._mask.shape
        matrix = self._moved[:2].copy()
        matrix[:, 2] *= width
        out = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(out, np.float32)

    def _flow(self, picture: Picture, laid: Picture, mask: Field) -> Field:
        greys = [cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in (picture, laid)]
        flow = self._finder.between(greys[0], greys[1])
        length = np.linalg.norm(flow, axis=-1, keepdims=True)
        held = flow * np.minimum(1, FAR / np.maximum(length, 1e-3))
        # Outside, both pictures are one: what moves there is the region's own edge, or nothing.
        near = cv2.dilate(mask, np.ones((9, 9), np.uint8))[..., None]
        return np.asarray(cv2.GaussianBlur(held * near, (0, 0), 1.5), np.float32)

    def _follow(self, flow: Field, inside: NDArray[np.bool_]) -> None:
        """Take in what the region's movement was off by."""
        width = flow.shape[1]
        sparse = (slice(SPARSE // 2, None, SPARSE),) * 2
        chosen = cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8))[sparse] > 0
        if chosen.sum() < 8:
            return
        here = np.stack([self._x[sparse][chosen], self._y[sparse][chosen]], -1)
        there = here + flow[sparse][chosen]
        found, _ = cv2.estimateAffinePartial2D(there / width, here / width, None, cv2.RANSAC, 0.004)
        if found is not None:
            self._moved = np.vstack([found, [0, 0, 1]]) @ self._moved
