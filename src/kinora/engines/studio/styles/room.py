"""Draws a film in a style."""

from collections.abc import Iterator

import numpy as np

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles.steady import Steady
from kinora.engines.studio.styles.table import STYLES
from kinora.ports.engine import Shape


def styled(frames: Iterator[Picture], style: str, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield frames in a style by its name; empty and unknown names change nothing."""
    begin = STYLES.get(style)
    if begin is None:
        yield from frames
        return
    draw = begin()
    steady = Steady(shape.width, shape.height, seed)
    drawn: Picture | None = None
    for frame in frames:
        calm = steady.step(frame)
        if drawn is None or not steady.still:
            drawn = np.ascontiguousarray(draw(calm, steady.grain))
        yield drawn


def still(picture: Picture, style: str, *, seed: int = 1) -> Picture:
    """Return one picture in a style."""
    height, width = picture.shape[:2]
    frame = Shape(width=width, height=height, frames=1, fps=0)
    return next(styled(iter([picture]), style, shape=frame, seed=seed))
