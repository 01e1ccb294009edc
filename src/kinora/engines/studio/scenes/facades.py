"""The light of a city's towers, its sky and its haze, at a point."""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, inline
from kinora.engines.studio.kernels.noise import hash01
from kinora.engines.studio.scenes.blocks import FRONT, ROOF, SIDE, inside, shop, sign, window

Field = NDArray[np.float32]
FOG, ZENITH, SUN, GLOW, TERMS = 0, 1, 2, 3, 4
"""Rows of `look`: haze at the horizon, the sky above, where the sun is, its colour, and the terms:
share of lit windows, neon, wetness, and in the next row haze per cell, snow, ambient light."""


@inline
def sky(y: float, k: int, look: Field) -> float:
    """Return the sky's light at a height of view, for one colour."""
    far = np.exp(-max(y, F(0)) * F(3.4))
    return look[FOG, k] * far + look[ZENITH, k] * (F(1) - far)


@inline
def wall(
    x: float,
    y: float,
    z: float,
    face: int,
    i: int,
    j: int,
    pixel: float,
    look: Field,
    seed: int,
) -> tuple[float, float, float]:
    """Return the light that a tower's wall sends; `pixel` is a pixel's width on it, in cells."""
    u = z if face == SIDE else x
    storeys = F(13) + F(8) * hash01(i, j, seed + 4)
    columns = F(12) + F(16) * hash01(i, j, seed + 5)
    a, b = u * columns, y * storeys
    fu, fv = a - np.floor(a), b - np.floor(b)
    across, up = pixel * columns, pixel * storeys
    glass = inside(fu, F(0.16), F(0.84), across) * inside(fv, F(0.18), F(0.78), up)
    share = look[TERMS, 0] * (F(0.55) + F(0.9) * hash01(i, j, seed + 6))
    r, g, b_ = window(a, b, i, j, seed, share)
    blur = min(F(1), max(F(0), max(across, up) * F(1.4) - F(0.35)))
    mean = share * F(0.55)
    r, g, b_ = (
        (r * (F(1) - blur) + mean * F(0.85) * blur) * glass,
        (g * (F(1) - blur) + mean * F(0.58) * blur) * glass,
        (b_ * (F(1) - blur) + mean * F(0.36) * blur) * glass,
    )
    lit = plaster(face, i, y, look)
    ledge = F(1) - F(0.35) * inside(fv, F(0.92), F(1.0), up)
    dull = (F(1) - glass) * ledge * (F(0.75) + F(0.5) * hash01(i, j, seed + 3))
    warm, shine = F(0.16) * hash01(i, j, seed + 7), glass * F(0.35)
    high = F(0.25) + fv * F(0.2)
    return (
        r + dull * (F(0.42) + warm) * lit[0] + shine * sky(high, 0, look),
        g + dull * F(0.44) * lit[1] + shine * sky(high, 1, look),
        b_ + dull * (F(0.52) - warm) * lit[2] + shine * sky(high, 2, look),
    )


@inline
def plaster(face: int, i: int, y: float, look: Field) -> tuple[float, float, float]:
    """Return the light that falls on a wall: the sky's, less in the depth of streets, and sun."""
    facing = look[SUN, 0] * (F(-1) if i > 0 else F(1)) if face == SIDE else -look[SUN, 2]
    sun = max(F(0), facing) * look[SUN, 1] * F(1.3)
    ambient = look[TERMS + 1, 2] * (F(0.45) + F(0.55) * min(F(1), y * F(0.8) + F(0.2)))
    return (
        ambient * look[ZENITH, 0] + sun * look[GLOW, 0],
        ambient * look[ZENITH, 1] + sun * look[GLOW, 1],
        ambient * look[ZENITH, 2] + sun * look[GLOW, 2],
    )


@inline
def surface(
    x: float,
    y: float,
    z: float,
    face: int,
    i: int,
    j: int,
    pixel: float,
    time: float,
    look: Field,
    seed: int,
) -> tuple[float, float, float]:
    """Return the light of a tower where a ray met it: wall, roof, neon and shop fronts."""
    if face == ROOF:
        white = look[TERMS + 1, 1] * F(0.5) + F(0.03)
        ambient = look[TERMS + 1, 2] * F(0.5)
        return (
            (white + ambient * look[ZENITH, 0]),
            (white + ambient * look[ZENITH, 1]),
            (white + ambient * look[ZENITH, 2]),
        )
    r, g, b = wall(x, y, z, face, i, j, pixel, look, seed)
    if face == FRONT or abs(i) != 1:
        return r, g, b
    within = z - np.floor(z)
    neon = look[TERMS, 1]
    nr, ng, nb = sign(within, y, i, j, seed, time, pixel)
    sr, sg, sb = shop(z, y, i, j, seed)
    return r + (nr + sr) * neon, g + (ng + sg) * neon, b + (nb + sb) * neon


@inline
def hazed(light: float, d: float, y: float, k: int, look: Field) -> float:
    """Return light after a way through the haze."""
    thick = F(1) - np.exp(-d * look[TERMS + 1, 0])
    return light * (F(1) - thick) + sky(max(F(0), y) * F(0.5), k, look) * thick
