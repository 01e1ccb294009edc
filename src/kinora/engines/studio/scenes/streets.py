"""What a camera sees in the city: towers, wet asphalt, cars, haze and sky, per pixel."""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, inline, kernel, rows
from kinora.engines.studio.kernels.noise import fbm, value
from kinora.engines.studio.scenes.blocks import (
    GROUND,
    SIDE,
    SKY,
    inside,
    trace,
)
from kinora.engines.studio.scenes.cars import traffic
from kinora.engines.studio.scenes.facades import SUN, TERMS, ZENITH, hazed, sky, surface

Field = NDArray[np.float32]
REACH = 46.0
MIRROR_REACH = 24.0


@inline
def met(
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
    pixel: float,
    time: float,
    look: Field,
    cars: Field,
    heights: Field,
    seed: int,
) -> tuple[float, float, float]:
    """Return the light from a direction as a mirror shows it."""
    d, face, i, j = trace(ox, oy, oz, dx, dy, dz, heights, F(MIRROR_REACH))
    t, cr, cg, cb = traffic(ox, oy, oz, dx, dy, dz, cars)
    if t < d:
        return hazed(cr, t, dy, 0, look), hazed(cg, t, dy, 1, look), hazed(cb, t, dy, 2, look)
    if face in (SKY, GROUND):
        return sky(dy, 0, look), sky(dy, 1, look), sky(dy, 2, look)
    x, y, z = ox + dx * d, oy + dy * d, oz + dz * d
    r, g, b = surface(x, y, z, face, i, j, pixel * d * F(2.5), time, look, seed)
    return hazed(r, d, dy, 0, look), hazed(g, d, dy, 1, look), hazed(b, d, dy, 2, look)


@inline
def paint(x: float, z: float, pixel: float) -> float:
    """Return the white of lane marks and crossings on the avenue, 0 to 1."""
    if x < F(0.13) or x > F(0.87):
        return F(0)
    along = z - np.floor(z)
    row = int(np.floor(z)) % 5
    if row == 4 and along > F(0.72) and along < F(0.90):
        stripe = x * F(14) - np.floor(x * F(14))
        return inside(stripe, F(0.25), F(0.75), pixel * F(14)) * F(0.9)
    dash = z * F(4) - np.floor(z * F(4))
    on = F(0)
    for n in range(3):
        middle = F(0.315) + F(0.185) * n
        whole = F(1) if n == 1 else inside(dash, F(0.1), F(0.6), pixel * F(4))
        on = max(on, inside(x, middle - F(0.006), middle + F(0.006), pixel) * whole)
    return on


@inline
def ground(x: float, z: float, pixel: float, look: Field, seed: int) -> tuple[float, float, float]:
    """Return the light of dry ground: asphalt, pavement, marks, snow."""
    pavement = F(1) if x < F(0.13) or x > F(0.87) else F(0)
    rough = value(x * F(55), z * F(55), seed + 40)
    base = F(0.055) + F(0.03) * rough + F(0.05) * pavement + F(0.30) * paint(x, z, pixel)
    base += look[TERMS + 1, 1] * (F(0.4) + F(0.3) * rough) * (F(0.35) + F(0.65) * pavement)
    lit = look[TERMS + 1, 2] + max(F(0), look[SUN, 1]) * F(0.6)
    warm = look[TERMS, 1] * F(0.10)
    return (
        base * (look[ZENITH, 0] * lit + warm),
        base * (look[ZENITH, 1] * lit + warm * F(0.8)),
        base * (look[ZENITH, 2] * lit + warm * F(0.8)),
    )


@inline
def bent(x: float, z: float, d: float, still: float, time: float, seed: int) -> tuple[float, float]:
    """Return how a wet road bends what it mirrors: little in puddles, more along the view."""
    ripple = ((F(1) - still) * F(0.055) + F(0.006)) / (F(1) + d * F(0.35))
    nx = value(x * F(150), z * F(60) + time * F(2), seed + 42) - F(0.5)
    nz = value(x * F(190) + F(9), z * F(80) - time * F(2), seed + 43) - F(0.5)
    return nx * ripple, nz * ripple * F(5)


