"""A height field for a picture, and light on it: what is round is seen to be round."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, inline, kernel, rows
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
SCALES = (0.5, 1.0, 2.0, 4.0)
HALF = 2
OUTLINE = 26.0
LEAST = 0.03
"""Added below the root, whose slope would else make much of what is nearly nothing."""


class Surface(NamedTuple):
    """A relief: its height 0 to about 1, and its normals (across, down, towards us)."""

    up: Field
    across: Field
    down: Field
    towards: Field


def inflated(picture: Picture, *, round_by: float, features: float, steep: float) -> Surface:
    """Return forms blown up between their outlines, at half the picture's size.

    Height sinks around outlines at several scales, which is near to a membrane that is held at
    them (as `subjects.inflate` solves it) but moves smoothly with the picture. `round_by` is a
    part of the height; `features` is how much of brightness is height, too, as of a nose or lips.
    """
    height, width = picture.shape[:2]
    size = max(2, width // HALF), max(2, height // HALF)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    calm = cv2.GaussianBlur(lab, (0, 0), 1.0)
    gx, gy = cv2.Sobel(calm, cv2.CV_32F, 1, 0), cv2.Sobel(calm, cv2.CV_32F, 0, 1)
    strong = np.sqrt((gx * gx + gy * gy).sum(-1))
    outline = 1 - np.exp(-((strong / OUTLINE) ** 2) * 0.12)
    up = np.zeros(outline.shape, np.float32)
    for scale in SCALES:
        sigma = max(0.8, scale * round_by * height / HALF / 2)
        sunk = _soft(np.asarray(outline, np.float32), sigma)
        up -= np.sqrt(np.maximum(sunk, 0) + np.float32(LEAST)) * np.float32(0.25)
    fine = cv2.GaussianBlur(calm[..., 0], (0, 0), max(0.8, height / HALF / 150))
    wide = _soft(fine, max(2.0, height / HALF / 14))
    up = up + 1 + np.clip((fine - wide) / 100, -0.5, 0.5) * np.float32(features)
    return lit_ready(np.asarray(up, np.float32), steep * height / HALF / 12)


def lit_ready(up: Field, steep: float) -> Surface:
    """Return a height field with its normals."""
    across = cv2.Sobel(up, cv2.CV_32F, 1, 0, scale=-steep / 8)
    down = cv2.Sobel(up, cv2.CV_32F, 0, 1, scale=-steep / 8)
    towards = 1 / np.sqrt(1 + across * across + down * down)
    return Surface(
        up, *(np.asarray(e, np.float32) for e in (across * towards, down * towards, towards))
    )


def diffuse(surface: Surface, light: tuple[float, float, float], wrap: float) -> Field:
    """Return light from a direction, which goes on round the forms by `wrap`, 0 to 1."""
    x, y, z = (np.float32(v) for v in np.array(light) / np.linalg.norm(light))
    facing = surface.across * x + surface.down * y + surface.towards * z
    return np.asarray(np.clip((facing + np.float32(wrap)) / np.float32(1 + wrap), 0, 1), np.float32)


def shine(surface: Surface, light: tuple[float, float, float], power: float) -> Field:
    """Return the highlight of a light (Blinn)."""
    return np.asarray(diffuse(surface, half_way(light), 0.0) ** np.float32(power), np.float32)


def half_way(light: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return the direction between a light and us."""
    way = np.array(light) / np.linalg.norm(light)
    return float(way[0]), float(way[1]), float(way[2] + 1)


def hollow(surface: Surface, wide: float) -> Field:
    """Return how much a place lies below what is around it: where little light comes in."""
    around = _soft(surface.up, max(1.0, wide * surface.up.shape[0]))
    return np.asarray(np.clip((around - surface.up) * 3, 0, 1), np.float32)


