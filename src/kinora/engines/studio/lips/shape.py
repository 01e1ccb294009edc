"""Finds a mouth in a levelled view of a face: corners, and the upper and the lower edge between.

A deformable template, after Yuille, Hallinan and Cohen (1992): two parabolas that share their
ends. The template wants to hold what is neither lip nor skin, which is the dark seam of a closed
mouth, and the teeth and the dark of an open one.
"""

import math
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]

WIDE, TALL = 144, 128
"""Pixels of a levelled view."""

SEEN = 0.72
"""Which part of the width of a face's box a levelled view shows."""

EXPECTED = (72.0, 62.0)
"""Where in a view a mouth is expected."""

HALVES = (25.0, 29.0, 33.0, 37.0, 41.0)
"""Half widths that are tried, pixels of a view."""

BOWS = (-6.0, -2.0, 2.0, 6.0, 11.0)
"""How far the upper edge's middle is tried below the corners."""

GAPS = (2.0, 6.0, 11.0, 17.0, 24.0)
"""Heights that are tried for the opening."""

STATIONS = np.linspace(-0.94, 0.94, 17).astype(np.float32)
"""Places between the corners, -1 to 1, at which the template looks."""

TILTS = np.linspace(-0.24, 0.24, 13).astype(np.float32)
STEEPEST = 0.36
"""Slopes of the line between the corners that are tried, and the steepest that is believed."""

ROUNDS = 3
SEAM = 0.09
"""How tall the seam of a closed mouth is, in parts of the mouth's half width."""

LEAST = 2.0
"""The height of the opening of a closed mouth: its seam."""


@dataclass(frozen=True, slots=True)
class MouthShape:
    """A mouth at rest in parts of its own half width, from the middle between its corners, y down.

    `upper` and `lower` are the edges of the opening at its middle, `lip_above` and `lip_below`
    how thick the lips are, and `sure` from 0 to 1 how clearly it was seen.
    """

    upper: float
    lower: float
    lip_above: float
    lip_below: float
    sure: float

    @property
    def gap(self) -> float:
        """How far the mouth is open; 0 when only its seam is seen."""
        return max(0.0, self.lower - self.upper - SEAM)

    @property
    def middle(self) -> float:
        """Where the seam is, or the middle of the opening."""
        return (self.upper + self.lower) / 2


@dataclass(frozen=True, slots=True)
class FoundMouth:
    """A mouth in a view: the middle between its corners and half its width, and its shape.

    `roll` is the angle of the line between its corners in radians, positive when its right end is
    lower; `red`, about -1 to 1, is how red it is right above and below the middle of the opening,
    where a closed mouth has its lips; `template` (x, y, half, upper edge, height, tilt) is where a
    search in the next view may begin.
    """

    x: float
    y: float
    half: float
    shape: MouthShape
    roll: float
    red: float
    template: Field


def find_mouth(view: Picture, *, near: Field | None = None) -> FoundMouth:
    """Return the mouth of a levelled view (TALL x WIDE x 3); `near` is a template to begin from."""
    inside, red = _inside(view), _redness(view)
    score = _Score(inside, red)
    begun = _refined(score, _coarse(score) if near is None else near, ROUNDS)
    best = _refined(score, _tilted(score, begun), 2)
    x, y, half, upper, gap, tilt = (float(value) for value in best)
    sure = float(np.clip(score.clear(best), 0, 1))
    above, below = _lips(red, best)
    # The dark band of a closed mouth is up to some eight pixels tall; what is taller is an opening.
    seam = float(np.clip((8.0 - gap) / 3.5, 0, 1))
    middle = upper + gap / 2
    thin = gap * (1 - seam) + SEAM * half * seam
    return FoundMouth(
        x,
        y,
        half,
        MouthShape(
            (middle - thin / 2) / half,
            (middle + thin / 2) / half,
            above / half,
            below / half,
            sure,
        ),
        math.atan(tilt),
        _redness_beside(red, best),
        best,
    )