@inline
def road(
    x: float,
    z: float,
    dx: float,
    dy: float,
    dz: float,
    d: float,
    pixel: float,
    time: float,
    look: Field,
    cars: Field,
    heights: Field,
    seed: int,
) -> tuple[float, float, float]:
    """Return the light of the ground, with the city mirrored in it where it is wet."""
    r, g, b = ground(x, z, pixel, look, seed)
    wet = look[TERMS, 2]
    if wet <= F(0):
        return r, g, b
    pool = fbm(x * F(7), z * F(3.4), seed + 41, 3)
    still = min(F(1), max(F(0), (pool - F(0.44)) * F(7)))
    nx, nz = bent(x, z, d, still, time, seed)
    narrow = pixel / max(d, F(0.05))
    up = max(F(0.01), nz - dy)
    mr, mg, mb = met(x, F(0.002), z, dx + nx, up, dz, narrow, time, look, cars, heights, seed)
    grazing = (F(1) - min(F(1), abs(dy))) ** 3
    shine = wet * (F(0.10) + F(0.80) * grazing) * (F(0.45) + F(0.55) * still)
    dull = F(1) - F(0.5) * wet
    return r * dull + mr * shine, g * dull + mg * shine, b * dull + mb * shine


@kernel
def see(
    height: int, width: int, eye: Field, look: Field, cars: Field, heights: Field, seed: int
) -> Field:
    """Return linear light. `eye`: x, y, z, heading, pitch, roll, field of view, time."""
    out = np.empty((height, width, 3), np.float32)
    pixel = eye[6] / F(height)
    sin_h, cos_h = np.sin(eye[3]), np.cos(eye[3])
    sin_p, cos_p = np.sin(eye[4]), np.cos(eye[4])
    sin_r, cos_r = np.sin(eye[5]), np.cos(eye[5])
    for row in rows(height):
        for column in range(width):
            a = (F(column) + F(0.5) - F(width) * F(0.5)) * pixel
            b = (F(height) * F(0.5) - F(row) - F(0.5)) * pixel
            a, b = a * cos_r - b * sin_r, a * sin_r + b * cos_r
            y, forward = b * cos_p + sin_p, cos_p - b * sin_p
            x, z = a * cos_h + forward * sin_h, forward * cos_h - a * sin_h
            n = F(1) / np.sqrt(x * x + y * y + z * z)
            r, g, b_ = view(
                eye[0],
                eye[1],
                eye[2],
                x * n,
                y * n,
                z * n,
                pixel,
                eye[7],
                look,
                cars,
                heights,
                seed,
            )
            out[row, column, 0], out[row, column, 1], out[row, column, 2] = r, g, b_
    return out


@inline
def view(
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
    pixel: float,
    time: float,
    look: Field,
    cars: Field,
    heights: Field,
    seed: int,
) -> tuple[float, float, float]:
    """Return the light along one ray of the camera."""
    d, face, i, j = trace(ox, oy, oz, dx, dy, dz, heights, F(REACH))
    t, r, g, b = traffic(ox, oy, oz, dx, dy, dz, cars)
    if t < d:
        d = t
    elif face == SKY:
        return sky(dy, 0, look), sky(dy, 1, look), sky(dy, 2, look)
    elif face == GROUND:
        x, z = ox + dx * d, oz + dz * d
        wide = pixel * d / max(F(0.05), abs(dy))
        r, g, b = road(x, z, dx, dy, dz, d, min(wide, F(0.2)), time, look, cars, heights, seed)
    else:
        x, y, z = ox + dx * d, oy + dy * d, oz + dz * d
        slant = abs(dx) if face == SIDE else abs(dz)
        wide = pixel * d / max(F(0.15), slant)
        r, g, b = surface(x, y, z, face, i, j, wide, time, look, seed)
    return hazed(r, d, dy, 0, look), hazed(g, d, dy, 1, look), hazed(b, d, dy, 2, look)
