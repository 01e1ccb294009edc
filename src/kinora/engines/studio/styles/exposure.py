"""Raises films by night for styles on paper, on which nothing of them would be seen."""

from collections.abc import Callable

import cv2
import numpy as np

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles.grain import Grain

BRIGHT, PART = 0.62, 92
"""How light the lighter parts are to be, 0 to 1, and which they are, in percent."""

MOST = 0.36
EASE = 0.05
"""How far the exposure goes towards what a frame wants, or a passing light would pump."""


class Raised:
    """Draws frames whose darks were raised, by as much as a shot begins with."""

    def __init__(self, draw: Callable[[Picture, Grain], Picture]) -> None:
        """Draw with a style."""
        self._draw = draw
        self._power = 1.0

    def __call__(self, picture: Picture, grain: Grain) -> Picture:
        """Return the next frame."""
        wanted = _power(picture)
        self._power += (wanted - self._power) * (1.0 if grain.cut else EASE)
        if self._power > 1 - 1 / 64:
            return self._draw(picture, grain)
        table = (np.linspace(0, 1, 256) ** self._power * 255).astype(np.uint8)
        return self._draw(np.asarray(cv2.LUT(picture, table), np.uint8), grain)


def _power(picture: Picture) -> float:
    """Return the power that makes a picture's lighter parts light; 1 when they are."""
    grey = cv2.cvtColor(picture[::4, ::4], cv2.COLOR_RGB2GRAY)
    light = max(0.02, float(np.percentile(grey, PART)) / 255)
    return 1.0 if light >= BRIGHT else max(MOST, float(np.log(BRIGHT) / np.log(light)))
