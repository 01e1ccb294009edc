"""Looks at a height map from the air: a depth for each pixel, then light for each pixel.

Columns are marched front to back as in the voxel games of the nineties, which finds each pixel's
exact distance in one pass; shading then needs no ray of its own.
"""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, inline, kernel, rows
from kinora.engines.studio.kernels.noise import hash01, value

Field = NDArray[np.float32]
Terms = tuple[float, float, float, float, float]
SKY = 1e9


@inline
def folded(i: int, side: int) -> int:
    """Return an index into a map that goes on for ever, mirrored at its edges."""
    i = i % (2 * side)
    return 2 * side - 1 - i if i >= side else i


@inline
def ground_at(height: Field, x: float, z: float) -> float:
    """Return the height between four map points, at any place."""
    side = height.shape[0]
    fx, fz = np.floor(x), np.floor(z)
    u, v = x - fx, z - fz
    x0, x1 = folded(int(fx), side), folded(int(fx) + 1, side)
    z0, z1 = folded(int(fz), side), folded(int(fz) + 1, side)
    near = height[z0, x0] * (1 - u) + height[z0, x1] * u
    far = height[z1, x0] * (1 - u) + height[z1, x1] * u
    return near * (1 - v) + far * v


@kernel
def march(height: Field, eye: Field, lens: Field, sea: float, reach: float, depth: Field) -> None:
    """Fill `depth` with the distance along the ground: SKY where there is none, negative on water.

    `eye` is x, up, z, heading (in map units of CELL for x and z: see `lens`); `lens` is focal
    length and horizon row in pixels, and the size of a map cell.
    """
    rows_, columns = depth.shape
    for c in rows(columns):
        across = (F(c) - F(columns) * F(0.5) + F(0.5)) / lens[0]
        dx = np.sin(eye[3]) + np.cos(eye[3]) * across
        dz = np.cos(eye[3]) - np.sin(eye[3]) * across
        filled, t, before, row_before = rows_, F(0.02), F(0), F(1e9)
        while t < reach and filled > 0:
            h = ground_at(height, (eye[0] + dx * t) / lens[2], (eye[2] + dz * t) / lens[2])
            wet = h < sea
            h = max(h, sea)
            row = lens[1] - (h - eye[1]) / t * lens[0]
            top = max(0, int(np.ceil(row)))
            _fill(depth, c, top, filled, row, row_before, t, before)
            if wet:
                _flood(depth, c, top, filled, lens[1], (eye[1] - sea) * lens[0], t)
            filled = min(filled, top)
            before, row_before = t, row
            t += max(F(0.0045), t * F(0.0075))
        for r in range(filled):
            depth[r, c] = F(SKY)


@inline
def _fill(
    depth: Field, c: int, top: int, end: int, row: float, row_before: float, t: float, before: float
) -> None:
    for r in range(top, end):
        k = F(1)
        if row_before > row and row_before < 1e8:
            k = min(F(1), max(F(0), (row_before - F(r)) / (row_before - row)))
        depth[r, c] = F(1) / ((F(1) - k) / max(before, F(1e-3)) + k / t)


@inline
def _flood(depth: Field, c: int, top: int, end: int, horizon: float, drop: float, t: float) -> None:
    for r in range(top, end):
        below = F(r) + F(0.5) - horizon
        depth[r, c] = -(drop / below if below > F(0.01) else t)


@kernel
def march_mirrored(
    height: Field, eye: Field, lens: Field, sea: float, reach: float, depth: Field
) -> None:
    """Fill `depth` with what the water mirrors: the land seen from below the sea, coarsely."""
    rows_, columns = depth.shape
    side = height.shape[0]
    for c in rows(columns):
        across = (F(c) - F(columns) * F(0.5) + F(0.5)) / lens[0]
        dx = np.sin(eye[3]) + np.cos(eye[3]) * across
        dz = np.cos(eye[3]) - np.sin(eye[3]) * across
        for r in range(rows_):
            depth[r, c] = F(SKY)
        filled, t = min(rows_, int(lens[1]) + 1), F(0.03)
        while t < reach and filled > 0:
            x = folded(int(np.floor((eye[0] + dx * t) / lens[2])), side)
            z = folded(int(np.floor((eye[2] + dz * t) / lens[2])), side)
            h = height[z, x]
            row = lens[1] - (h - (F(2) * sea - eye[1])) / t * lens[0]
            top = max(0, int(row)) if h > sea else filled
            for r in range(top, filled):
                depth[r, c] = t
            filled = min(filled, top)
            t += max(F(0.008), t * F(0.016))


