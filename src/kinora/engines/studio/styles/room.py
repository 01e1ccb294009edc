"""Draws a film in a style."""

from collections.abc import Iterator

import numpy as np

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles.steady import Steady
from kinora.engines.studio.styles.table import STYLES
from kinora.ports.engine import Shape

CRISP = ("pixel",)
"""Styles that must not be mixed with what came before: their colours are few."""

COMPILED = ("oil", "clay", "3d_animation", "low_poly", "mosaic", "stained_glass")
"""Styles that between them use every compiled loop."""


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
            if style not in CRISP:
                drawn = steady.settled(drawn)
        yield drawn


def still(picture: Picture, style: str, *, seed: int = 1) -> Picture:
    """Return one picture in a style."""
    height, width = picture.shape[:2]
    frame = Shape(width=width, height=height, frames=1, fps=0)
    return next(styled(iter([picture]), style, shape=frame, seed=seed))


def warm() -> None:
    """Compile what a first run would wait for."""
    noise = np.random.default_rng(1).integers(0, 255, (64, 96, 3), np.uint8)
    shape = Shape(width=96, height=64, frames=2, fps=2)
    for style in COMPILED:
        for _ in styled(iter([noise, np.roll(noise, 1, 1)]), style, shape=shape, seed=1):
            pass
