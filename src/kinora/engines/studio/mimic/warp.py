"""Bends a picture by points that move: moving least squares with similarities.

"Image Deformation Using Moving Least Squares", Schaefer, McPhail and Warren, SIGGRAPH 2006.
"""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]
NEAR = 60.0
"""Square pixels below which nearness makes no difference."""

FALL = 1.15


def bent(places: Points, source: Points, target: Points) -> Points:
    """Return where `places` (m x 2) go when the points `source` go to `target` (both n x 2)."""
    apart = ((places[:, None] - source[None]) ** 2).sum(-1) + np.float32(NEAR)
    weights = apart ** np.float32(-FALL)
    total = weights.sum(1, keepdims=True)
    middle, goal = (weights @ source) / total, (weights @ target) / total
    p, q = source[None] - middle[:, None], target[None] - goal[:, None]
    along = (weights * (p * q).sum(-1)).sum(1)
    across = (weights * (p[..., 0] * q[..., 1] - p[..., 1] * q[..., 0])).sum(1)
    size = (weights * (p * p).sum(-1)).sum(1) + np.float32(1e-9)
    cosine, sine = along / size, across / size
    rest = places - middle
    x = cosine * rest[:, 0] - sine * rest[:, 1] + goal[:, 0]
    y = sine * rest[:, 0] + cosine * rest[:, 1] + goal[:, 1]
    return np.stack([x, y], -1).astype(np.float32)