@inline
def clear_sky(dx: float, dy: float, dz: float, sky: Field) -> Terms:
    """Return what the channels of the clear sky share, in a direction of unit length.

    `sky` has rows: sun vector, sun colour, horizon, zenith. The terms are how hazy, how sunny,
    a star's light, how cloudy, and how lit the cloud is.
    """
    toward = dx * sky[0, 0] + dy * sky[0, 1] + dz * sky[0, 2]
    up = max(dy, F(0))
    haze, low = np.exp(-up * F(4.5)), np.exp(-up * F(14))
    g = max(toward, F(0))
    g2 = g * g
    g6 = g2 * g2 * g2
    glow = g6 * F(0.35) + g6**6 * F(0.5) + g6**150 * F(8)
    warm = glow * (F(0.4) + F(0.6) * haze) + low * F(0.35) * (F(0.5) + F(0.5) * toward)
    return haze, warm, F(0), F(0), F(0)


@inline
def sky_light(terms: Terms, sky: Field, c: int) -> float:
    """Return one channel of the sky from its terms."""
    base = sky[3, c] * (F(1) - terms[0]) + sky[2, c] * terms[0] + sky[1, c] * terms[1] + terms[2]
    white = sky[1, c] * terms[4] + sky[2, c] * F(0.35)
    return base * (F(1) - terms[3]) + white * F(0.62) * terms[3]


@inline
def cloud_at(cloud: Field, dx: float, dy: float, dz: float, time: float, layer: int) -> float:
    """Return a cloud map's value where a direction meets the layer of clouds."""
    side = cloud.shape[0]
    far = F(1) / (dy + F(0.06))
    u, v = dx * far * F(0.21) + time * F(0.006), dz * far * F(0.21) + time * F(0.002)
    x, z = (u - np.floor(u)) * side, (v - np.floor(v)) * side
    x0, z0 = int(x) % side, int(z) % side
    x1, z1 = (x0 + 1) % side, (z0 + 1) % side
    a, b = x - np.floor(x), z - np.floor(z)
    near = cloud[z0, x0, layer] * (1 - a) + cloud[z0, x1, layer] * a
    far_row = cloud[z1, x0, layer] * (1 - a) + cloud[z1, x1, layer] * a
    return near * (1 - b) + far_row * b


@inline
def full_sky(dx: float, dy: float, dz: float, sky: Field, cloud: Field, air: Field) -> Terms:
    """Return the terms of the sky with clouds and, at night, stars."""
    terms = clear_sky(dx, dy, dz, sky)
    if dy <= F(0.015):
        return terms
    thick = cloud_at(cloud, dx, dy, dz, air[0], 0)
    alpha = min(F(1), max(F(0), (thick - (F(1) - air[1])) / F(0.22)))
    alpha = alpha * alpha * (F(3) - F(2) * alpha) * min(F(1), (dy - F(0.015)) * F(9)) * F(0.93)
    lit = cloud_at(cloud, dx, dy, dz, air[0], 1)
    glow = max(F(0), dx * sky[0, 0] + dy * sky[0, 1] + dz * sky[0, 2]) ** 8
    white = F(0.35) + F(1.15) * lit + glow * F(1.2)
    return terms[0], terms[1], _star(dx, dy, dz) * air[3], alpha, white


@inline
def _star(dx: float, dy: float, dz: float) -> float:
    """Return a star's light, where there is one."""
    spread = F(170) / (dy + F(0.35))
    u, v = dx * spread, dz * spread
    chance = hash01(int(np.floor(u)), int(np.floor(v)), 5)
    off = (u - np.floor(u) - F(0.5)) ** 2 + (v - np.floor(v) - F(0.5)) ** 2
    return max(F(0), chance - F(0.985)) * F(75) * max(F(0), F(1) - off * F(9))


@inline
def ripple(x: float, z: float, time: float) -> float:
    """Return the height of small waves."""
    a = value(x + time * F(1.3), z * F(1.4) + time * F(0.7), 7)
    b = value(x * F(2.7) - time * F(1.1), z * F(2.7) + time * F(1.7), 8)
    return a + F(0.5) * b + F(0.25) * value(x * 6 - time * F(2.1), z * 7 + time * F(2.7), 9)


@inline
def _tilt(x: float, z: float, d: float, time: float) -> tuple[float, float]:
    """Return how waves tilt the water at a place seen from `d` away."""
    x, z = x * F(34), z * F(34)
    calm = min(F(1), F(2) / (F(1) + d * F(2.5))) * F(0.55)
    here = ripple(x, z, time)
    across = ripple(x + F(0.12), z, time) - here
    along = ripple(x, z + F(0.12), time) - here
    return -across * calm, -along * calm


