"""A film made larger, 4K as a rule: carefully when it is short enough, else by the fast way.

Both ways undo the blur of the camera's pixels before they enlarge and keep new pixels between
their neighbours. The careful way first cleans each frame by its neighbours in time, and smooths
along edges afterwards.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.source import reading
from kinora.engines.studio.upscale.enlarge import Enlarger
from kinora.engines.studio.upscale.steady import steadied
from kinora.ports.engine import Shape

CARE = 300 * 3840 * 2160
"""Pixels in all up to which a film is enlarged the careful way: 300 frames of 4K."""

WORTH = 1.02
"""From which factor on a film is enlarged rather than only fitted."""


def frames(film: Path, *, shape: Shape, seed: int = 0) -> Iterator[Picture]:
    """Yield the larger film, frame by frame, cut to the shape's proportions."""
    given = _kept_size(film, shape)
    wanted = shape.width, shape.height
    if wanted[0] / given[0] < WORTH:
        yield from reading.frames(film, size=wanted, fps=shape.fps, count=shape.frames)
        return
    careful = shape.frames * shape.width * shape.height <= CARE
    pictures = reading.frames(film, size=given, fps=shape.fps, count=shape.frames)
    enlarge = Enlarger(given, wanted, careful)
    for number, picture in enumerate(steadied(pictures) if careful else pictures):
        yield enlarge(picture, seed=seed * 1009 + number)


def warm() -> None:
    """Compile what a first run would wait for."""
    tiny = np.zeros((12, 16, 3), np.uint8)
    Enlarger((16, 12), (32, 24), careful=True)(tiny, seed=1)


def _kept_size(film: Path, shape: Shape) -> tuple[int, int]:
    """Return width and height of the largest part of a film that has the shape's proportions."""
    told = reading.facts(film)
    scale = min(told.width / shape.width, told.height / shape.height)
    return max(8, round(shape.width * scale)), max(8, round(shape.height * scale))