def cast(surface: Surface, light: tuple[float, float, float], reach: float) -> Field:
    """Return where higher places towards the light stand in its way, soft, 0 to 1."""
    length = max(2.0, reach * surface.up.shape[0])
    dark = np.zeros_like(surface.up)
    for part in (0.35, 0.7, 1.0):
        move = np.array(
            [[1, 0, -light[0] * length * part], [0, 1, -light[1] * length * part]], np.float32
        )
        size = surface.up.shape[1], surface.up.shape[0]
        there = cv2.warpAffine(surface.up, move, size, borderMode=cv2.BORDER_REPLICATE)
        dark = np.maximum(dark, np.clip((there - surface.up - 0.10 * part) * 3, 0, 1))
    return np.asarray(cv2.GaussianBlur(dark, (0, 0), max(1.0, length / 3)), np.float32)


def large(field: Field, picture: Picture) -> Field:
    """Return a field at the picture's size."""
    size = picture.shape[1], picture.shape[0]
    return np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _soft(field: Field, sigma: float) -> Field:
    """Return a field smoothed, on a smaller copy when that is enough."""
    down = max(1, int(sigma / 2.5))
    if down == 1:
        return np.asarray(cv2.GaussianBlur(field, (0, 0), sigma), np.float32)
    height, width = field.shape
    size = max(2, width // down), max(2, height // down)
    small = cv2.resize(field, size, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), sigma / down)
    wide = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    # Or the small copy's grid would be seen as soon as there is light on it.
    return np.asarray(cv2.GaussianBlur(wide, (0, 0), down * 0.7), np.float32)


@inline
def _towards(normal: tuple[float, float, float], light: Field, wrap: float) -> float:
    """Return how much light falls on a place; it goes on round the forms by `wrap`."""
    facing = normal[0] * light[0] + normal[1] * light[1] + normal[2] * light[2]
    return min(F(1), max(F(0), (facing + F(wrap)) / F(1 + wrap)))


@kernel
def moulded(forms: Picture, up: Field, dark: Field, lights: Field, steep: float) -> Picture:
    """Return forms of a colour, as high as `up`, in two lights.

    `lights` has a row for the key, the fill, and the half way to the key: a direction of length
    1, how far it goes round, and its colour. `dark` is what light is kept from a place.
    """
    height, width, _ = forms.shape
    out = np.empty_like(forms)
    for y in rows(height):
        above, below = max(0, y - 1), min(height - 1, y + 1)
        for x in range(width):
            left, right = max(0, x - 1), min(width - 1, x + 1)
            across = (up[y, left] - up[y, right]) * F(steep)
            down = (up[above, x] - up[below, x]) * F(steep)
            towards = F(1) / np.sqrt(F(1) + across * across + down * down)
            normal = (across * towards, down * towards, towards)
            key = _towards(normal, lights[0], lights[0, 3])
            fill = _towards(normal, lights[1], lights[1, 3])
            sheen = _towards(normal, lights[2], F(0)) ** F(18)
            for c in range(3):
                warm = F(0.1) + key * lights[0, 4 + c] + fill * lights[1, 4 + c]
                level = forms[y, x, c] * warm * (F(1) - dark[y, x]) + sheen * lights[2, 4 + c]
                out[y, x, c] = np.uint8(min(F(255), max(F(0), level)))
    return out


@kernel
def rendered(forms: Picture, fields: Field, colours: Field) -> Picture:
    """Return forms in light that goes into them.

    `fields` (height x width x 5): light on the surface, light under it, how hollow it is, the rim
    of light and the highlight. `colours`: what the first two and the rim are multiplied by.
    """
    height, width, _ = forms.shape
    out = np.empty_like(forms)
    for y in rows(height):
        for x in range(width):
            open_ = F(1) - F(0.26) * fields[y, x, 2]
            for c in range(3):
                under = fields[y, x, 0] * colours[0, c] + fields[y, x, 1] * colours[1, c]
                level = forms[y, x, c] * (F(0.42) + F(0.84) * under) * open_
                level += fields[y, x, 3] * colours[2, c]
                level += (F(255) - level) * fields[y, x, 4]
                out[y, x, c] = np.uint8(min(F(255), max(F(0), level)))
    return out
