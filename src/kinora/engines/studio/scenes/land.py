"""Builds land: a height map with erosion, its shadows, and its ground's colour in the light."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, inline, kernel, rows, serial
from kinora.engines.studio.kernels.noise import fbm, fbm_map, hash01, ridged
from kinora.engines.studio.scenes.light import Light

Field = NDArray[np.float32]
Values = NDArray[np.floating[Any]]
SIDE = 1024
WORLD = 7.0
"""Width of the land in the units that its height is measured in."""

CELL = WORLD / SIDE


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of land: feature size, weight of ridges, height, and sea level (part of height)."""

    scale: float
    ridge: float
    height: float
    sea: float


KINDS = {
    "alpine": Kind(8.5, 1.35, 1.25, 0.14),
    "canyon": Kind(8.0, 0.7, 0.75, 0.10),
    "island": Kind(7.5, 1.0, 0.9, 0.36),
    "green": Kind(8.0, 0.7, 0.7, 0.16),
    "arctic": Kind(8.0, 1.1, 1.1, 0.22),
    "desert": Kind(7.0, 0.4, 0.5, 0.0),
}


CLOUDS = "clouds"
"""Not ground at all, but flown over in the same way."""


@dataclass(frozen=True, slots=True)
class Land:
    """Height (SIDE x SIDE), lit ground colour (SIDE x SIDE x 3, linear), and the sea's height."""

    height: Field
    colour: Field
    sea: float


@kernel
def _heights(side: int, seed: int, scale: float, ridge: float) -> Field:
    out = np.empty((side, side), np.float32)
    for j in rows(side):
        for i in range(side):
            x, y = F(i) / F(side) * F(scale), F(j) / F(side) * F(scale)
            wx = fbm(x * F(0.7) + F(3.1), y * F(0.7) + F(1.7), seed + 50, 4) - F(0.5)
            wy = fbm(x * F(0.7) + F(7.3), y * F(0.7) + F(9.2), seed + 70, 4) - F(0.5)
            x, y = x + wx * F(1.2), y + wy * F(1.2)
            base = fbm(x * F(0.5), y * F(0.5), seed, 5)
            m = min(F(1), max(F(0), (base - F(0.38)) * F(3.2)))
            m = m * m * (F(3) - F(2) * m)
            out[j, i] = base * F(0.35) + F(ridge) * ridged(x, y, seed + 100, 9) * m * F(0.75)
    return out


@inline
def _at(height: Field, x: float, y: float) -> float:
    ix, iy = int(x), int(y)
    u, v = x - ix, y - iy
    top = height[iy, ix] * (1 - u) + height[iy, ix + 1] * u
    low = height[iy + 1, ix] * (1 - u) + height[iy + 1, ix + 1] * u
    return top * (1 - v) + low * v


@inline
def _drop(height: Field, x: float, y: float, amount: float) -> None:
    ix, iy = int(x), int(y)
    u, v = x - ix, y - iy
    height[iy, ix] += amount * (1 - u) * (1 - v)
    height[iy, ix + 1] += amount * u * (1 - v)
    height[iy + 1, ix] += amount * (1 - u) * v
    height[iy + 1, ix + 1] += amount * u * v


@inline
def _exchange(load: float, room: float, fall: float) -> float:
    """Return what a drop leaves (positive) or takes (negative)."""
    if fall > 0:
        return min(fall, load)
    if load > room:
        return (load - room) * 0.3
    return -min((room - load) * 0.3, -fall)


@inline
def _roll(height: Field, drop: NDArray[np.float64]) -> bool:
    """Move a drop one step; tell whether it goes on.

    `drop` is x, y, direction x and y, speed, water, and the earth that it carries.
    """
    x, y = drop[0], drop[1]
    gx = _at(height, x + 0.5, y) - _at(height, x - 0.5, y)
    gy = _at(height, x, y + 0.5) - _at(height, x, y - 0.5)
    dx, dy = drop[2] * 0.1 - gx * 0.9, drop[3] * 0.1 - gy * 0.9
    length = np.sqrt(dx * dx + dy * dy)
    nx, ny = x + dx / (length + 1e-9), y + dy / (length + 1e-9)
    if length < 1e-9 or min(nx, ny) < 2 or max(nx, ny) >= height.shape[0] - 3:
        return False
    fall = _at(height, nx, ny) - _at(height, x, y)
    room = max(-fall, 0.0003) * drop[4] * drop[5] * 8
    moved = _exchange(drop[6], room, fall)
    _drop(height, x, y, moved)
    drop[0], drop[1], drop[2], drop[3] = nx, ny, dx, dy
    drop[4], drop[5] = np.sqrt(max(0.0, drop[4] * drop[4] - fall * 4)), drop[5] * 0.985
    drop[6] -= moved
    return True


