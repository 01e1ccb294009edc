"""A height field for a picture, and light on it: what is round is seen to be round."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

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
    half = np.array(light) / np.linalg.norm(light) + (0, 0, 1)
    return np.asarray(diffuse(surface, tuple(half), 0.0) ** np.float32(power), np.float32)


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
