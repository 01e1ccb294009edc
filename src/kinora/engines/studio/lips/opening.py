"""Where the edges of a mouth's opening go: from the face's own shape to the shape of a sound."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.lips.mouths import Mouth
from kinora.engines.studio.lips.shape import MouthShape

Field = NDArray[np.float32]

TALLEST = 0.66
"""How tall the opening of a loud "ah" is."""

OUT, IN = 0.11, 0.33
"""How far corners go out for "ee" and in for "oo"."""

KEPT = 0.35
"""How much of an opening that a face has by itself, such as a smile, stays while it speaks."""

UP = 0.17
"""Which part of an opening the upper lip makes; the rest is the jaw's and the lower lip's."""

JAW = 0.74
"""Which part of the lower lip's way the chin goes along."""

ROLLED = 0.12
TUCKED = 0.62
"""Which part of the lips goes out of sight when they are pressed, and of the lower at f."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A mouth's opening before and after, in half widths of the mouth, y down from its corners.

    `own_upper` and `own_lower` are the edges' middles in the frame as it is, `upper` and `lower`
    where they go, `half` where the corners go (1 stays), `jaw` how far down the chin goes,
    `hidden_above` and `hidden_below` how much of each lip rolls out of sight. `hole` is how wide
    the opening is between the corners (1 reaches them), `power` the bow of its edges (0.5 is an
    ellipse, 1 a parabola), and `pout` how much thicker the lips become.
    """

    own_upper: float
    own_lower: float
    upper: float
    lower: float
    half: float
    jaw: float
    hidden_above: float
    hidden_below: float
    hole: float
    power: float
    pout: float

    def own_edges(self, across: Field) -> tuple[Field, Field]:
        """Return the edges in the frame as it is; `across` is -1 to 1 between the corners."""
        bow = np.maximum(1 - across * across, 0)
        return self.own_upper * bow, self.own_lower * bow

    def edges(self, across: Field) -> tuple[Field, Field]:
        """Return where the edges go."""
        there = across / np.float32(self.half)
        flat = np.maximum(1 - there * there, 0)
        hole = np.maximum(1 - (there / np.float32(self.hole)) ** 2, 0)
        # The seam bows as the face's own does; only the opening takes the sound's form.
        line = (self.upper + self.lower) / 2 * flat
        tall = (self.lower - self.upper) / 2 * np.asarray(cv2.pow(hole, self.power), np.float32)
        return line - tall, line + tall


def opened(shape: MouthShape, mouth: Mouth, *, sure: float) -> Opening:
    """Return how a face's mouth opens for a sound; `sure` from 0 to 1 fades that out."""
    share = min(1.0, max(0.0, mouth.speaking * sure))
    own_upper, own_lower = shape.middle - shape.gap / 2, shape.middle + shape.gap / 2
    kept = KEPT * shape.gap * (1 - mouth.press) * (1 - 0.6 * mouth.round) * (1 - mouth.bite)
    gap = TALLEST * mouth.open * (1 - mouth.press) + kept
    gap = max(gap, 0.13 * mouth.bite)
    meet = own_upper + 0.40 * shape.gap
    above = UP + 0.30 * mouth.bite
    drop = gap * (1 - above)
    half = 1 + OUT * max(0.0, mouth.wide) - IN * max(mouth.round, 0.7 * max(0.0, -mouth.wide))
    return Opening(
        own_upper=own_upper,
        own_lower=own_lower,
        upper=own_upper + share * (meet - above * gap - own_upper),
        lower=own_lower + share * (meet + drop - own_lower),
        half=1 + share * (half - 1),
        jaw=share * JAW * (drop - (own_lower - meet) * 0.5),
        hidden_above=share * ROLLED * shape.lip_above * mouth.press,
        hidden_below=share * shape.lip_below * max(ROLLED * mouth.press, TUCKED * mouth.bite),
        hole=1 - share * (0.06 + 0.30 * mouth.round + 0.16 * mouth.bite),
        power=0.85 - share * 0.32 * mouth.round,
        pout=share * 0.35 * mouth.round,
    )
