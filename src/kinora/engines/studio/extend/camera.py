"""The camera at a film's end: how it moves, and how it goes on moving."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.picture.warping import ease
from kinora.engines.studio.reel import Picture

SIDE = 512
CORNERS = 400
TRUSTED = 0.45
"""The part of the corners that must follow one movement for it to be the camera's."""

PARALLAX = 0.4
"""How far corners may stray from one movement, in parts of how far they moved."""

ROOM = 0.085
"""How far the camera may shift in all, in parts of the width, beyond what was filmed."""

NEAREST, FARTHEST = 0.42, -0.17
"""Between which logarithms of zoom the camera stays."""

LINGERS = 0.22
"""The part of its speed that a zoom keeps to the end."""

FADE = 0.9
"""Seconds in which a camera loses most of its speed."""

DRIFT = 0.018
"""Zoom in a second by which a camera in the hand draws nearer."""


@dataclass(frozen=True, slots=True)
class Motion:
    """Movement of the picture: shift in parts of the width, logarithm of zoom, radians."""

    x: float = 0.0
    y: float = 0.0
    zoom: float = 0.0
    roll: float = 0.0

    def times(self, factor: float) -> "Motion":
        """Return a movement that much faster."""
        return Motion(self.x * factor, self.y * factor, self.zoom * factor, self.roll * factor)


SECOND = {
    "zoom_in": Motion(zoom=0.060),
    "smooth_zoom_in": Motion(zoom=0.040),
    "quickly_zoom_in": Motion(zoom=0.14),
    "hitchcock": Motion(zoom=0.07),
    "zoom_out": Motion(zoom=-0.045),
    "quickly_zoom_out": Motion(zoom=-0.10),
    "super_dolly_out": Motion(zoom=-0.08),
    "horizontal_left": Motion(x=0.020),
    "left_follow": Motion(x=0.020),
    "pan_left": Motion(x=0.024),
    "horizontal_right": Motion(x=-0.020),
    "right_follow": Motion(x=-0.020),
    "pan_right": Motion(x=-0.024),
    "vertical_up": Motion(y=0.016),
    "crane_up": Motion(y=0.016, zoom=0.02),
    "vertical_down": Motion(y=-0.016),
    "camera_rotation": Motion(roll=0.02, zoom=0.02),
    "orbit": Motion(x=0.014, zoom=0.015),
}
"""What the camera moves that words name do in a second."""


@dataclass(frozen=True, slots=True)
class Path:
    """A camera's way from the film's end: its own movement fades, the one asked for comes.

    Both movements are those of a second.
    """

    own: Motion
    asked: Motion
    fps: int

    def at(self, frame: int) -> Motion:
        """Return the whole movement since the film's end at a frame, from 1."""
        t = frame / self.fps
        plain = self.asked == Motion()
        fade = FADE if plain else FADE / 2
        kept = fade * (1 - math.exp(-t / fade))
        # A zoom in can go on for long: there is always picture left.
        held = kept + LINGERS * t if self.own.zoom > 0 and plain else kept
        # A camera that has room for less comes to rest sooner, from the same speed.
        reach = fade * math.hypot(self.own.x, self.own.y)
        sooner = fade * min(1.0, ROOM / max(1e-9, reach))
        shifted = sooner * (1 - math.exp(-t / sooner))
        comes = 0.5 * t * t if t < 1 else t - 0.5
        return Motion(
            _within(self.own.x * shifted + self.asked.x * comes, -ROOM, ROOM),
            _within(self.own.y * shifted + self.asked.y * comes, -ROOM, ROOM),
            _within(self.own.zoom * held + self.asked.zoom * comes, FARTHEST, NEAREST),
            _within(self.own.roll * kept + self.asked.roll * comes, -0.12, 0.12),
        )


def framed(motion: Motion, seconds: float, *, width: int, height: int) -> Motion:
    """Return a movement that draws near enough to keep what was never filmed out of sight.

    Not at once: at the film's end a sudden zoom would be seen before a soft edge is.
    """
    shift = max(abs(motion.x), abs(motion.y) * width / height) + 0.3 * abs(motion.roll)
    needed = -math.log(max(0.5, 1 - 2 * shift))
    lacking = needed - max(0.0, motion.zoom)
    if motion.zoom < -0.02 or lacking <= 0:
        return motion
    return replace(motion, zoom=motion.zoom + lacking * ease(seconds / 1.6))


