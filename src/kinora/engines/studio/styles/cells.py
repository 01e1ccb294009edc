"""Cells around points: square tiles that turn with the picture, panes that keep to its colours."""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, inline, kernel, rows, serial

Field = NDArray[np.float32]
Labels = NDArray[np.int32]
BANDS = 8
FAR = 1e9


@inline
def lay_square(
    labels: Labels,
    first: Field,
    second: Field,
    n: int,
    px: float,
    py: float,
    side: float,
    angle: float,
    top: int,
    bottom: int,
) -> None:
    """Give tile `n` the pixels between two rows whose nearest it is."""
    reach = side * F(1.5)
    cosine, sine = np.cos(angle) / side, np.sin(angle) / side
    left, right = max(0, int(px - reach)), min(labels.shape[1], int(px + reach) + 2)
    for y in range(max(top, int(py - reach)), min(bottom, int(py + reach) + 2)):
        for x in range(left, right):
            dx, dy = F(x) + F(0.5) - px, F(y) + F(0.5) - py
            away = max(abs(dx * cosine + dy * sine), abs(dy * cosine - dx * sine))
            if away < first[y, x]:
                second[y, x] = first[y, x]
                first[y, x] = away
                labels[y, x] = n
            elif away < second[y, x]:
                second[y, x] = away


@kernel
def squares(points: Field, angles: Field, sides: Field, size: tuple[int, int]) -> "Cells":
    """Return each pixel's tile, and how near its edge is: 1 in the middle, 0 between two tiles.

    Cells by the largest norm in each tile's own direction (Hausner, "Simulating Decorative
    Mosaics", SIGGRAPH 2001). Size: width, height.
    """
    width, height = size
    labels = np.full((height, width), -1, np.int32)
    first, second = np.full((height, width), F(FAR)), np.full((height, width), F(FAR))
    for band in rows(BANDS):
        top, bottom = height * band // BANDS, height * (band + 1) // BANDS
        for n in range(len(points)):
            px, py = points[n, 0], points[n, 1]
            lay_square(labels, first, second, n, px, py, sides[n], angles[n], top, bottom)
    return labels, first, second


@inline
def lay_pane(
    labels: Labels,
    first: Field,
    second: Field,
    n: int,
    px: float,
    py: float,
    side: float,
    colours: Field,
    picture: Field,
    top: int,
    bottom: int,
) -> None:
    """Give pane `n` the pixels between two rows whose nearest it is."""
    reach = side * F(1.7)
    red, green, blue = colours[n, 0], colours[n, 1], colours[n, 2]
    left, right = max(0, int(px - reach)), min(labels.shape[1], int(px + reach) + 2)
    for y in range(max(top, int(py - reach)), min(bottom, int(py + reach) + 2)):
        for x in range(left, right):
            dx, dy = (F(x) + F(0.5) - px) / side, (F(y) + F(0.5) - py) / side
            r, g, b = picture[y, x, 0] - red, picture[y, x, 1] - green, picture[y, x, 2] - blue
            away = np.sqrt(dx * dx + dy * dy + r * r + g * g + b * b)
            # As in `lay_square`: a function for both would take twice as long.
            if away < first[y, x]:
                second[y, x] = first[y, x]
                first[y, x] = away
                labels[y, x] = n
            elif away < second[y, x]:
                second[y, x] = away


@kernel
def panes(points: Field, sides: Field, colours: Field, picture: Field) -> "Cells":
    """Return each pixel's pane by distance and colour, as one turn of SLIC (Achanta et al., 2012).

    `picture` and `colours`, one for each point, are in units in which 1 weighs as a side does.
    """
    height, width, _ = picture.shape
    labels = np.full((height, width), -1, np.int32)
    first, second = np.full((height, width), F(FAR)), np.full((height, width), F(FAR))
    for band in rows(BANDS):
        top, bottom = height * band // BANDS, height * (band + 1) // BANDS
        for n in range(len(points)):
            px, py, side = points[n, 0], points[n, 1], sides[n]
            lay_pane(labels, first, second, n, px, py, side, colours, picture, top, bottom)
    return labels, first, second


@serial
def sums(labels: Labels, picture: NDArray[np.uint8], count: int) -> Field:
    """Return for each cell its pixels' sums of red, green, blue, across, down, and their count."""
    total = np.zeros((count, 6), np.float32)
    height, width = labels.shape
    for y in range(height):
        for x in range(width):
            n = labels[y, x]
            if n < 0:
                continue
            for c in range(3):
                total[n, c] += picture[y, x, c]
            total[n, 3] += x + F(0.5)
            total[n, 4] += y + F(0.5)
            total[n, 5] += 1
    return total


Cells = tuple[Labels, Field, Field]
"""Each pixel's cell, -1 for none, its distance from the cell's point, and from the next one's."""
