"""What a picture does on the beat: a small push of the lens, a breath of light, a rare flash.

All of it stays far from what can harm: general flashes (a tenth of full brightness and more, there
and back) more than three a second, as WCAG 2.3.1 and Harding's test have it. Beats change the light
by less than a tenth, and flashes are seconds apart.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.songs.beats import Beats
from kinora.engines.studio.songs.sections import Section
from kinora.ports.engine import Shape

PUSH = 0.034
"""How much a strong downbeat zooms; other beats do less than half of it."""

LIGHT = 0.055
"""How much a strong downbeat brightens."""

OFF_BEAT = 0.42
FALL = 0.14
"""Seconds in which a beat's touch falls to a third."""

FLASH, GLOW, FLASH_FALL = 0.20, 0.75, 0.13
"""How much white lies over the first frame of a strong section, how much brighter than usual its
lights are, and in how many seconds that falls to a third."""

APART = 2.0
"""Seconds between two flashes at least."""

BOLD = 0.5
"""The energy from which a section begins with a flash."""

STILL, DIM, ENLARGED = 1.001, 0.004, 1.2
"""Zooms and lights below which nothing is to be seen; enlarging above which it is done finely."""

MIRRORED = (1, 3)
NEARER = {2: (1.34, (0.30, 0.55)), 3: (1.34, (0.30, 0.55))}
"""For a framing, how much nearer it is, and around which point."""

CLOSING = 1.4
"""Seconds in which the film goes dark at its end."""


@dataclass(frozen=True, slots=True)
class Touch:
    """How one frame is touched: zoom from 1, light from 1, and how much white lies over it."""

    zoom: float = 1.0
    light: float = 1.0
    white: float = 0.0


class Touches:
    """Says how each moment of a song is touched."""

    def __init__(self, beats: Beats, sections: Sequence[Section], *, seconds: float) -> None:
        """Take what was heard, and how long the film is."""
        self._beats = beats
        self._sections = sections
        self._seconds = seconds
        self._begins = np.array([each.begin for each in sections])
        self._flashes = _flashes(sections)

    def at(self, seconds: float) -> Touch:
        """Return the touch of a moment."""
        section = self._sections[max(0, int(np.searchsorted(self._begins, seconds + 1e-6)) - 1)]
        force = self._force(seconds) * section.energy if section.voiced else 0.0
        since = [seconds - flash for flash in self._flashes if 0 <= seconds - flash < 1]
        flash = math.exp(-since[-1] / FLASH_FALL) if since else 0.0
        dark = min(1.0, max(0.0, (self._seconds - seconds) / CLOSING))
        light = (1 + LIGHT * force) * (1 + GLOW * flash)
        return Touch(1 + PUSH * force, light * dark, FLASH * flash * dark)

    def _force(self, seconds: float) -> float:
        """Return how fresh the last beat is, from 0 to 1."""
        beat = int(np.searchsorted(self._beats.times, seconds + 1e-6)) - 1
        if beat < 0 or not self._beats.steady:
            return 0.0
        own = 1.0 if self._beats.is_downbeat(beat) else OFF_BEAT
        return own * math.exp(-(seconds - float(self._beats.times[beat])) / FALL)


def touched(picture: Picture, touch: Touch, *, shape: Shape) -> Picture:
    """Return a frame at the film's size with its touch; the lens goes to the frame's middle."""
    height, width = picture.shape[:2]
    out = picture
    if touch.zoom > STILL or (width, height) != (shape.width, shape.height):
        out = _sampled(picture, touch.zoom, (0.5, 0.5), shape=shape)
    if abs(touch.light - 1) > DIM or touch.white > DIM:
        gain = touch.light * (1 - touch.white)
        out = np.asarray(cv2.convertScaleAbs(out, alpha=gain, beta=255 * touch.white), np.uint8)
    return out


def framed(picture: Picture, framing: int) -> Picture:
    """Return a view in one of four framings: as it is, mirrored, from nearer, nearer mirrored."""
    nearer, focus = NEARER.get(framing, (1.0, (0.5, 0.5)))
    mirrored = np.ascontiguousarray(picture[:, ::-1]) if framing in MIRRORED else picture
    if nearer == 1:
        return mirrored
    height, width = picture.shape[:2]
    shape = Shape(width=width, height=height, frames=1, fps=0)
    return _sampled(mirrored, nearer, focus, shape=shape)


def _sampled(picture: Picture, zoom: float, focus: tuple[float, float], *, shape: Shape) -> Picture:
    """Return a picture at a size, zoomed around a point that stays where it is (0 to 1)."""
    height, width = picture.shape[:2]
    x, y = zoom * shape.width / width, zoom * shape.height / height
    # Pixels are squares, so their middles lie at halves.
    move_x = (1 - zoom) * focus[0] * shape.width + (x - 1) / 2
    move_y = (1 - zoom) * focus[1] * shape.height + (y - 1) / 2
    move = np.array([[x, 0, move_x], [0, y, move_y]])
    way = cv2.INTER_CUBIC if x > ENLARGED else cv2.INTER_LINEAR
    size = (shape.width, shape.height)
    edge = cv2.BORDER_REPLICATE
    return np.asarray(cv2.warpAffine(picture, move, size, flags=way, borderMode=edge), np.uint8)


def _flashes(sections: Sequence[Section]) -> list[float]:
    """Return the seconds of flashes: where strong sections begin after calmer ones."""
    found: list[float] = []
    for before, section in pairwise(sections):
        rises = section.energy >= BOLD and section.energy > before.energy - 0.1
        if rises and (not found or section.begin - found[-1] >= APART):
            found.append(section.begin)
    return found