def by_hand(motion: Motion, seconds: float) -> Motion:
    """Return a movement as a hand makes it: never quite still, and drawing slowly nearer."""
    comes = ease(seconds / 2)
    sway_x = 0.0030 * math.sin(1.7 * seconds) + 0.0014 * math.sin(3.1 * seconds)
    sway_y = 0.0022 * math.sin(1.3 * seconds) + 0.0010 * math.sin(2.6 * seconds)
    nearer = DRIFT * (seconds - 1 + math.exp(-seconds))
    return Motion(
        motion.x + comes * sway_x, motion.y + comes * sway_y, motion.zoom + nearer, motion.roll
    )


def measured(recent: list[Picture]) -> tuple[Motion, float]:
    """Return the camera's movement per frame at the end, and how much of the picture follows it.

    A similarity by RANSAC over corners tracked through the last frames (Lucas and Kanade).
    """
    if len(recent) < 2:
        return Motion(), 0.0
    span = len(recent) - 1
    then, now = (cv2.cvtColor(shrink(p, SIDE), cv2.COLOR_RGB2GRAY) for p in (recent[0], recent[-1]))
    matrix, follows = _similarity(then, now)
    if follows < TRUSTED:
        return Motion(), follows
    height, width = now.shape
    zoom = math.hypot(matrix[0, 0], matrix[1, 0])
    middle = np.array([width / 2, height / 2])
    moved = matrix[:, :2] @ middle + matrix[:, 2] - middle
    roll = math.atan2(matrix[1, 0], matrix[0, 0])
    whole = Motion(float(moved[0]) / width, float(moved[1]) / width, math.log(zoom), roll)
    return whole.times(1 / span), follows


def asked(name: str, *, speed: float) -> Motion:
    """Return the movement in a second of a camera move by its name; none for an unknown name."""
    return SECOND.get(name, Motion()).times(speed)


def places(motion: Motion, width: int, height: int) -> tuple[NDArray[np.float32], ...]:
    """Return where each pixel of the view lies in the last frame: x and y, in pixels."""
    scale = math.exp(-motion.zoom)
    c, s = math.cos(-motion.roll) * scale, math.sin(-motion.roll) * scale
    x = np.arange(width, dtype=np.float32)[None] - np.float32(width / 2)
    y = np.arange(height, dtype=np.float32)[:, None] - np.float32(height / 2)
    shift_x, shift_y = motion.x * width, motion.y * width
    seen_x = np.float32(c) * x - np.float32(s) * y + np.float32(width / 2 - shift_x * scale)
    seen_y = np.float32(s) * x + np.float32(c) * y + np.float32(height / 2 - shift_y * scale)
    return np.asarray(seen_x, np.float32), np.asarray(seen_y, np.float32)


def _similarity(then: Picture, now: Picture) -> tuple[NDArray[np.float64], float]:
    still = np.eye(2, 3)
    corners = cv2.goodFeaturesToTrack(then, CORNERS, 0.01, 8)
    if corners is None or len(corners) < 12:
        return still, 0.0
    to, found, _ = cv2.calcOpticalFlowPyrLK(then, now, corners, np.zeros_like(corners))
    kept = found.ravel() == 1
    if kept.sum() < 12:
        return still, 0.0
    far = float(np.median(np.abs(to[kept] - corners[kept]).sum(-1)))
    matrix, inside = cv2.estimateAffinePartial2D(
        corners[kept],
        to[kept],
        ransacReprojThreshold=max(1.0, PARALLAX * far),
        maxIters=1000,
    )
    if matrix is None:
        return still, 0.0
    return np.asarray(matrix, np.float64), float(inside.mean())


def _within(value: float, low: float, high: float) -> float:
    """Keep a value between bounds, which it nears ever more slowly."""
    bound = high if value > 0 else -low
    easy = 0.6 * bound
    over = abs(value) - easy
    if over <= 0:
        return value
    return math.copysign(easy + (bound - easy) * math.tanh(over / (bound - easy)), value)
