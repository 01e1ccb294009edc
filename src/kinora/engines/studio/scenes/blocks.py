"""A city of blocks: rays through a grid of towers, and what they meet.

One cell is about 30 metres. The avenue is the column of cells with i = 0, every fifth row is a
cross street, every other cell holds a tower. Rays step from cell to cell (Amanatides and Woo,
"A fast voxel traversal algorithm", 1987). Details smaller than a pixel fade to their mean.
"""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, inline
from kinora.engines.studio.kernels.noise import hash01

Field = NDArray[np.float32]
SKY, SIDE, ROOF, FRONT, GROUND, CAR = 0, 1, 2, 3, 4, 5
STEPS = 80
COLUMNS, ROWS = 128, 320
"""Sides of the grid, which repeats; the rows are a multiple of the cross streets' distance."""

FAR = 1e9
HIGHEST = 8.0
MARGIN = 0.10


def towers(seed: int) -> Field:
    """Return the height of each cell's tower, 0 on streets, by i and j modulo the sides."""
    i = np.arange(COLUMNS)
    i = np.where(i >= COLUMNS // 2, i - COLUMNS, i)[:, None]
    j = np.arange(ROWS)[None, :]
    rng = np.random.default_rng(seed)
    h, tall = rng.random((COLUMNS, ROWS)), rng.random((COLUMNS, ROWS)) > 0.88
    heights = (0.8 + 3.8 * h * h + 2.5 * tall) * np.minimum(1.0, 0.5 + np.abs(i) * 0.22)
    return np.where((i == 0) | (j % 5 == 0), 0.0, heights).astype(np.float32)


@inline
def inverse(a: float) -> float:
    """Return 1/a, large and finite for a near 0."""
    small = F(1e-7) if a >= F(0) else F(-1e-7)
    return F(1) / (a if abs(a) > F(1e-7) else small)


@inline
def box(
    ox: float,
    oy: float,
    oz: float,
    ix: float,
    iy: float,
    iz: float,
    x0: float,
    x1: float,
    y1: float,
    z0: float,
    z1: float,
) -> tuple[float, int]:
    """Return where a ray enters a box that stands on the ground, and by which face; face 0: not."""
    a, b = (x0 - ox) * ix, (x1 - ox) * ix
    c, d = (z0 - oz) * iz, (z1 - oz) * iz
    e, f = (F(0) - oy) * iy, (y1 - oy) * iy
    near_x, near_y, near_z = min(a, b), min(e, f), min(c, d)
    enter = max(near_x, near_y, near_z)
    leave = min(max(a, b), max(e, f), max(c, d))
    if enter >= leave or enter <= F(0):
        return F(FAR), SKY
    if enter == near_x:
        return enter, SIDE
    return enter, (FRONT if enter == near_z else ROOF)


@inline
def meets(
    ox: float, oy: float, oz: float, ix: float, iy: float, iz: float, i: int, j: int, heights: Field
) -> tuple[float, int]:
    """Return where a ray meets the tower of a cell."""
    h = heights[i & (COLUMNS - 1), j % ROWS]
    if h <= F(0):
        return F(FAR), SKY
    # Towers along the avenue stand close to it.
    left = F(0.02) if i == 1 else F(MARGIN)
    right = F(0.02) if i == -1 else F(MARGIN)
    return box(
        ox,
        oy,
        oz,
        ix,
        iy,
        iz,
        F(i) + left,
        F(i + 1) - right,
        h,
        F(j) + F(MARGIN),
        F(j + 1) - F(MARGIN),
    )


@inline
def trace(
    ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, heights: Field, reach: float
) -> tuple[float, int, int, int]:
    """Return distance, what was met (see SKY to GROUND), and the cell that it is in."""
    i, j = int(np.floor(ox)), int(np.floor(oz))
    ix, iy, iz = inverse(dx), inverse(dy), inverse(dz)
    sx, sz = (1 if dx > F(0) else -1), (1 if dz > F(0) else -1)
    tx = (F(i + (1 if sx > 0 else 0)) - ox) * ix
    tz = (F(j + (1 if sz > 0 else 0)) - oz) * iz
    ground = -oy * iy if dy < F(-1e-6) else F(FAR)
    for _ in range(STEPS):
        t, face = meets(ox, oy, oz, ix, iy, iz, i, j, heights)
        if face != SKY and t < ground:
            return t, face, i, j
        near = min(tx, tz)
        if near > reach or ground < near or oy + dy * near > F(HIGHEST):
            break
        if tx < tz:
            i, tx = i + sx, tx + abs(ix)
        else:
            j, tz = j + sz, tz + abs(iz)
    if ground < reach:
        return ground, GROUND, i, j
    return F(FAR), SKY, i, j


@inline
def inside(a: float, low: float, high: float, wide: float) -> float:
    """Return how much of a pixel that is `wide` lies between two borders, 0 to 1."""
    inverse_width = F(1) / max(wide, F(1e-4))
    left = min(F(1), max(F(0), (a - low) * inverse_width + F(0.5)))
    right = min(F(1), max(F(0), (high - a) * inverse_width + F(0.5)))
    return left * right


@inline
def window(
    u: float, v: float, i: int, j: int, seed: int, share: float
) -> tuple[float, float, float]:
    """Return the light of the window at storey v, column u; black when nobody is in."""
    iu, iv = int(np.floor(u)) + i * 31, int(np.floor(v)) + j * 17
    if hash01(iu, iv, seed + 11) > share:
        return F(0), F(0), F(0)
    strong = F(0.35) + F(1.5) * hash01(iu, iv, seed + 12) ** 2
    kind = hash01(iu, iv, seed + 13)
    if kind < F(0.74):
        return strong * F(0.95), strong * F(0.60), strong * F(0.26)
    if kind < F(0.92):
        return strong * F(0.50), strong * F(0.72), strong * F(0.90)
    return strong * F(0.85), strong * F(0.25), strong * F(0.65)


@inline
def hue(turn: float) -> tuple[float, float, float]:
    """Return a neon colour for 0..1: pink, cyan, green, orange, violet and what lies between."""
    a = turn * F(6.2832)
    return (
        F(1.05) + F(0.95) * np.cos(a),
        F(0.62) + F(0.62) * np.cos(a - F(2.1)),
        F(1.05) + F(0.95) * np.cos(a - F(4.1)),
    )


@inline
def letters(u: float, v: float, key: int, seed: int) -> float:
    """Return the strokes of a made-up script, 0 or 1; v counts characters from the bottom."""
    column, row = int(np.floor(u * F(10))), int(np.floor(v * F(10))) % 10
    character = int(np.floor(v))
    if column < 1 or column > 8 or row < 1 or row > 8:
        return F(0)
    # Strokes run along every second line, so that they read as bars and not as a chess board.
    folded = min(column, 9 - column)
    bar = hash01(row // 2 + character * 7, key * 13, seed) > F(0.40) and row % 2 == 1
    post = hash01(folded // 2 + character * 5, key * 11, seed + 1) > F(0.55) and folded % 2 == 1
    gap = hash01(folded // 2 + character * 3, row // 3 + key, seed + 2) > F(0.22)
    return F(1) if (bar or post) and gap else F(0)


@inline
def sign(
    z: float, y: float, i: int, j: int, seed: int, time: float, wide: float
) -> tuple[float, float, float]:
    """Return the light of the upright neon sign on a tower's side, if it has one here."""
    key = hash01(i, j, seed + 21)
    bottom = F(0.19) + F(0.28) * hash01(i, j, seed + 22)
    tall = F(0.36) + F(0.42) * hash01(i, j, seed + 24)
    u, v = (z - F(0.38)) * F(1 / 0.16), (y - bottom) / tall
    if key < F(0.30) or u < F(0) or u > F(1) or v < F(0) or v > F(1):
        return F(0), F(0), F(0)
    stroke = letters(u * F(0.98), v * tall * F(6.25), int(key * F(1000)), seed + 25)
    fade = min(F(1), wide * F(34))
    stroke = stroke * (F(1) - fade) + F(0.5) * fade
    rim = F(1) if min(min(u, F(1) - u) * F(0.16), min(v, F(1) - v) * tall) < F(0.010) else F(0)
    buzz = F(0.35) if np.sin(time * F(9) + key * F(70)) < F(-0.985) else F(1)
    r, g, b = hue(hash01(i, j, seed + 23))
    r2, g2, b2 = hue(hash01(i, j, seed + 26))
    a, c = (F(0.10) + F(1.9) * stroke) * buzz, F(2.2) * rim * buzz
    return r * a + r2 * c, g * a + g2 * c, b * a + b2 * c


@inline
def shop(z: float, y: float, i: int, j: int, seed: int) -> tuple[float, float, float]:
    """Return the light of the shop fronts along the avenue's pavement."""
    cell = int(np.floor(z * F(6))) + j * 9
    f = z * F(6) - np.floor(z * F(6))
    open_ = hash01(cell, i, seed + 31)
    if y > F(0.125) or open_ < F(0.30) or f < F(0.06) or f > F(0.94):
        return F(0), F(0), F(0)
    if y > F(0.094):
        r, g, b = hue(hash01(cell, i, seed + 33))
        mark = letters(f, (y - F(0.094)) * F(1 / 0.031), cell, seed + 34)
        mark = F(0.20) + F(1.6) * mark
        return r * mark, g * mark, b * mark
    frame = F(0.12) if abs(f - F(0.5)) < F(0.012) or y < F(0.014) else F(1)
    shelf = hash01(int(f * F(9)), cell, seed + 35)
    goods = F(0.30) + F(0.25) * shelf if y < F(0.02) + F(0.035) * shelf else F(1)
    warm = (F(0.16) + F(0.45) * open_) * goods * frame * (F(0.45) + y * F(7))
    cool = hash01(cell, i, seed + 32)
    return warm * F(1.15), warm * (F(0.68) + F(0.30) * cool), warm * (F(0.30) + F(0.75) * cool)
