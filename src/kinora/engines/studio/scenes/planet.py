"""A planet in space: sun side and night side, sea and land, clouds, air at its rim, stars."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.finish import finish
from kinora.engines.studio.kernels.jit import F, inline, kernel, rows
from kinora.engines.studio.kernels.noise import fbm, hash01
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.ink import PALETTES
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
SUN = (-0.62, 0.36, 0.70)


@inline
def _round_noise(x: float, y: float, z: float, size: float, seed: int) -> float:
    """Return noise on a sphere, blended from two flat projections so that it has no pole."""
    a = fbm(x * size + z * F(0.7) * size, y * size, seed, 6)
    b = fbm(z * size - y * F(0.6) * size, x * size + y * size, seed + 31, 6)
    return a * F(0.5) + b * F(0.5)


@inline
def _star(x: float, y: float, seed: int) -> float:
    """Return a star's light, if there is one here."""
    chance = hash01(int(np.floor(x)), int(np.floor(y)), seed)
    dx, dy = x - np.floor(x) - F(0.5), y - np.floor(y) - F(0.5)
    return max(F(0), F(1) - (dx * dx + dy * dy) * F(12)) * max(F(0), chance - F(0.975)) * F(50)


@kernel
def _render(size: Field, look: Field, colours: Field, seed: int) -> Field:
    """Return linear light. `size` is height, width; `look` centre x, y, radius, turn, time."""
    height, width = int(size[0]), int(size[1])
    out = np.empty((height, width, 3), np.float32)
    for j in rows(height):
        for i in range(width):
            px = (F(i) - F(width) * F(0.5)) / F(height)
            py = (F(height) * F(0.5) - F(j)) / F(height)
            _space(out, j, i, px, py, look, colours, seed)
            _body(out, j, i, px, py, look, colours, seed)
    return out


@inline
def _space(
    out: Field, j: int, i: int, px: float, py: float, look: Field, colours: Field, seed: int
) -> None:
    x, y = px + look[4] * F(0.01), py
    cloud = fbm(x * F(2.2) + F(4), y * F(2.2) + fbm(x * 3, y * 3, seed + 3, 4) * F(1.6), seed, 6)
    veil = max(F(0), cloud - F(0.42)) ** 2 * F(3.2)
    light = _star(x * 150, y * 150, seed) + _star(x * 60 + 9, y * 60, seed + 1) * F(1.6)
    for k in range(3):
        out[j, i, k] = colours[1, k] * veil + light * F(0.8) + colours[0, k] * F(0.1)


@inline
def _body(
    out: Field, j: int, i: int, px: float, py: float, look: Field, colours: Field, seed: int
) -> None:
    x, y = (px - look[0]) / look[2], (py - look[1]) / look[2]
    d = x * x + y * y
    rim = np.sqrt(d) - F(1)
    toward = x * F(-0.62) + y * F(0.36)
    if d >= F(1):
        halo = np.exp(-rim * F(16)) * max(F(0), F(0.45) + toward) * F(0.9)
        for k in range(3):
            out[j, i, k] = out[j, i, k] + halo * (colours[2, k] * F(0.4) + F(0.12) * k)
        return
    z = np.sqrt(F(1) - d)
    sin, cos = np.sin(look[3]), np.cos(look[3])
    gx, gz = x * cos + z * sin, z * cos - x * sin
    land = _round_noise(gx, y, gz, F(1.9), seed + 50)
    cloud = _round_noise(gx + look[4] * F(0.02), y * F(1.5), gz, F(2.7), seed + 90)
    white = min(F(1), max(F(0), (cloud - F(0.50)) * F(6)))
    sun = toward + z * F(0.70)
    day = min(F(1), max(F(0), sun * F(1.3) + F(0.08)))
    dry = min(F(1), max(F(0), (land - F(0.47)) * F(14)))
    shine = max(F(0), F(1) - ((x + F(0.42)) ** 2 + (y - F(0.24)) ** 2) * F(14)) * (F(1) - dry)
    lamps = (
        max(F(0), hash01(int(np.floor(gx * 90)), int(np.floor(y * 90)), seed) - F(0.86))
        * dry
        * F(3)
    )
    edge = (F(1) - z) ** 3
    for k in range(3):
        sea = colours[0, k] * F(0.8) + colours[1, k] * F(0.18) + F(0.010) * k
        soil = colours[1, k] * (F(0.35) + land * F(0.6)) + F(0.05)
        ground = sea * (F(1) - dry) + soil * dry + shine * F(0.5)
        ground = ground * (F(1) - white) + F(0.85) * white
        night = lamps * (F(1) - white) * (F(1) - F(0.30) * k) * (F(1) - day)
        air = edge * (colours[2, k] * F(0.55) + F(0.12) * k) * (day + F(0.05))
        out[j, i, k] = ground * day * F(1.5) + night * F(0.6) + air


def orbit(palette: str, *, zoom: float, speed: float, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield a slow flight past a planet; unknown palettes are chosen by the seed."""
    names = [name for name in PALETTES if name not in ("black", "white")]
    colours = np.array(PALETTES.get(palette, PALETTES[names[seed % len(names)]]), np.float32)
    rng = np.random.default_rng(seed)
    side = 1 if rng.random() < 0.5 else -1
    wide = min(1.0, shape.width / shape.height)
    size = np.array([shape.height, shape.width], np.float32)
    for number in range(shape.frames):
        u = number / max(1, shape.frames - 1)
        t = number / max(1, shape.fps) * speed
        x, y = side * (0.34 - 0.08 * u) * wide, -0.10 + 0.02 * u
        radius = (0.40 + 0.07 * u * (1 + zoom)) * wide
        look = np.array([x, y, radius, seed % 7 + t * 0.09, t], np.float32)
        light = _render(size, look, colours, seed % 9973)
        yield finish(light, exposure=1.0, seed=seed + number, grain=3.0)