@serial
def _erode(height: Field, drops: int, seed: int) -> None:
    """Let water drops run down, take earth along and leave it (Beyer's particle erosion)."""
    drop = np.zeros(7, np.float64)
    for d in range(drops):
        drop[:] = 0.0
        drop[0] = 2 + hash01(d, 1, seed) * (height.shape[0] - 6)
        drop[1] = 2 + hash01(d, 2, seed) * (height.shape[0] - 6)
        drop[4], drop[5] = 1.0, 1.0
        for _ in range(48):
            if not _roll(height, drop):
                break


@inline
def _sunlit(height: Field, i: int, j: int, way: tuple[float, float, float], cell: float) -> float:
    """Return how much sun reaches a place, by marching towards it; `way` is x, z and rise."""
    side = height.shape[0]
    lit, t = F(1), F(1.5)
    for _ in range(64):
        x, z = i + way[0] * t, j + way[1] * t
        if lit <= 0 or min(x, z) < 1 or max(x, z) >= side - 2:
            break
        clear = (height[j, i] + way[2] * t * cell - _at(height, x, z)) / (t * cell)
        lit = min(lit, F(0.5) + clear * F(9))
        t = t * F(1.07) + F(0.6)
    return max(F(0), min(F(1), lit))


@kernel
def _shadows(height: Field, sx: float, sy: float, sz: float, cell: float) -> Field:
    """Return how much sun reaches each place, 0 to 1."""
    side = height.shape[0]
    out = np.empty((side, side), np.float32)
    flat = np.sqrt(sx * sx + sz * sz)
    for j in rows(side):
        for i in range(side):
            out[j, i] = _sunlit(height, i, j, (sx / flat, sz / flat, sy / flat), cell)
    return out


def build_land(name: str, light: Light, *, seed: int) -> Land:
    """Return a land of a kind, lit; takes one to two seconds."""
    if name == CLOUDS:
        return _cloud_sea(light, seed)
    kind = KINDS[name]
    height = _heights(SIDE, seed, kind.scale, kind.ridge)
    if name == "canyon":
        steps = height * 14
        terrace = np.floor(steps) + np.clip((steps - np.floor(steps)) * 3 - 1, 0, 1)
        height = (terrace / 14).astype(np.float32)
    _erode(height, 70_000, seed & 0xFFFF)
    low, high = float(height.min()), float(height.max())
    height = ((height - low) / (high - low) * kind.height).astype(np.float32)
    sea = kind.sea * kind.height
    return Land(height, _ground(name, height, sea, light, seed), sea)


def _cloud_sea(light: Light, seed: int) -> Land:
    """Return a sea of clouds as a land: soft billows, white, with the light deep inside them."""
    broad = _step(0.22, 0.72, fbm_map(SIDE, 6, seed, 3))
    # Billows: folded noise has round tops and sharp seams, as heaped clouds have.
    puffs = np.zeros_like(broad)
    for scale, weight in ((13, 0.50), (30, 0.26), (66, 0.13), (140, 0.06)):
        puffs += weight * np.abs(2 * fbm_map(SIDE, scale, seed + scale, 2) / 0.75 - 1)
    height = 0.46 * broad + 0.62 * puffs * (0.35 + 0.65 * broad)
    height = cv2.GaussianBlur(height.astype(np.float32), (0, 0), 1.3) * F(0.72)
    gy, gx = np.gradient(height, CELL)
    length = np.sqrt(gx * gx + gy * gy + 1)
    facing = (-gx * light.sun[0] + light.sun[1] - gy * light.sun[2]) / length
    # Light goes round inside a cloud, so even its far side is never dark.
    lit = np.clip(0.40 + 0.60 * facing, 0, 1)[..., None] * np.array(light.colour) * 0.95
    depth = np.clip(height / 0.5, 0.25, 1)[..., None]
    colour = 0.86 * (lit + np.array(light.sky) * 0.55) * (0.35 + 0.65 * depth)
    return Land(height, np.ascontiguousarray(colour, np.float32), -1.0)