class _Score:
    """How well templates (n x 6: x, y, half, upper, gap, tilt) fit a view."""

    def __init__(self, inside: Field, red: Field) -> None:
        self._sum = _columns(inside - 0.30)
        self._red = _columns(red)

    def __call__(self, tried: Field) -> Field:
        """Return a number for each template; more is better."""
        top, bottom, columns = self._edges(tried)
        held = self._between(self._sum, columns, top, bottom).mean(1)
        above = self._between(self._red, columns, top - 6, top).mean(1)
        under = self._between(self._red, columns, bottom, bottom + 8).mean(1)
        away = 0.3 * ((tried[:, 0] - EXPECTED[0]) / 7) ** 2
        away += 0.5 * ((tried[:, 1] - EXPECTED[1]) / 9) ** 2
        odd = ((tried[:, 2] - 34) / 7) ** 2 + ((tried[:, 3] - 3) / 7) ** 2
        # Under a moustache there is a red lower lip too, under its own edge there is none.
        lips = 0.09 * above + 0.20 * under
        # A wide gap must be earned: skin in shade looks a little like the inside.
        fits = (held + lips) * tried[:, 2] / 30 - away - 0.12 * odd
        fits -= 8.0 * tried[:, 5] ** 2
        return np.asarray(fits - 0.025 * tried[:, 4], np.float32)

    def clear(self, best: Field) -> float:
        """Return how much of a template really holds a mouth's inside, about 0 to 1."""
        top, bottom, columns = self._edges(best[None])
        held = self._between(self._sum, columns, top, bottom).mean()
        return float(held / max(1.0, float(best[4])) + 0.35) * 1.6

    @staticmethod
    def _edges(tried: Field) -> tuple[Field, Field, Field]:
        x, y, half, upper, gap, tilt = (tried[:, number, None] for number in range(6))
        bow = 1 - STATIONS * STATIONS
        thin = np.minimum(gap, LEAST)
        top = y + upper * bow + tilt * half * STATIONS
        return top, top + thin + (gap - thin) * bow, x + STATIONS * half

    @staticmethod
    def _between(total: Field, columns: Field, top: Field, bottom: Field) -> Field:
        across = np.clip(np.round(columns), 0, WIDE - 1).astype(np.intp)
        first = np.clip(np.round(top), 0, TALL).astype(np.intp)
        last = np.clip(np.round(bottom), 0, TALL).astype(np.intp)
        return total[last, across] - total[first, across]


def _columns(field: Field) -> Field:
    """Return sums from the top of each column, one row more than the field."""
    return np.pad(np.cumsum(field, axis=0, dtype=np.float32), ((1, 0), (0, 0)))


def _coarse(score: _Score) -> Field:
    xs = np.arange(EXPECTED[0] - 12, EXPECTED[0] + 13, 4)
    ys = np.arange(EXPECTED[1] - 20, EXPECTED[1] + 19, 2)
    tried = np.array(list(product(xs, ys, HALVES, BOWS, GAPS, (0.0,))), np.float32)
    return tried[int(np.argmax(score(tried)))]


def _refined(score: _Score, best: Field, rounds: int) -> Field:
    """Return the best template near one, its tilt left as it is."""
    steps = np.array([2, 1, 2, 2, 2, 0], np.float32)
    moves = np.array(list(product((-1, 0, 1), repeat=5)), np.float32)
    moves = np.pad(moves, ((0, 0), (0, 1)))
    for _ in range(rounds):
        tried = best + moves * steps
        tried[:, 4] = np.maximum(tried[:, 4], LEAST)
        tried[:, 2] = np.clip(tried[:, 2], 22, 46)
        best = tried[int(np.argmax(score(tried)))]
        steps = np.maximum(steps * 0.7, np.array([0.5] * 5 + [0], np.float32))
    return best


def _tilted(score: _Score, best: Field) -> Field:
    """Return a template turned to how the mouth lies: eyes do not tell that of a face aside."""
    tried = np.repeat(best[None], len(TILTS) * 5, axis=0)
    tried[:, 5] = np.clip(best[5] + np.repeat(TILTS, 5), -STEEPEST, STEEPEST)
    tried[:, 1] += np.tile(np.arange(-2, 3, dtype=np.float32), len(TILTS))
    return tried[int(np.argmax(score(tried)))]


