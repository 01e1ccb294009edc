"""Value noise over an integer hash, and sums of it. All float32, the same on every run."""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, inline, kernel, rows

Field = NDArray[np.float32]


@inline
def hash01(x: int, y: int, seed: int) -> float:
    """Return 0..1 for a lattice point. Masked after each step, for numba widens uint32 products."""
    n = (x * 374761393 + y * 668265263 + seed * 2246822519) & 0xFFFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0xFFFFFFFF
    n = n ^ (n >> 16)
    return F(n & 0xFFFFFF) * F(1 / 16777216.0)


@inline
def value(x: float, y: float, seed: int) -> float:
    """Return smooth noise from 0 to 1 with a feature size of 1 (quintic fade)."""
    fx, fy = np.floor(x), np.floor(y)
    ix, iy = int(fx), int(fy)
    u, v = F(x - fx), F(y - fy)
    u = u * u * u * (u * (u * F(6) - F(15)) + F(10))
    v = v * v * v * (v * (v * F(6) - F(15)) + F(10))
    a, b = hash01(ix, iy, seed), hash01(ix + 1, iy, seed)
    c, d = hash01(ix, iy + 1, seed), hash01(ix + 1, iy + 1, seed)
    return a + (b - a) * u + (c - a) * v + (a - b - c + d) * u * v


@inline
def fbm(x: float, y: float, seed: int, octaves: int) -> float:
    """Return a sum of octaves, each turned against the last, from 0 to about 1."""
    size, total = F(0.5), F(0)
    for i in range(octaves):
        total += size * value(x, y, seed + i)
        x, y = F(1.6) * x + F(1.2) * y, F(-1.2) * x + F(1.6) * y
        size *= F(0.5)
    return total


@inline
def ridged(x: float, y: float, seed: int, octaves: int) -> float:
    """Return Musgrave's ridged multifractal: sharp crests that are rough only on high ground."""
    size, total, weight = F(0.5), F(0), F(1)
    for i in range(octaves):
        n = F(1) - abs(F(2) * value(x, y, seed + i) - F(1))
        n = n * n
        total += size * n * weight
        weight = min(F(1), max(F(0), n * F(1.9)))
        x, y = F(1.6) * x + F(1.2) * y, F(-1.2) * x + F(1.6) * y
        size *= F(0.5)
    return total


@kernel
def fbm_map(side: int, scale: float, seed: int, octaves: int) -> Field:
    """Return a square of `fbm` with `scale` features across."""
    out = np.empty((side, side), np.float32)
    for j in rows(side):
        for i in range(side):
            out[j, i] = fbm(F(i) * F(scale) / F(side), F(j) * F(scale) / F(side), seed, octaves)
    return out
