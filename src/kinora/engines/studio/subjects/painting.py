"""Loops over the pixels of figures and of the ground: shading and laying into a frame."""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, inline, kernel, rows
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
Levels = NDArray[np.uint8]


@inline
def _between(value: float) -> float:
    return min(F(1), max(F(0), value))


@inline
def _along(x: float, y: float, z: float, direction: Field) -> float:
    return x * direction[0] + y * direction[1] + z * direction[2]


@inline
def _facing(x: float, y: float, cosine: float, sine: float) -> tuple[float, float, float]:
    """Return the unit normal of a slope, turned about the upright axis."""
    size = F(1) / np.sqrt(x * x + y * y + F(0.55) * F(0.55))
    x, y, z = x * size, y * size, F(0.55) * size
    return cosine * x + sine * z, y, cosine * z - sine * x


@kernel
def shade(
    slopes: tuple[Field, Field],
    cover: tuple[Field, Field, Field],
    paints: Field,
    lights: Field,
    surface: Field,
) -> Field:
    """Return linear light, height x width x 3, of a relief; nothing where it is not seen.

    `slopes` are to the right and down. `cover` is the silhouette, the ink and the small parts;
    `paints` their three colours (body, ink, part). `lights` are five rows: from above, from
    below, the key's colour, the direction to the key, the direction of its glint. `surface` is
    how metallic, how shiny, and the cosine and sine of the yaw.
    """
    gx, gy = slopes
    alpha, ink, part = cover
    metal, shine, cosine, sine = surface[0], surface[1], surface[2], surface[3]
    sharp = F(20) + F(120) * shine
    strength = F(0.4) + F(1.3) * metal + shine
    height, width = gx.shape
    out = np.zeros((height, width, 3), np.float32)
    for y in rows(height):
        for x in range(width):
            if alpha[y, x] <= F(0):
                continue
            nx, ny, nz = _facing(-gx[y, x], -gy[y, x], cosine, sine)
            sky = (F(0.5) - F(0.5) * ny) ** F(1.3)
            wrapped = _between((_along(nx, ny, nz, lights[3]) + F(0.25)) / F(1.25)) ** F(1.2)
            mx, my, mz = F(2) * nx * nz, F(2) * ny * nz, F(2) * nz * nz - F(1)
            up = _between(F(0.5) - my * (F(1.5) + F(3) * shine))
            glint = _between(_along(nx, ny, nz, lights[4])) ** sharp
            seen = _between((_along(mx, my, mz, lights[3]) - F(0.55)) * F(5))
            bright = glint * (F(1.5) + F(4) * shine) + F(0.35) * seen
            rim = (F(1) - _between(nz)) ** 3 * (F(0.35) + F(0.65) * shine) * F(0.4)
            for c in range(3):
                above, below, key = lights[0, c], lights[1, c], lights[2, c]
                base = paints[0, c] + (paints[2, c] - paints[0, c]) * part[y, x]
                base += (paints[1, c] - base) * ink[y, x]
                ambient = below + (above - below) * sky
                diffuse = base * (ambient * F(1.25) + key * wrapped) * (F(1) - F(0.75) * metal)
                mirrored = below + (F(1.6) * above - below) * up + key * bright
                tint = base * metal + (F(1) - metal) * (F(0.05) + F(0.10) * shine)
                edge = rim * (above * F(0.9) + key * F(0.25))
                out[y, x, c] = diffuse + mirrored * tint * strength + edge
    return out


@kernel
def lay(frame: Picture, layer: Field, seen: Field, tables: tuple[Field, Levels]) -> None:
    """Paint a layer over a part of a frame, in place.

    `layer` is height x width x 4, linear light times alpha, and alpha; `seen` is for each row how
    much of the layer shows. `tables` lead from pixels to light and back. The layer's highlights
    are rolled off; the frame's already are.
    """
    to_light, to_pixels = tables
    height, width, _ = layer.shape
    last = F(to_pixels.shape[0] - 1)
    for y in rows(height):
        for x in range(width):
            alpha = _between(layer[y, x, 3])
            if alpha <= F(0.002):
                continue
            shown = alpha * seen[y]
            for c in range(3):
                paint = max(F(0), layer[y, x, c] / alpha)
                paint = paint / (F(1) + F(0.18) * paint * paint)
                behind = to_light[frame[y, x, c]]
                light = _between(behind + (paint - behind) * shown)
                frame[y, x, c] = to_pixels[int(light * last)]


@inline
def _seen_in(mirror: Field, y: int, x: int, c: int) -> float:
    return mirror[y, x, c] if mirror.shape[0] > 0 else F(0)


@kernel
def strew(
    strip: Picture,
    tile: Field,
    places: tuple[Field, Field, Field],
    soil: Field,
    mirror: Field,
    rolled: Field,
    tables: tuple[Field, Levels],
) -> None:
    """Paint the ground over a frame's lower strip, in place.

    `places` are for each pixel where in the tile it lies, along and in depth, both in tile pixels,
    and how much the ground covers it. `soil` is two rows: the dark colour and what to add for the
    light one. `mirror` (height x width x 3) is added light; empty when nothing is mirrored.
    """
    to_light, to_pixels = tables
    along, deep, fade = places
    height, width = along.shape
    side = tile.shape[0]
    last = F(to_pixels.shape[0] - 1)
    for y in rows(height):
        for x in range(width):
            sx, sy = along[y, x] + rolled[0], deep[y, x]
            fx, fy = np.floor(sx), np.floor(sy)
            u, v = F(sx - fx), F(sy - fy)
            x0, y0 = int(fx) % side, int(fy) % side
            x1, y1 = (x0 + 1) % side, (y0 + 1) % side
            first = tile[y0, x0] + (tile[y0, x1] - tile[y0, x0]) * u
            second = tile[y1, x0] + (tile[y1, x1] - tile[y1, x0]) * u
            rough = _between((first + (second - first) * v - F(0.30)) * F(2.2))
            for c in range(3):
                light = soil[0, c] + soil[1, c] * rough + _seen_in(mirror, y, x, c)
                behind = to_light[strip[y, x, c]]
                mixed = _between(behind + (light - behind) * fade[y, x])
                strip[y, x, c] = to_pixels[int(mixed * last)]
