"""Who speaks in a film: where the mouth is in each frame, and what it looks like at rest."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.lips.pose import Pose
from kinora.engines.studio.lips.shape import MouthShape
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]

REST_LEFT, REST_ABOVE, REST_BELOW = 1.5, 1.1, 1.4
"""How far around a mouth its look at rest is kept, in half widths."""

FINEST = 72
"""Pixels per half width in which it is kept at most."""


@dataclass(frozen=True, slots=True)
class Rest:
    """A mouth as it looks at rest: a levelled picture of it, `fine` pixels per half width.

    `restfulness` says how good an example it is, and `frame` when it was seen.
    """

    picture: Picture
    fine: float
    shape: MouthShape
    restfulness: float
    frame: int

    @staticmethod
    def of(
        frame: Picture, pose: Pose, shape: MouthShape, *, restfulness: float, number: int
    ) -> "Rest":
        """Return a mouth's look in a frame, which is its face's `number`th."""
        fine = min(float(FINEST), pose.half)
        wide = max(2, round(2 * REST_LEFT * fine))
        tall = max(2, round((REST_ABOVE + REST_BELOW) * fine))
        us, vs = np.meshgrid(
            (np.arange(wide, dtype=np.float32) + 0.5) / np.float32(fine) - np.float32(REST_LEFT),
            (np.arange(tall, dtype=np.float32) + 0.5) / np.float32(fine) - np.float32(REST_ABOVE),
        )
        xs, ys = pose.pixels(us, vs)
        seen = cv2.remap(frame, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return Rest(np.asarray(seen, np.uint8), fine, shape, restfulness, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout:
    """One face from one frame to another.

    `places` is frames x 5: x, y and half width of the mouth in pixels, roll in radians, and how
    surely the face is seen, 0 to 1. `edges` is frames x 2: the upper and the lower edge of the
    film's own mouth, in half widths. `stirred` from 0 to 1 is how much the film's own mouth
    moves, and `weight` how prominent the face is.
    """

    first: int
    places: Field
    edges: Field
    shape: MouthShape
    rest: Rest | None
    stirred: float
    weight: float

    @property
    def last(self) -> int:
        """The frame after the last."""
        return self.first + len(self.places)

    def pose(self, frame: int) -> Pose:
        """Return where the mouth is."""
        x, y, half, roll, sure = (float(value) for value in self.places[frame - self.first])
        return Pose(x, y, half, roll, sure)

    def own_shape(self, frame: int) -> MouthShape:
        """Return the shape of the film's own mouth."""
        upper, lower = (float(value) for value in self.edges[frame - self.first])
        shape = self.shape
        return MouthShape(upper, lower, shape.lip_above, shape.lip_below, shape.sure)


@dataclass(frozen=True, slots=True)
class Talker:
    """Who speaks in a film of `count` frames, face by face."""

    turnouts: tuple[Turnout, ...]
    count: int

    def at(self, frame: int) -> Turnout | None:
        """Return the face that speaks in a frame; None when there is none."""
        for turnout in self.turnouts:
            if turnout.first <= frame < turnout.last:
                return turnout
        return None

    def seen(self) -> int:
        """Return in how many frames a face is well seen."""
        return sum(int((turnout.places[:, 4] > 0.5).sum()) for turnout in self.turnouts)
