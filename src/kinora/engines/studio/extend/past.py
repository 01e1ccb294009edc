"""What a film showed so far, as small as is needed to tell how it may go on."""

from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
THUMB = 64, 36
RECENT = 7
SIDE = 640
"""Longest side of the small pictures."""

WINDOW = 3
"""Frames that are compared in a row, so that what moves must also move the same way."""

STILLEST = 0.15
"""Levels by which frames are taken to differ at least: below lies the coder's noise."""


@dataclass(slots=True)
class Past:
    """Thumbnails of all frames, small pictures of the last few, and the last frame itself."""

    recent: deque[Picture] = field(default_factory=lambda: deque(maxlen=RECENT))
    last: Picture | None = None
    _thumbs: list[Field] = field(default_factory=list)

    def keep(self, picture: Picture) -> None:
        """Remember the next frame."""
        small = cv2.resize(picture, THUMB, interpolation=cv2.INTER_AREA).astype(np.float32)
        self._thumbs.append(np.asarray(cv2.GaussianBlur(small, (0, 0), 0.8), np.float32))
        self.recent.append(shrink(picture, SIDE))
        self.last = picture

    @property
    def frames(self) -> int:
        """How many frames there were."""
        return len(self._thumbs)

    def pace(self) -> float:
        """Return by how many levels frames in a row differ.

        Above the middle of all, so that films in which every other frame is a double count too.
        """
        steps = [_apart(a, b) for a, b in zip(self._thumbs, self._thumbs[1:], strict=False)]
        return max(STILLEST, float(np.percentile(steps, 60))) if steps else STILLEST

    def likeness(self, *, back: int) -> Field:
        """Return for each frame how far the film just before it is from the film's end.

        In units of the film's own pace. Frames less than `back` before the end, and the very
        first, are infinitely far.
        """
        count = self.frames
        found = np.full(count, np.inf, np.float32)
        pace = self.pace()
        for start in range(WINDOW, count - back + 1):
            rows = range(1, WINDOW + 1)
            apart = [_apart(self._thumbs[count - k], self._thumbs[start - k]) for k in rows]
            found[start] = float(np.mean(apart)) / pace
        return found


def _apart(a: Field, b: Field) -> float:
    return float(np.abs(a - b).mean())
