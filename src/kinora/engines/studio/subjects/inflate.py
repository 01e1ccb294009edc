"""From a sign of the emoji font to a relief that can be lit: a figure like a vinyl toy.

The silhouette is blown up by solving Poisson's equation on it (after "Repousse", Joshi and Carr,
2008), and so is every field between its ink lines, so that the lines become grooves.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
import skia
from numpy.typing import NDArray

Field = NDArray[np.float32]
Levels = NDArray[np.uint8]
DRAWN = 720
"""Pixels at which a sign is drawn before it is made as large as it is needed."""

MARGIN = DRAWN // 40
BELOW = MARGIN - 4
"""Of the margin below, so much is cut off in the end: a figure stands on its lowest row."""

STROKE = 26
"""Width of the font's lines at that size."""

SOLVED = 144
SWEEPS = (220, 160, 120)
SMALL_PART = 0.10
SMALL_HOLE = 0.5
SOLID_INK = 0.72


@dataclass(frozen=True, slots=True)
class Figure:
    """A sign in relief; all fields are height x width.

    `alpha` is its silhouette, `up` its height above the picture in pixels, `ink` how much a place
    is line or dark field, `part` how much it is one of the small fields: eyes, windows, spots.
    """

    alpha: Field
    up: Field
    ink: Field
    part: Field


def make_figure(sign: str, *, height: int, outlined: bool) -> Figure:
    """Return a sign in relief, `height` pixels high; `outlined` keeps its outer lines dark."""
    line = _draw(sign)
    fill = _silhouette(line)
    scale = height / (line.shape[0] - BELOW)
    size = (max(8, round(line.shape[1] * scale)), height)
    inside = ((fill > 0.5) & (line < 0.5)).astype(np.uint8)
    solid = float(inside.sum()) < (1 - SOLID_INK) * float((fill > 0.5).sum())
    fields, ink, part = _solid(inside) if solid else _drawn(inside, line, fill, outlined=outlined)
    up = _blown(fill) * 0.80 + fields * 0.34
    shrunk = [
        cv2.resize(each[:-BELOW], size, interpolation=cv2.INTER_AREA)
        for each in (fill, up, ink, part)
    ]
    alpha, up, ink, part = (np.asarray(each, np.float32) for each in shrunk)
    up = cv2.GaussianBlur(up, (0, 0), max(0.6, height / 300)) * min(size) * 0.34
    return Figure(np.clip(alpha, 0, 1), np.asarray(up, np.float32), np.clip(ink, 0, 1), part)


def proportion(sign: str) -> float:
    """Return the width of a figure of height 1."""
    height, width = _draw(sign).shape
    return width / (height - BELOW)


@cache
def _face() -> skia.Typeface:
    """Return the emoji font, which travels with the engine."""
    path = files("kinora.engines.studio.fonts") / "NotoEmoji.ttf"
    return skia.Typeface.MakeFromData(skia.Data.MakeWithCopy(path.read_bytes()))


def _draw(sign: str) -> Field:
    """Return a sign's ink, 0 to 1, cut to its borders with a margin."""
    font = skia.Font(_face(), DRAWN * 0.8)
    surface = skia.Surface(int(DRAWN * 1.3), int(DRAWN * 1.3))
    surface.getCanvas().drawString(sign, DRAWN * 0.1, DRAWN, font, skia.Paint(AntiAlias=True))
    ink = surface.toarray()[..., 3].astype(np.float32) / 255
    rows, columns = np.where(ink > 0.05)
    cut = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return np.pad(cut, MARGIN)


def _silhouette(line: Field) -> Field:
    """Return what the lines enclose, small gaps closed."""
    reach = DRAWN // 60
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    closed = cv2.morphologyEx((line > 0.4).astype(np.uint8), cv2.MORPH_CLOSE, shape)
    outside = np.zeros((closed.shape[0] + 2, closed.shape[1] + 2), np.uint8)
    flooded = closed.copy()
    cv2.floodFill(flooded, outside, (0, 0), 1)
    filled = np.where(flooded == 0, 1, closed).astype(np.float32)
    smaller = cv2.erode(filled, np.ones((5, 5), np.uint8))
    return np.asarray(cv2.GaussianBlur(smaller, (0, 0), 2.0), np.float32)


def _inner_ink(line: Field, fill: Field) -> Field:
    """Return the ink without the outline, which a sculpture does not have; dark fields stay."""
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (STROKE + 5, STROKE + 5))
    thick = cv2.morphologyEx(line, cv2.MORPH_OPEN, shape)
    inside = (fill > 0.5).astype(np.uint8)
    depth = np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, 5), np.float32)
    inner = np.clip((depth - 1.5 * STROKE) / (0.4 * STROKE), 0, 1)
    return np.asarray(np.maximum(thick, line * inner), np.float32)


def _drawn(
    inside: Levels, line: Field, fill: Field, *, outlined: bool
) -> tuple[Field, Field, Field]:
    """Return relief, ink and small fields of a sign that is drawn with lines."""
    ink = line if outlined else _inner_ink(line, fill)
    return _blown(inside.astype(np.float32)), ink, _small(inside, SMALL_PART)


def _solid(inside: Levels) -> tuple[Field, Field, Field]:
    """Return the same of a sign that is filled with ink: its body is the ink.

    What was left white in it is dark when it is small, as eyes are, and light when it is not.
    """
    dark = _small(inside, SMALL_HOLE)
    return np.zeros_like(dark), dark, np.asarray(inside - dark, np.float32)


def _small(inside: Levels, share: float) -> Field:
    """Return which of the fields are less than a share of the largest one."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    areas[0] = 0
    small = areas < areas.max() * share
    return np.where(labels > 0, small[labels], False).astype(np.float32)


def _blown(mask: Field) -> Field:
    """Return the square root of Poisson's solution on a mask, 0 to 1, coarse to fine."""
    longest = max(mask.shape)
    height: Field | None = None
    for level, sweeps in zip((4, 2, 1), SWEEPS, strict=True):
        scale = min(1.0, SOLVED / level / longest)
        size = (max(6, round(mask.shape[1] * scale)), max(6, round(mask.shape[0] * scale)))
        inside = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.float32)
        start = np.zeros_like(inside) if height is None else cv2.resize(height, size) * 4.0
        height = _relaxed(np.asarray(start, np.float32), inside, sweeps)
    solved = np.zeros((1, 1), np.float32) if height is None else height
    grown = cv2.resize(
        np.sqrt(np.maximum(solved, 0)), mask.shape[::-1], interpolation=cv2.INTER_CUBIC
    )
    grown = np.maximum(grown, 0) * np.clip(mask * 2, 0, 1)
    return np.asarray(grown / max(float(grown.max()), 1e-6), np.float32)


def _relaxed(height: Field, inside: Field, sweeps: int) -> Field:
    """Return Jacobi's iteration of the membrane under even pressure, held at the border."""
    kernel = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]], np.float32)
    for _ in range(sweeps):
        height = (cv2.filter2D(height, -1, kernel) + 0.25) * inside
    return np.asarray(height, np.float32)
