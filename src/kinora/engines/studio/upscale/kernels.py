"""Loops over the larger picture: stretching, limiting, smoothing along edges, colour.

The larger luma is kept in sixty-fourths of a level, for at 4K a plane of floats is 33 MB.
"""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, inline, kernel, rows
from kinora.engines.studio.kernels.noise import hash01
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
Indices = NDArray[np.int32]
Fixed = NDArray[np.int16]
PARTS = 64
MOST = 511 * PARTS


@kernel
def stretch(plane: Field, first: Indices, taps: Field) -> Field:
    """Return a plane (h x w) made wider (h x W) by weights for each column."""
    height, width = plane.shape
    wanted, count = taps.shape
    out = np.empty((height, wanted), np.float32)
    for y in rows(height):
        for x in range(wanted):
            total = F(0)
            for k in range(count):
                at = min(width - 1, max(0, first[x] + k))
                total += taps[x, k] * plane[y, at]
            out[y, x] = total
    return out


@kernel
def raise_limited(
    wide: Field, low: Field, high: Field, first: Indices, taps: Field, slack: float, out: Fixed
) -> None:
    """Fill `out` (H x W) from `wide` (h x W), kept between `low` and `high` but for `slack`.

    What leaves the bounds by more than a part of their distance is a halo: it is pressed down.
    """
    given, width = wide.shape
    height, count = taps.shape
    for y in rows(height):
        row = np.zeros(width, np.float32)
        for k in range(count):
            at = min(given - 1, max(0, first[y] + k))
            weight = taps[y, k]
            for x in range(width):
                row[x] += weight * wide[at, x]
        middle = (F(y) + F(0.5)) * F(given) / F(height) - F(0.5)
        above = min(given - 1, max(0, int(np.floor(middle))))
        below = min(given - 1, above + 1)
        part = min(F(1), max(F(0), middle - F(above)))
        for x in range(width):
            least = low[above, x] + (low[below, x] - low[above, x]) * part
            most = high[above, x] + (high[below, x] - high[above, x]) * part
            room = (most - least) * slack
            value = min(most + room, max(least - room, row[x])) * F(PARTS)
            out[y, x] = np.int16(min(F(MOST), max(F(-MOST), value)))


@inline
def between(plane: Field | Fixed, x: float, y: float) -> float:
    """Return a plane's value between its pixels; beyond its edges it goes on as there."""
    height, width = plane.shape
    x = min(F(width - 1), max(F(0), x))
    y = min(F(height - 1), max(F(0), y))
    x0, y0 = int(x), int(y)
    x1, y1 = min(width - 1, x0 + 1), min(height - 1, y0 + 1)
    u, v = x - F(x0), y - F(y0)
    a, b = F(plane[y0, x0]), F(plane[y0, x1])
    c, d = F(plane[y1, x0]), F(plane[y1, x1])
    top, bottom = a + (b - a) * u, c + (d - c) * u
    return top + (bottom - top) * v


@inline
def crossing(large: Fixed, x: float, y: float) -> float:
    """Return a large plane's level between its pixels; beyond its edges it goes on as there."""
    return between(large, x, y) * F(1 / PARTS)


@inline
def along_edge(
    large: Fixed, x: int, y: int, cosine: float, sine: float, trust: float, step: float
) -> float:
    """Return a pixel's level smoothed along the edge that it lies on, as far as it is trusted."""
    here = F(large[y, x]) * F(1 / PARTS)
    half = cosine / (np.sqrt(cosine * cosine + sine * sine) + F(1e-6))
    half = min(F(1), max(F(-1), half))
    # The edge runs across the gradient.
    dy = np.sqrt((F(1) + half) * F(0.5)) * step
    dx = np.sqrt((F(1) - half) * F(0.5)) * step
    if sine > F(0):
        dx = -dx
    fx, fy = F(x), F(y)
    near = crossing(large, fx + dx, fy + dy) + crossing(large, fx - dx, fy - dy)
    dx, dy = F(2) * dx, F(2) * dy
    far = crossing(large, fx + dx, fy + dy) + crossing(large, fx - dx, fy - dy)
    smooth = here * F(0.34) + near * F(0.23) + far * F(0.10)
    return here + (smooth - here) * trust


@inline
def grained(value: float, x: int, y: int, grain: float, seed: int) -> float:
    """Return a level with grain: strongest in the middle tones, as on film."""
    speck = hash01(x, y, seed) + hash01(x >> 1, y >> 1, seed + 7) - F(1)
    tone = value * (F(255) - value) * F(1 / 16256.0)
    return value + speck * grain * (F(0.35) + F(0.65) * tone)


@kernel
def coloured(
    large: Fixed,
    colours: tuple[Field, Field],
    edges: tuple[Field, Field, Field],
    step: float,
    grain: float,
    seed: int,
) -> Picture:
    """Return RGB from luma (H x W) and colour differences (h x w), by BT.709's full range.

    Luma is smoothed along edges: these are (h x w) cosine and sine of twice the gradient's
    angle, which can be interpolated, and how sure the direction is. `step` is the distance
    between samples; with 0 nothing is smoothed.
    """
    red, blue = colours
    cosine, sine, sure = edges
    height, width = large.shape
    given_height, given_width = red.shape
    out = np.empty((height, width, 3), np.uint8)
    for y in rows(height):
        sy = (F(y) + F(0.5)) * F(given_height) / F(height) - F(0.5)
        levels = np.empty(width, np.float32)
        for x in range(width):
            levels[x] = F(large[y, x]) * F(1 / PARTS)
            sx = (F(x) + F(0.5)) * F(given_width) / F(width) - F(0.5)
            trust = between(sure, sx, sy) if step > F(0) else F(0)
            if trust > F(0.05):
                c, s = between(cosine, sx, sy), between(sine, sx, sy)
                levels[x] = along_edge(large, x, y, c, s, trust, step)
        for x in range(width):
            sx = (F(x) + F(0.5)) * F(given_width) / F(width) - F(0.5)
            value = grained(levels[x], x, y, grain, seed) + F(0.5)
            cr, cb = between(red, sx, sy), between(blue, sx, sy)
            out[y, x, 0] = min(F(255), max(F(0), value + F(1.5748) * cr))
            out[y, x, 1] = min(F(255), max(F(0), value - F(0.468124) * cr - F(0.187324) * cb))
            out[y, x, 2] = min(F(255), max(F(0), value + F(1.8556) * cb))
    return out
