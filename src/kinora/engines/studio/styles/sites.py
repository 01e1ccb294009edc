"""Points on a film's picture that travel with it: where facets meet and what tiles stand on."""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import serial
from kinora.engines.studio.styles.grain import Grain

Field = NDArray[np.float32]
Order = NDArray[np.int32]
CROWDED = 0.55
"""Of the room that a point wants, what it must have, or the younger of two goes."""

TRAITS = 3


class Sites:
    """Points about as far apart as is wanted, each with traits of its own, 0 to 1.

    They go with the flow; the few that come too near to others are dropped, and gaps are filled
    (Poisson discs by dart throwing, with the discs that are there thrown first).
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.points: Field = np.zeros((0, 2), np.float32)
        self.traits: Field = np.zeros((0, TRAITS), np.float32)
        self._chance = np.random.default_rng(0)
        self._order: Order = np.zeros(0, np.int32)

    def step(self, room: Field, scale: float, wanted: Field, grain: Grain) -> None:
        """Go on to the next frame.

        `room` is how far apart points are to be, in its own pixels, of which the film has `scale`
        for one; where `wanted` is highest, points are placed first when a shot begins.
        """
        if grain.cut:
            self._chance = np.random.default_rng(grain.seed + 5)
            self._order = self._chance.permutation(room.size).astype(np.int32)
            first = np.asarray(wanted.ravel()[self._order])
            order = self._order[np.argsort(-first, kind="stable")]
            own = np.zeros((0, 2), np.float32)
        else:
            order = self._order
            own = np.asarray(grain.taken(self.points) / np.float32(scale), np.float32)
        stays, fresh = _settle(own, np.ascontiguousarray(room, np.float32), order)
        wide = room.shape[1]
        added = np.stack([fresh % wide + 0.5, fresh // wide + 0.5], -1).astype(np.float32)
        points = np.concatenate([own[stays], added]) * np.float32(scale)
        traits = self._chance.random((len(added), TRAITS), dtype=np.float32)
        self.points = np.asarray(points, np.float32)
        self.traits = np.concatenate([self.traits[stays] if len(own) else traits[:0], traits])

    def nudge(self, towards: Field, share: float) -> None:
        """Move the points a part of the way towards others, one for each."""
        self.points = np.asarray(self.points + (towards - self.points) * np.float32(share))


@serial
def _settle(own: Field, room: Field, order: Order) -> tuple[NDArray[np.bool_], Order]:
    """Return which of the points stay, and the places (y * width + x) of new ones."""
    height, width = room.shape
    taken = np.zeros((height, width), np.uint8)
    stays = np.zeros(len(own), np.bool_)
    for i in range(len(own)):
        x, y = own[i, 0], own[i, 1]
        if x < 0 or y < 0 or x >= width or y >= height:
            continue
        # A place that is taken once is near a point, one that is taken twice is in its way.
        if taken[int(y), int(x)] > 1:
            continue
        stays[i] = True
        _stamp(taken, x, y, room[int(y), int(x)])
    fresh = np.empty(len(order), np.int32)
    count = 0
    for k in range(len(order)):
        x, y = order[k] % width, order[k] // width
        if taken[y, x] > 0:
            continue
        _stamp(taken, x + 0.5, y + 0.5, room[y, x])
        fresh[count] = order[k]
        count += 1
    return stays, fresh[:count].copy()


@serial
def _stamp(taken: NDArray[np.uint8], x: float, y: float, far: float) -> None:
    height, width = taken.shape
    close = far * CROWDED
    for j in range(max(0, int(y - far)), min(height, int(y + far) + 2)):
        for i in range(max(0, int(x - far)), min(width, int(x + far) + 2)):
            away = (i + 0.5 - x) ** 2 + (j + 0.5 - y) ** 2
            if away < close * close:
                taken[j, i] = 2
            elif away < far * far and taken[j, i] == 0:
                taken[j, i] = 1
