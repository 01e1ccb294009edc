"""Where a mouth is in a frame."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pose:
    """A mouth in a frame, in pixels of it: the middle between its corners, and half its width.

    `roll` is the angle of the line between its corners in radians, positive when its right end
    is lower, and `sure` from 0 to 1 how well the face is seen.
    """

    x: float
    y: float
    half: float
    roll: float
    sure: float

    def local(self, xs: Field, ys: Field) -> tuple[Field, Field]:
        """Return pixels as places along and across the mouth, in half widths."""
        along, across = math.cos(self.roll) / self.half, math.sin(self.roll) / self.half
        right, down = xs - np.float32(self.x), ys - np.float32(self.y)
        u = right * np.float32(along) + down * np.float32(across)
        v = down * np.float32(along) - right * np.float32(across)
        return u, v

    def pixels(self, u: Field, v: Field) -> tuple[Field, Field]:
        """Return places along and across the mouth as pixels."""
        along, across = math.cos(self.roll) * self.half, math.sin(self.roll) * self.half
        xs = np.float32(self.x) + u * np.float32(along) - v * np.float32(across)
        ys = np.float32(self.y) + u * np.float32(across) + v * np.float32(along)
        return xs, ys

    def window(
        self, left: float, above: float, below: float, size: tuple[int, int]
    ) -> tuple[int, int, int, int]:
        """Return rows and columns (y0, y1, x0, x1) around so many half widths, inside a frame.

        `size` is the frame's width and height; `left` counts to the right as well.
        """
        u = np.array([-left, left, -left, left], np.float32)
        v = np.array([-above, -above, below, below], np.float32)
        xs, ys = self.pixels(u, v)
        x0, x1 = max(0, int(xs.min())), min(size[0], int(xs.max()) + 2)
        y0, y1 = max(0, int(ys.min())), min(size[1], int(ys.max()) + 2)
        return y0, max(y0, y1), x0, max(x0, x1)
