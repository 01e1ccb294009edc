"""A reel is what a room of the studio gives back: frames one by one, and sound if wanted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""Height x width x 3, RGB, 0 to 255, C-contiguous."""

Waves = NDArray[np.float32]
"""Samples x 2, stereo, -1 to 1, at `RATE` samples a second."""

RATE = 48_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reel:
    """Frames as they are made, and a way to make the sound that fits them.

    `frames` yields exactly as many pictures as the shape asks, each of exactly its size;
    never more than a few are held in memory. `sound` is None when no sound was asked for.
    """

    frames: Iterator[Picture]
    sound: Callable[[], Waves] | None = None
