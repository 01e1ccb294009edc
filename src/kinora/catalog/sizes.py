"""Sizes that follow a picture."""

import math

STEP = 16
WIDEST = 3.0
"""Films from pictures are at most this many times as wide as high, or as high as wide."""

LONGEST_STILL = 2048


def film_like(size: tuple[int, int], *, area: int) -> tuple[int, int]:
    """Return a film's size with a picture's aspect and about `area` pixels, in steps of 16.

    The hosted service does the same (its example is 992x944 at 720p). Very long pictures are cut
    to 3:1, for films of a few pixels' height serve nobody.
    """
    aspect = min(WIDEST, max(1 / WIDEST, size[0] / size[1]))
    height = math.sqrt(area / aspect)
    return _step(height * aspect), _step(height)


def picture_like(size: tuple[int, int]) -> tuple[int, int]:
    """Return a still's size: the picture's own, its long edge at most 2048, at least 64 a side."""
    scale = min(1.0, LONGEST_STILL / max(size))
    return max(64, round(size[0] * scale)), max(64, round(size[1] * scale))


def _step(length: float) -> int:
    return max(STEP, round(length / STEP) * STEP)
