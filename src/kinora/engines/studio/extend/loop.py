"""Goes on with what was shown before: video textures (Schoedl et al., SIGGRAPH 2000).

From the frame whose past looks most like the film's end, the film runs again. At the seam the
frames are bent by the flow between the two likenesses, and less and less so: things start where
they were, move as they move in the film from the first frame on, and nothing is doubled.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.extend.past import STILLEST, Past
from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.picture.motion import Flow
from kinora.engines.studio.picture.warping import ease, grid
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.source import reading
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
FITS = 2.6
"""Up to how many paces the likeness may be off."""

ALMOST = 1.3
"""How much worse than the best other places may be that are used for variety."""

SHORTEST = 0.8
"""Seconds that a run lasts at least."""

SEAM = 0.9
"""Seconds over which a seam heals, at most."""

SIDE = 640


def places_to_go_on(past: Past, *, fps: int) -> list[int]:
    """Return the frames from which the film may run again, best first; none when none fits."""
    back = max(4, round(SHORTEST * fps))
    off = past.likeness(back=back)
    if past.pace() <= STILLEST or not np.isfinite(off).any():
        return []
    runs = past.frames - np.arange(past.frames)
    # Short runs are seen to repeat.
    rated = off + np.clip(1 - runs / (3.0 * fps), 0, 1).astype(np.float32)
    order = [int(place) for place in np.argsort(rated, kind="stable")]
    if off[order[0]] > FITS:
        return []
    allowed = rated[order[0]] * ALMOST
    chosen: list[int] = []
    for place in order:
        apart = all(abs(place - other) >= fps // 2 for other in chosen)
        if apart and rated[place] <= allowed and off[place] <= FITS:
            chosen.append(place)
    return chosen[:3]


def runs(
    film: Path, places: list[int], last: Picture, *, shape: Shape, past: int, seed: int
) -> Iterator[Picture]:
    """Yield frames without end: the film from one of the places on, again and again."""
    rng = np.random.default_rng(seed)
    size = shape.width, shape.height
    place = places[0]
    while True:
        told = reading.frames(
            film, size=size, fps=shape.fps, count=past - place + 1, start=place - 1
        )
        before = next(told)
        seam = _Seam.between(last, before)
        heals = min(round(SEAM * shape.fps), past - place)
        shown = last
        for number, picture in enumerate(told):
            shown = seam.bend(picture, 1 - ease((number + 1) / (heals + 1)))
            yield shown
        last = shown
        place = places[int(rng.integers(len(places)))]


@dataclass(frozen=True, slots=True)
class _Seam:
    """How the end of the film differs from the likeness from which it goes on."""

    flow: Field
    rest: NDArray[np.int16]

    @classmethod
    def between(cls, last: Picture, before: Picture) -> "_Seam":
        """Find where things of the likeness are at the end, and what else is different."""
        height, width = last.shape[:2]
        small = [cv2.cvtColor(shrink(each, SIDE), cv2.COLOR_RGB2GRAY) for each in (last, before)]
        finder = Flow(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        found = finder.between(small[0], small[1])
        scale = np.float32(width / small[0].shape[1])
        smooth = cv2.GaussianBlur(found, (0, 0), 3.0)
        flow = np.asarray(cv2.resize(smooth, (width, height)) * scale, np.float32)
        rest = last.astype(np.int16) - _bent(before, flow)
        return cls(flow, rest)

    def bend(self, picture: Picture, share: float) -> Picture:
        """Return a frame of the new run as near to the old as `share` says, from 1 to 0."""
        if share <= 0:
            return picture
        moved = _bent(picture, self.flow * np.float32(share)).astype(np.int16)
        moved += (self.rest * np.float32(share**1.5)).astype(np.int16)
        return np.clip(moved, 0, 255).astype(np.uint8)


def _bent(picture: Picture, flow: Field) -> Picture:
    places = grid(picture.shape[1], picture.shape[0])
    x, y = places.x + flow[..., 0], places.y + flow[..., 1]
    bent = cv2.remap(picture, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(bent, np.uint8)
