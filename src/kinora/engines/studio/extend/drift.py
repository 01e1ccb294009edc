"""Goes on from a film's last frame: its camera moves on, and water and clouds keep flowing.

Before a camera that moves, what moves otherwise than most is near or far: it goes on as long as
the camera does, so that the picture keeps its depth. Before one that stands, what flows is drawn
by two copies of the frame that are carried along the flow by turns, each coming in where the other
goes out (Vlachos, "Water Flow in Portal 2", SIGGRAPH 2010), so that it can flow for ever and is
never carried far enough to tear.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.extend.camera import (
    FADE,
    Motion,
    Path,
    by_hand,
    framed,
    measured,
    places,
)
from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.picture.motion import Flow
from kinora.engines.studio.picture.warping import grid
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
SIDE = 480
MARGIN = 0.13
"""How much is painted on each side, in parts of the width."""

CARRIED = 0.018
"""How far things are carried at most, in parts of the width."""

PERIODS = 14.0, 52.0
"""Fewest and most frames in which the two copies change places once."""

STILL = 0.0004
"""Flow per frame, in parts of the width, below which nothing flows."""


MOVES = 0.0008
"""Movement per frame, in parts of the width, from which a camera is said to move."""

DEPTH = 0.014
"""How far things are shifted for their depth at most, in parts of the width."""


@dataclass(frozen=True, slots=True)
class Current:
    """What moves besides the camera: pixels per frame (h x w x 2, full size units).

    `period` is that of what flows by itself; 0 means that the camera moves, and this is depth.
    """

    flow: Field
    period: float

    @property
    def stands(self) -> bool:
        """Whether nothing flows."""
        return not self.flow.any()


def frames_on(
    recent: list[Picture], last: Picture, *, fps: int, asked: Motion, seed: int
) -> Iterator[Picture]:
    """Yield frames without end that go on from `last`, as the `recent` ones (small) moved."""
    per_frame, _ = measured(recent)
    current = _current(recent, per_frame, last.shape[1])
    path = Path(per_frame.times(fps), asked, fps)
    painter = _Painter(last, current, fps=fps, seed=seed)
    height, width = last.shape[:2]
    for number in count(1):
        held = by_hand(path.at(number), number / fps)
        yield painter.paint(framed(held, number / fps, width=width, height=height), number)


class _Painter:
    """Draws the last frame as a camera sees it that has moved, flowing."""

    def __init__(self, last: Picture, current: Current, *, fps: int, seed: int) -> None:
        height, width = last.shape[:2]
        self._size = width, height
        self._margin = round(MARGIN * width)
        self._canvas = _painted_out(last, self._margin)
        self._current = current
        self._fps = fps
        rough = np.random.default_rng(seed).random((6, 10), np.float32)
        h, w = current.flow.shape[:2]
        self._hurry = np.asarray(0.9 + 0.2 * cv2.resize(rough, (w, h)), np.float32)

    def paint(self, motion: Motion, number: int) -> Picture:
        """Return the frame of a number, from 1, after a movement."""
        width, height = self._size
        x, y = places(motion, width, height)
        if self._current.stands:
            shown = self._taken(x, y)
        elif self._current.period:
            shown = self._flowing(x, y, number)
        else:
            shown = self._carried(x, y, self._depth(number))
        return _crisped(shown, motion.zoom)

    def _flowing(self, x: Field, y: Field, number: int) -> Picture:
        period = self._current.period
        turn = self._hurry * np.float32(number / period)
        copies = []
        for late in (0.0, 0.5):
            # From -1/2 to 1/2 of a period; the first copy starts in the middle, at rest.
            part = np.mod(turn + np.float32(0.5 - late), 1) - np.float32(0.5)
            carried = self._current.flow * (part * np.float32(period))[..., None]
            copies.append(self._carried(x, y, carried))
        weight = np.square(np.cos(np.float32(math.pi) * (np.mod(turn + 0.5, 1) - 0.5)))
        share = self._spread(weight.astype(np.float32), x, y)[..., None]
        mixed = copies[0] * share + copies[1] * (1 - share)
        return np.asarray(mixed + np.float32(0.5), np.uint8)

    def _depth(self, number: int) -> Field:
        """Return how far things are shifted for their depth: ever slower, and never too far."""
        flow = self._current.flow
        size = np.maximum(np.sqrt(np.square(flow).sum(-1, keepdims=True)), np.float32(1e-4))
        slows = FADE * self._fps
        gone = np.float32(slows * (1 - math.exp(-number / slows)))
        most = np.float32(DEPTH * self._size[0])
        return np.asarray(flow / size * most * np.tanh(size * gone / most), np.float32)

    def _carried(self, x: Field, y: Field, carried: Field) -> Picture:
        moved = self._spread(carried, x, y)
        return self._taken(x - moved[..., 0], y - moved[..., 1])

    def _spread(self, small: Field, x: Field, y: Field) -> Field:
        """Return a small field of the last frame's size as the camera sees it."""
        scale = np.float32(small.shape[1] / self._size[0])
        sx, sy = (x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5
        seen = cv2.remap(small, sx, sy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(seen, np.float32)

    def _taken(self, x: Field, y: Field) -> Picture:
        margin = np.float32(self._margin)
        taken = cv2.remap(
            self._canvas, x + margin, y + margin, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
        return np.asarray(taken, np.uint8)


def _current(recent: list[Picture], camera: Motion, full_width: int) -> Current:
    """Return what moves in the last frames besides the camera, for pictures of a width."""
    now = cv2.cvtColor(shrink(recent[-1], SIDE), cv2.COLOR_RGB2GRAY)
    height, width = now.shape
    nothing = np.zeros((height, width, 2), np.float32)
    if len(recent) < 2:
        return Current(nothing, PERIODS[1])
    span = min(3, len(recent) - 1)
    then = cv2.cvtColor(shrink(recent[-1 - span], SIDE), cv2.COLOR_RGB2GRAY)
    finder = Flow(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    back = finder.between(now, then)
    there = finder.between(then, now)
    told = grid(width, height)
    x, y = told.x + back[..., 0], told.y + back[..., 1]
    returned = cv2.remap(there, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    home = np.exp(-np.square(back + returned).sum(-1) / 4.0)[..., None]
    was_x, was_y = places(camera.times(span), width, height)
    by_camera = np.stack([told.x - was_x, told.y - was_y], -1)
    own = (-back - by_camera) * home / span
    own = cv2.GaussianBlur(own.astype(np.float32), (0, 0), width / 70)
    if abs(camera.x) + abs(camera.y) + 0.3 * (abs(camera.zoom) + abs(camera.roll)) > MOVES:
        # Softly, for a sharp step in depth would bend what is straight.
        deep = cv2.GaussianBlur(own, (0, 0), width / 22) * (full_width / width)
        return Current(np.asarray(deep, np.float32), 0.0)
    return _bounded(own, full_width)


def _bounded(own: Field, full_width: int) -> Current:
    """Return a flow in pixels of the full size that carries nothing too far in its period."""
    width = own.shape[1]
    speed = np.sqrt(np.square(own).sum(-1)) / width
    if float(np.percentile(speed, 98)) < STILL:
        return Current(np.zeros_like(own), PERIODS[1])
    usual = float(np.percentile(speed[speed > STILL / 2], 90))
    period = float(np.clip(2 * CARRIED / usual, *PERIODS))
    most = 2 * CARRIED / period
    slower = np.minimum(1, most / np.maximum(speed, 1e-9))
    moving = np.clip(speed / STILL - 0.5, 0, 1)
    scale = (slower * moving * (full_width / width))[..., None]
    return Current(np.asarray(own * scale, np.float32), period)


def _painted_out(last: Picture, margin: int) -> Picture:
    """Return a frame with more around it: mirrored, and ever softer farther out."""
    height, width = last.shape[:2]
    sides = (margin, margin, margin, margin)
    wide = cv2.copyMakeBorder(last, *sides, cv2.BORDER_REFLECT_101)
    soft = cv2.GaussianBlur(wide, (0, 0), max(1.0, margin / 6))
    inside = np.zeros(wide.shape[:2], np.uint8)
    inside[margin : margin + height, margin : margin + width] = 1
    away = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5) / margin
    share = np.clip(away * 1.6, 0, 0.92).astype(np.float32)[..., None]
    return np.asarray(wide * (1 - share) + soft * share, np.uint8)


def _crisped(picture: Picture, zoom: float) -> Picture:
    """Give back the sharpness that a zoom in takes."""
    if zoom < 0.02:
        return picture
    amount = min(0.7, 2.2 * zoom)
    soft = cv2.GaussianBlur(picture, (0, 0), 1.0 + zoom)
    return np.asarray(cv2.addWeighted(picture, 1 + amount, soft, -amount, 0), np.uint8)
