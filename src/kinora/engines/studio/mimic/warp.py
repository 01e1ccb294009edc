"""Bends a picture by points that move: moving least squares with similarities.

"Image Deformation Using Moving Least Squares", Schaefer, McPhail and Warren, SIGGRAPH 2006.
"""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, kernel, rows

Points = NDArray[np.float32]
NEAR = 60.0
"""Square pixels below which nearness makes no difference."""

FALL = 1.15


@kernel
def bent(places: Points, source: Points, target: Points) -> Points:
    """Return where `places` (m x 2) go when the points `source` go to `target` (both n x 2)."""
    out = np.empty_like(places)
    count = len(source)
    for m in rows(len(places)):
        x, y = places[m, 0], places[m, 1]
        weights = np.empty(count, np.float32)
        total, px, py, qx, qy = F(0), F(0), F(0), F(0), F(0)
        for n in range(count):
            apart = (x - source[n, 0]) ** 2 + (y - source[n, 1]) ** 2 + F(NEAR)
            weight = apart ** F(-FALL)
            weights[n] = weight
            total += weight
            px, py = px + weight * source[n, 0], py + weight * source[n, 1]
            qx, qy = qx + weight * target[n, 0], qy + weight * target[n, 1]
        px, py, qx, qy = px / total, py / total, qx / total, qy / total
        along, across, size = F(0), F(0), F(1e-9)
        for n in range(count):
            ax, ay = source[n, 0] - px, source[n, 1] - py
            bx, by = target[n, 0] - qx, target[n, 1] - qy
            along += weights[n] * (ax * bx + ay * by)
            across += weights[n] * (ax * by - ay * bx)
            size += weights[n] * (ax * ax + ay * ay)
        cosine, sine = along / size, across / size
        out[m, 0] = cosine * (x - px) - sine * (y - py) + qx
        out[m, 1] = sine * (x - px) + cosine * (y - py) + qy
    return out


def warm() -> None:
    """Compile what a first run would wait for."""
    corners = np.array([[0, 0], [9, 0], [0, 9]], np.float32)
    bent(corners, corners, corners)