def _ground(name: str, height: Field, sea: float, light: Light, seed: int) -> Field:
    """Return the ground's colour with sun, sky and shade on it."""
    gy, gx = np.gradient(height, CELL)
    length = np.sqrt(gx * gx + gy * gy + 1)
    sun = light.sun
    facing = np.clip((-gx * sun[0] + sun[1] - gy * sun[2]) / length, 0, 1).astype(np.float32)
    upward = (1 / length).astype(np.float32)
    open_sky = np.ones_like(height)
    for radius, weight in ((3, 2.2), (10, 1.1), (30, 0.6)):
        rise = (height - cv2.GaussianBlur(height, (0, 0), radius)) / (CELL * radius)
        open_sky *= np.clip(1 + rise * weight * 0.35, 0.35, 1.15)
    sunlit = cv2.GaussianBlur(_shadows(np.maximum(height, F(sea)), *sun, F(CELL)), (0, 0), 1.0)
    albedo = _albedo(name, height, 1 - upward, sea, seed)
    direct = (facing * sunlit)[..., None] * np.array(light.colour, np.float32) * F(2.6)
    sky = (open_sky * (0.45 + 0.55 * upward))[..., None] * np.array(light.sky, np.float32)
    return np.ascontiguousarray(albedo * (direct + sky * F(0.75)), np.float32)


def _step(low: float, high: float, field: Values) -> Field:
    t = np.clip((field - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _mix(a: Values, b: tuple[float, float, float] | Values, t: Values) -> Field:
    return np.asarray(a + (np.asarray(b, np.float32) - a) * t[..., None], np.float32)


def _albedo(name: str, height: Field, slope: Field, sea: float, seed: int) -> Field:
    """Return the bare colour of the ground: by height, slope and noise."""
    kind = KINDS[name]
    high = height / kind.height
    patches, fine = fbm_map(SIDE, 40, seed + 1, 5), fbm_map(SIDE, 200, seed + 2, 5)
    broad = fbm_map(SIDE, 9, seed + 3, 4)
    rough = (0.6 + 0.8 * fine)[..., None]
    plain = np.ones((*height.shape, 3), np.float32)
    if name == "desert":
        sand = _mix(plain * F(0), (0.10, 0.11, 0.08), patches) + np.array([0.52, 0.33, 0.17])
        return _mix(
            np.asarray(sand * rough, np.float32), (0.36, 0.19, 0.11), _step(0.14, 0.3, slope)
        )
    if name == "canyon":
        bands = 0.5 + 0.5 * np.sin(height * 95 + broad * 5)
        rock = _mix(plain * np.array([0.42, 0.17, 0.09], np.float32), (0.66, 0.38, 0.22), bands)
        return _mix(
            np.asarray(rock * rough, np.float32),
            (0.36, 0.30, 0.15),
            0.7 * (1 - _step(0.05, 0.16, slope)),
        )
    if name == "arctic":
        snow = _mix(plain * np.array([0.74, 0.80, 0.88], np.float32), (0.86, 0.9, 0.95), patches)
        return _mix(snow, (0.16, 0.19, 0.23), _step(0.30, 0.48, slope + fine * 0.1))
    return _green(name, plain, (patches, fine, broad), (high, slope), sea / kind.height)


def _green(
    name: str,
    plain: Field,
    noise: tuple[Field, Field, Field],
    form: tuple[Field, Field],
    sea: float,
) -> Field:
    """Return grass, woods, rock, snow on high ground and sand by the sea."""
    (patches, fine, broad), (high, slope) = noise, form
    rough = (0.6 + 0.8 * fine)[..., None]
    grass = _mix(plain * np.array([0.09, 0.15, 0.035], np.float32), (0.22, 0.22, 0.07), patches)
    woods = _step(0.45, 0.6, patches * 0.6 + broad * 0.5) * (1 - _step(0.5, 0.62, high))
    ground = _mix(grass * rough, (0.030, 0.065, 0.024), woods)
    rock = np.array([0.135, 0.125, 0.12]) * (0.4 + 1.3 * fine[..., None])
    ground = _mix(ground, rock, _step(0.20, 0.36, slope + fine * 0.16 - 0.08))
    if name == "alpine":
        cold = _step(0.50, 0.66, high + patches * 0.12 - 0.06) * (1 - _step(0.30, 0.5, slope))
        ground = _mix(ground, (0.82, 0.86, 0.92), cold)
    beach = 1 - _step(sea + 0.008, sea + 0.03, high + 0.012 * patches)
    return _mix(ground, (0.50, 0.42, 0.28), beach)
