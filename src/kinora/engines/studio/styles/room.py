"""Draws a film in a style."""

from collections.abc import Iterator

import numpy as np

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles.pieces import Grain
from kinora.engines.studio.styles.steady import Steady
from kinora.engines.studio.styles.table import HELD, STYLES
from kinora.ports.engine import Shape


def styled(frames: Iterator[Picture], style: str, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield frames in a style by its name; empty and unknown names change nothing."""
    draw = STYLES.get(style)
    if draw is None:
        yield from frames
        return
    steady = Steady(shape.width, shape.height, seed)
    held = HELD.get(style, 1)
    drawn: Picture | None = None
    for number, frame in enumerate(frames):
        calm = steady.step(frame)
        if drawn is None or steady.cut or number % held == 0:
            drawn = np.ascontiguousarray(draw(calm, Grain(steady.noise, steady.shift)))
        yield drawn
