"""Cells around points: square tiles that turn with the picture, panes that keep to its colours."""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, kernel, rows, serial

Field = NDArray[np.float32]
Labels = NDArray[np.int32]
BANDS = 8
FAR = 1e9


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
            px, py, side = points[n, 0], points[n, 1], sides[n]
            reach = side * F(1.5)
            cosine, sine = np.cos(angles[n]) / side, np.sin(angles[n]) / side
            for y in range(max(top, int(py - reach)), min(bottom, int(py + reach) + 2)):
                for x in range(max(0, int(px - reach)), min(width, int(px + reach) + 2)):
                    dx, dy = F(x) + F(0.5) - px, F(y) + F(0.5) - py
                    away = max(abs(dx * cosine + dy * sine), abs(dy * cosine - dx * sine))
                    if away < first[y, x]:
                        second[y, x] = first[y, x]
                        first[y, x] = away
                        labels[y, x] = n
                    elif away < second[y, x]:
                        second[y, x] = away
    return labels, first, second


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
            reach = side * F(1.7)
            for y in range(max(top, int(py - reach)), min(bottom, int(py + reach) + 2)):
                for x in range(max(0, int(px - reach)), min(width, int(px + reach) + 2)):
                    dx, dy = (F(x) + F(0.5) - px) / side, (F(y) + F(0.5) - py) / side
                    away = dx * dx + dy * dy
                    for c in range(3):
                        apart = picture[y, x, c] - colours[n, c]
                        away += apart * apart
                    away = np.sqrt(away)
                    if away < first[y, x]:
                        second[y, x] = first[y, x]
                        first[y, x] = away
                        labels[y, x] = n
                    elif away < second[y, x]:
                        second[y, x] = away
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
