"""The light that words can ask for, cheap enough for every frame."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture

Table = NDArray[np.uint8]
LIGHTS: dict[str, tuple[tuple[float, float, float], float]] = {
    "golden": ((1.10, 1.00, 0.82), 1.02),
    "dusk": ((1.08, 0.84, 0.88), 0.84),
    "night": ((0.42, 0.52, 0.86), 0.62),
    "overcast": ((0.92, 0.96, 1.00), 0.92),
}


def grade(picture: Picture, *, light: str) -> Picture:
    """Return a picture in a light; an empty name changes nothing."""
    if light in LIGHTS:
        return np.asarray(cv2.LUT(picture, _light_table(light)))
    return picture


@lru_cache(maxsize=8)
def _light_table(light: str) -> Table:
    gains, power = LIGHTS[light]
    tone = np.linspace(0, 1, 256)
    curve = tone if power >= 1 else tone ** (1 / power) * (0.4 + 0.6 * power)
    table = np.stack([curve * gain for gain in gains], -1)[None]
    return np.asarray(np.clip(table * 255, 0, 255), np.uint8)
