"""Makes one picture larger: sharp where there are edges, without halos and without stairs."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.upscale import kernels
from kinora.engines.studio.upscale.sampling import blur_of, lanczos, undo

Field = NDArray[np.float32]
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""BT.709's weights."""

SLACK = 0.03
"""How far beyond its neighbours a new pixel may go, in parts of their contrast."""

SHARPER = 0.25
REACH = 0.5
"""How far apart samples along an edge lie, in pixels of the smaller picture."""

DOUBT = 0.25
"""How much gradients nearby must agree at least."""

EDGE = 12.0
"""Contrast, in levels, from which a direction is trusted."""


@dataclass(slots=True)
class Enlarger:
    """Enlarges pictures of one size to another; `careful` also smooths along edges."""

    given: tuple[int, int]
    wanted: tuple[int, int]
    careful: bool
    sharper: float = SHARPER
    slack: float = SLACK
    grain: float = 1.2
    _large: kernels.Fixed = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Keep one plane of the larger size for all pictures."""
        self._large = np.empty((self.wanted[1], self.wanted[0]), np.int16)

    def __call__(self, picture: Picture, *, seed: int) -> Picture:
        """Return the larger picture; the seed moves the grain."""
        luma, red, blue = planes(picture)
        self._raise(luma)
        step = F(max(0.5, self.wanted[0] / self.given[0] * REACH)) if self.careful else F(0)
        directions = edges(luma) if self.careful else (luma, luma, luma)
        colours = red, blue
        return kernels.coloured(
            self._large, colours, directions, step, F(self.grain), seed & 0xFFFFFF
        )

    def _raise(self, luma: Field) -> None:
        """Enlarge luma into the plane that is kept."""
        (width, height), (large_width, large_height) = self.given, self.wanted
        across, down = lanczos(width, large_width), lanczos(height, large_height)
        sharp = undo(luma, blur_of(width, large_width))
        crisp = sharp + self.sharper * (sharp - cv2.GaussianBlur(sharp, (0, 0), 0.9))
        box = np.ones((3, 3), np.uint8)
        low, high = (
            np.asarray(cv2.resize(each, (large_width, height)), np.float32)
            for each in (cv2.erode(luma, box), cv2.dilate(luma, box))
        )
        wide = kernels.stretch(np.asarray(crisp, np.float32), across.first, across.taps)
        kernels.raise_limited(wide, low, high, down.first, down.taps, F(self.slack), self._large)


def planes(picture: Picture) -> tuple[Field, Field, Field]:
    """Return luma and the two colour differences of BT.709, as floats of 0 to 255."""
    values = picture.astype(np.float32)
    luma = values @ LUMA
    red = (values[..., 0] - luma) / np.float32(1.5748)
    blue = (values[..., 2] - luma) / np.float32(1.8556)
    return luma, np.ascontiguousarray(red), np.ascontiguousarray(blue)


def edges(luma: Field) -> tuple[Field, Field, Field]:
    """Return cosine and sine of twice the gradient's angle, and how sure the direction is.

    By the structure tensor: a direction is sure where gradients nearby agree and are strong.
    """
    gx = cv2.Scharr(luma, cv2.CV_32F, 1, 0, scale=1 / 32)
    gy = cv2.Scharr(luma, cv2.CV_32F, 0, 1, scale=1 / 32)
    along, across = cv2.GaussianBlur(gx * gx - gy * gy, (0, 0), 1.2), gx * gy * 2
    across = cv2.GaussianBlur(across, (0, 0), 1.2)
    power = cv2.GaussianBlur(gx * gx + gy * gy, (0, 0), 1.2)
    size = np.sqrt(along * along + across * across)
    agreed = size / np.maximum(power, 1e-3)
    strong = power / (power + EDGE)
    sure = np.clip((agreed - DOUBT) / (0.9 - DOUBT), 0, 1) * strong
    norm = np.maximum(size, 1e-6)
    return (
        np.asarray(along / norm, np.float32),
        np.asarray(across / norm, np.float32),
        np.asarray(sure, np.float32),
    )
