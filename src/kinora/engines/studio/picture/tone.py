"""Between pixels and light, by tables: a power for each pixel would cost more than the drawing."""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
GAMMA = 2.2
LIGHT: Field = ((np.arange(256) / 255) ** GAMMA).astype(np.float32)
STEPS = 4095
PIXELS: NDArray[np.uint8] = np.round((np.arange(STEPS + 1) / STEPS) ** (1 / GAMMA) * 255).astype(
    np.uint8
)


def to_light(picture: Picture) -> Field:
    """Return a picture's linear light, 0 to 1."""
    return np.asarray(LIGHT[picture], np.float32)


def to_pixels(light: Field) -> Picture:
    """Return pixels for linear light; what is above 1 is white."""
    return np.asarray(PIXELS[(np.clip(light, 0, 1) * STEPS).astype(np.uint16)])