@kernel
def shade(
    depth: Field,
    mirrored: Field,
    colour: Field,
    eye: Field,
    lens: Field,
    sky: Field,
    cloud: Field,
    air: Field,
    out: Field,
) -> None:
    """Fill `out` with linear light. `air` is time, cloud cover, haze, stars, detail."""
    rows_, columns = depth.shape
    for r in rows(rows_):
        rise = (lens[1] - F(r) - F(0.5)) / lens[0]
        for c in range(columns):
            across = (F(c) - F(columns) * F(0.5) + F(0.5)) / lens[0]
            dx = np.sin(eye[3]) + np.cos(eye[3]) * across
            dz = np.cos(eye[3]) - np.sin(eye[3]) * across
            n = F(1) / np.sqrt(dx * dx + rise * rise + dz * dz)
            d = depth[r, c]
            if d >= F(1e8):
                _paint_sky(out, r, c, dx * n, rise * n, dz * n, sky, cloud, air)
            elif d < 0:
                _paint_water(
                    out, r, c, dx, rise, dz, mirrored, colour, eye, lens, sky, cloud, air, -d
                )
            else:
                _paint_ground(out, r, c, dx, dz, d, colour, eye, lens, sky, air)


@inline
def _paint_sky(
    out: Field,
    r: int,
    c: int,
    dx: float,
    dy: float,
    dz: float,
    sky: Field,
    cloud: Field,
    air: Field,
) -> None:
    terms = full_sky(dx, dy, dz, sky, cloud, air)
    for k in range(3):
        out[r, c, k] = sky_light(terms, sky, k)


@inline
def ground_colour(colour: Field, x: float, z: float, k: int) -> float:
    """Return one channel of the lit ground between four map points."""
    side = colour.shape[0]
    fx, fz = np.floor(x), np.floor(z)
    u, v = x - fx, z - fz
    x0, x1 = folded(int(fx), side), folded(int(fx) + 1, side)
    z0, z1 = folded(int(fz), side), folded(int(fz) + 1, side)
    near = colour[z0, x0, k] * (1 - u) + colour[z0, x1, k] * u
    far = colour[z1, x0, k] * (1 - u) + colour[z1, x1, k] * u
    return near * (1 - v) + far * v


@inline
def _paint_ground(
    out: Field,
    r: int,
    c: int,
    dx: float,
    dz: float,
    d: float,
    colour: Field,
    eye: Field,
    lens: Field,
    sky: Field,
    air: Field,
) -> None:
    x, z = (eye[0] + dx * d) / lens[2], (eye[2] + dz * d) / lens[2]
    haze = F(1) - np.exp(-d * d * air[2])
    detail = F(1)
    if d < F(2.5):
        near = (F(1) - d / F(2.5)) * air[4]
        rough = value(x * F(1.7), z * F(1.7), 3) + F(0.6) * value(x * F(4.3), z * F(4.3), 4)
        detail = F(1) + near * (rough + F(0.4) * value(x * 11, z * 11, 5) - F(1))
    n = F(1) / np.sqrt(dx * dx + dz * dz)
    terms = clear_sky(dx * n, F(0.03), dz * n, sky)
    for k in range(3):
        far = sky_light(terms, sky, k)
        out[r, c, k] = ground_colour(colour, x, z, k) * detail * (F(1) - haze) + far * haze


@inline
def _paint_water(
    out: Field,
    r: int,
    c: int,
    dx: float,
    dy: float,
    dz: float,
    mirrored: Field,
    colour: Field,
    eye: Field,
    lens: Field,
    sky: Field,
    cloud: Field,
    air: Field,
    d: float,
) -> None:
    rows_, columns = mirrored.shape
    nx, nz = _tilt(eye[0] + dx * d, eye[2] + dz * d, d, air[0])
    n = F(1) / np.sqrt(dx * dx + dy * dy + dz * dz)
    vx, vy, vz = dx * n, dy * n, dz * n
    dot = vx * nx + vy + vz * nz
    mx, my, mz = vx - 2 * dot * nx, abs(vy - 2 * dot) + F(0.01), vz - 2 * dot * nz
    row = int(2 * lens[1] - r - 1 + nz * lens[0] * F(0.35))
    col = min(columns - 1, max(0, int(c + nx * lens[0] * F(0.35))))
    seen = mirrored[min(rows_ - 1, max(0, row)), col]
    fresnel = F(0.03) + F(0.97) * (F(1) - min(F(1), max(F(0), -vy))) ** 5
    haze = F(1) - np.exp(-d * d * air[2])
    across = (F(col) - F(columns) * F(0.5) + F(0.5)) / lens[0]
    px = (eye[0] + (np.sin(eye[3]) + np.cos(eye[3]) * across) * seen) / lens[2]
    pz = (eye[2] + (np.cos(eye[3]) - np.sin(eye[3]) * across) * seen) / lens[2]
    hidden = F(1) - np.exp(-seen * seen * air[2])
    beyond, above = clear_sky(vx, F(0.03), vz, sky), full_sky(mx, my, mz, sky, cloud, air)
    for k in range(3):
        far = sky_light(beyond, sky, k)
        image = sky_light(above, sky, k)
        if seen < F(1e8):
            image = ground_colour(colour, px, pz, k) * (F(1) - hidden) + far * hidden
        lit = (sky[1, k] * F(0.012) + F(0.006) * k) * (F(1) - fresnel) + image * fresnel
        out[r, c, k] = lit * (F(1) - haze) + far * haze
