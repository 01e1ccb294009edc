"""Sizes that follow a picture."""

import math

STEP = 16
WIDEST = 3.0
"""Films from pictures are at most this many times as wide as high, or as high as wide."""

UHD = (3840, 2160)
LONGEST_STILL = 2048
SHORTEST_STILL = 64


def film_like(size: tuple[int, int], *, area: int) -> tuple[int, int]:
    """Return a film's size with a picture's aspect and about `area` pixels, in steps of 16.

    The hosted service does the same (its example is 992x944 at 720p). Very long pictures are cut
    to 3:1, for films of a few pixels' height serve nobody.
    """
    aspect = min(WIDEST, max(1 / WIDEST, size[0] / size[1]))
    height = math.sqrt(area / aspect)
    return _step(height * aspect), _step(height)


def picture_like(size: tuple[int, int]) -> tuple[int, int]:
    """Return a still's size: the picture's own, long edge at most 2048, short edge at least 64.

    Only a picture more than 32 times as long as wide cannot have both, and is cut at 2048.
    """
    scale = max(min(1.0, LONGEST_STILL / max(size)), SHORTEST_STILL / min(size))
    return _within(size[0] * scale), _within(size[1] * scale)


def enlarged(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size with a film's aspect that fits 3840x2160 exactly, upright films 2160x3840.

    A film whose aspect is within a hundredth of 16:9 gets the whole of it.
    """
    wide, high = UHD if size[0] >= size[1] else UHD[::-1]
    if abs(size[0] / size[1] - wide / high) < wide / high / 100:
        return wide, high
    scale = min(wide / size[0], high / size[1])
    return even(size[0] * scale), even(size[1] * scale)


def even(length: float) -> int:
    """Return the nearest even number of pixels, which H.264 needs."""
    return max(2, round(length / 2) * 2)


def _within(length: float) -> int:
    return min(LONGEST_STILL, max(SHORTEST_STILL, round(length)))


def _step(length: float) -> int:
    return max(STEP, round(length / STEP) * STEP)
