"""From light to pixels: exposure, a filmic curve, vignette and grain in one pass."""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, kernel, rows
from kinora.engines.studio.kernels.noise import hash01
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
GAMMA: Field = np.clip(np.linspace(0, 1, 4097) ** (1 / 2.2) * 255, 0, 255).astype(np.float32)


@kernel
def _finish(light: Field, exposure: float, grain: float, seed: int, gamma: Field) -> Picture:
    height, width, _ = light.shape
    out = np.empty((height, width, 3), np.uint8)
    for y in rows(height):
        dy = F(y) / F(height) - F(0.5)
        for x in range(width):
            dx = F(x) / F(width) - F(0.5)
            fall = F(1) - F(0.5) * (dx * dx + dy * dy * F(0.6))
            speck = (hash01(x, y, seed) - F(0.5)) * F(grain)
            for c in range(3):
                a = light[y, x, c] * F(exposure)
                a = (a * (F(2.51) * a + F(0.03))) / (a * (F(2.43) * a + F(0.59)) + F(0.14))
                a = min(F(1), max(F(0), a))
                out[y, x, c] = min(F(255), max(F(0), gamma[int(a * F(4096))] * fall + speck))
    return out


def finish(light: Field, *, exposure: float, seed: int, grain: float = 4.0) -> Picture:
    """Return a picture of linear light (height x width x 3), by Narkowicz's ACES curve."""
    return _finish(light, F(exposure), F(grain), seed & 0xFFFFFF, GAMMA)
