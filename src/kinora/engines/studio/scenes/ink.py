"""Ink and silk: noise that bends noise (Quilez's domain warping), lit as a relief."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.finish import finish
from kinora.engines.studio.kernels.jit import F, kernel, rows
from kinora.engines.studio.kernels.noise import fbm
from kinora.engines.studio.reel import Picture
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
PALETTES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "red": ((0.05, 0.005, 0.01), (0.62, 0.05, 0.04), (1.0, 0.62, 0.30)),
    "gold": ((0.05, 0.025, 0.01), (0.70, 0.38, 0.06), (1.0, 0.86, 0.52)),
    "green": ((0.004, 0.03, 0.035), (0.03, 0.42, 0.26), (0.62, 1.0, 0.66)),
    "blue": ((0.005, 0.012, 0.06), (0.05, 0.22, 0.62), (0.55, 0.86, 1.0)),
    "violet": ((0.02, 0.006, 0.05), (0.36, 0.08, 0.52), (1.0, 0.60, 0.82)),
    "white": ((0.30, 0.29, 0.29), (0.66, 0.63, 0.60), (1.0, 0.98, 0.95)),
    "black": ((0.004, 0.004, 0.006), (0.05, 0.055, 0.07), (0.62, 0.64, 0.70)),
}


@kernel
def _flow(height: int, width: int, zoom: float, time: float, seed: int) -> Field:
    """Return height x width x 2: the folds' height, and where they were bent from."""
    out = np.empty((height, width, 2), np.float32)
    for j in rows(height):
        for i in range(width):
            x = (F(i) - F(width) * F(0.5)) / F(height) * F(zoom) + F(10)
            y = (F(j) / F(height) - F(0.5)) * F(zoom) + F(10)
            qx = fbm(x + F(time) * F(0.11), y, seed, 2)
            qy = fbm(x + F(5.2), y + F(1.3) - F(time) * F(0.09), seed + 9, 2)
            rx = fbm(x + F(3.4) * qx + F(1.7), y + F(3.4) * qy + F(time) * F(0.13), seed + 20, 2)
            ry = fbm(x + F(3.4) * qx + F(8.3), y + F(3.4) * qy + F(2.8), seed + 30, 2)
            out[j, i, 0] = fbm(x + F(3.2) * rx, y + F(3.2) * ry, seed + 40, 3)
            out[j, i, 1] = rx * F(0.6) + qy * F(0.4)
    return out


def flow(palette: str, *, zoom: float, speed: float, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield ink in motion; unknown palettes are chosen by the seed."""
    names = list(PALETTES)
    colours = np.array(PALETTES.get(palette, PALETTES[names[seed % len(names)]]), np.float32)
    for number in range(shape.frames):
        t = number / max(1, shape.fps) * speed * 2.2 + seed % 101
        u = number / max(1, shape.frames - 1)
        folds = _flow(shape.height, shape.width, F(2.6 - zoom * u), F(t), seed % 9973)
        yield finish(_lit(folds, colours), exposure=0.95, seed=seed + number)


def _lit(folds: Field, colours: Field) -> Field:
    """Return linear light: colour by the folds, relief by their slope."""
    height, bent = folds[..., 0], folds[..., 1]
    gy, gx = np.gradient(height)
    slope = (gx * 0.7 + gy * 0.5) * height.shape[0] * 0.16
    t = np.clip((height - 0.22) * 1.9, 0, 1)[..., None]
    k = np.clip((bent - 0.30) * 2.4, 0, 1)[..., None]
    base = colours[0] * (1 - t) + colours[1] * t
    base = base * (1 - k * t) + colours[2] * k * t
    shine = np.clip(slope - 0.25, 0, 1)[..., None] ** 2
    lit = base * (1 + np.clip(slope, -0.75, 1.2)[..., None]) + colours[2] * shine * 0.5
    return np.ascontiguousarray(lit, np.float32)