def _inside(view: Picture) -> Field:
    """Return how much each pixel looks like the inside of a mouth: dark in red, or teeth."""
    lab = cv2.cvtColor(cv2.GaussianBlur(view, (0, 0), 0.8), cv2.COLOR_RGB2LAB).astype(np.float32)
    light, around = lab[..., 0], lab[36:100, 30:114, 0]
    skin = float(np.median(around))
    # Lips are darker than skin too, but a seam is a narrow line, and an open mouth is really dark.
    narrow = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 11))
    lit = cv2.morphologyEx(light, cv2.MORPH_CLOSE, narrow)
    seam = np.clip((lit - light) / (0.14 * lit + 8) - 0.25, 0, 1)
    hole = np.clip((0.50 * skin - light) / (0.12 * skin), 0, 1)
    hue = _pseudo_hue(view)
    warm = np.clip((hue - float(np.median(hue[30:100, 30:114]))) / 0.03 + 0.6, 0.15, 1)
    # Teeth have less colour than the skin near them, whose own light may change across a face.
    chroma = np.hypot(lab[..., 1] - 128, lab[..., 2] - 128)
    usual, near = (cv2.blur(field, (53, 53)) for field in (chroma, light))
    usual = np.minimum(usual, np.median(chroma[36:100, 30:114]))
    paler = np.minimum((usual - chroma - 5) / 7, (0.84 * usual - chroma) / (0.22 * usual + 1))
    raised = light - cv2.morphologyEx(light, cv2.MORPH_OPEN, np.ones((27, 3), np.uint8))
    paler = np.minimum(paler, raised / 25)
    pale = np.clip(paler, 0, 1) * np.clip((light / near - 0.85) / 0.15, 0, 1)
    return np.asarray(np.maximum(np.maximum(seam, hole) * warm, pale), np.float32)


def _redness(view: Picture) -> Field:
    """Return how much redder than its surroundings each pixel is, about -1 to 1."""
    red = cv2.cvtColor(cv2.GaussianBlur(view, (0, 0), 1.2), cv2.COLOR_RGB2LAB)[..., 1]
    rest = red.astype(np.float32) - float(np.median(red[36:100, 24:120]))
    scale = float(np.percentile(np.abs(rest[40:90, 40:104]), 92)) + 2
    return np.asarray(np.clip(rest / scale, -1, 1), np.float32)


def _pseudo_hue(view: Picture) -> Field:
    """Return red in red and green (Hulbert and Poggio 1998): high on lips and in the seam."""
    soft = cv2.GaussianBlur(view, (0, 0), 0.8).astype(np.float32)
    return np.asarray(soft[..., 0] / (soft[..., 0] + soft[..., 1] + 6), np.float32)


def _redness_beside(red: Field, best: Field) -> float:
    x, y, half, upper, gap, tilt = (float(value) for value in best)
    along = STATIONS[4:13]
    columns = np.clip(np.round(x + along * half), 0, WIDE - 1).astype(np.intp)
    middle = y + (upper + gap / 2) * (1 - along * along) + tilt * half * along
    off = np.array([-6, -5, -4, -3, 3, 4, 5, 6], np.float32)
    rows = np.clip(np.round(middle[None] + off[:, None]), 0, TALL - 1).astype(np.intp)
    return float(red[rows, columns[None]].mean())


def _lips(red: Field, best: Field) -> tuple[float, float]:
    """Return how thick the upper and the lower lip are, in pixels of the view."""
    x, y, half, upper, gap, tilt = (float(value) for value in best)
    columns = np.clip(np.round(x + STATIONS[4:13] * half), 0, WIDE - 1).astype(np.intp)
    bow, lean = 1 - STATIONS[4:13] ** 2, tilt * half * STATIONS[4:13]
    depths = np.arange(1, 16)
    top = np.round(y + upper * bow + lean)[None] - depths[:, None]
    bottom = np.round(y + (upper + gap) * bow + lean)[None] + depths[:, None]
    thick = []
    for rows, usual in ((top, 0.20), (bottom, 0.27)):
        clipped = np.clip(rows, 0, TALL - 1).astype(np.intp)
        profile = red[clipped, columns[None]].mean(1)
        reach = float(np.maximum(profile - 0.5 * profile[1:7].max(), 0).astype(bool)[:14].sum())
        told = float(profile[1:7].max() - profile[-3:].mean())
        trust = float(np.clip(told * 1.6, 0, 0.7))
        thick.append(usual * half * (1 - trust) + np.clip(reach, 3, 0.42 * half) * trust)
    return float(thick[0]), float(thick[1])
