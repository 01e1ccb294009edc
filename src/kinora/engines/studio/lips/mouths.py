"""What a mouth does while it speaks: one value for each frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OPEN, WIDE, ROUND, PRESS, BITE, TONGUE, SPEAKING = range(7)
"""The columns of a timeline."""

COLUMNS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Mouth:
    """A mouth at one moment; all at 0 is a mouth that rests.

    `open`: the jaw, from 0 (lips meet) to 1 (as far as in a loud "ah").
    `wide`: the corners, from -1 (drawn in as far as they go) to 1 (drawn out as in "ee").
    `round`: the lips put forward, from 0 to 1 as in "oo".
    `press`: the lips pressed together by m, b or p, from 0 to 1.
    `bite`: the lower lip at the upper teeth, as in f or v, from 0 to 1.
    `tongue`: the tip of the tongue raised, as in l, n or th, from 0 to 1.
    `speaking`: from 0 (silence: the face's own mouth is left as it is) to 1.
    """

    open: float = 0.0
    wide: float = 0.0
    round: float = 0.0
    press: float = 0.0
    bite: float = 0.0
    tongue: float = 0.0
    speaking: float = 1.0


@dataclass(frozen=True, slots=True)
class Mouths:
    """A timeline: `values` is frames x 7 (open, wide, round, press, bite, tongue, speaking)."""

    values: NDArray[np.float32]
    fps: float

    def __len__(self) -> int:
        return len(self.values)

    def at(self, frame: int) -> Mouth:
        """Return the mouth of a frame; beyond the end it rests."""
        if not 0 <= frame < len(self.values):
            return Mouth(speaking=0.0)
        told = [float(value) for value in self.values[frame]]
        return Mouth(
            open=told[OPEN],
            wide=told[WIDE],
            round=told[ROUND],
            press=told[PRESS],
            bite=told[BITE],
            tongue=told[TONGUE],
            speaking=told[SPEAKING],
        )
