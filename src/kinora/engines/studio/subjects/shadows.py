"""What a figure leaves on the ground: its shadow, the dark where it touches, its mirror image."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.tone import LIGHT, PIXELS
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.subjects.lighting import Surroundings
from kinora.engines.studio.subjects.motion import Pose
from kinora.engines.studio.subjects.painting import lay

Field = NDArray[np.float32]
FLAT = 0.15
"""How long a cast shadow is on the picture, as a part of the height of what casts it."""

SLANT = 0.62
"""How far it runs aside, as a part of that height, for a light that comes wholly from aside."""

CAST = 0.55
TOUCH = 0.66
SOFT = 1 / 130
"""How soft a cast shadow is, in frame heights."""

MIRROR_REACH = 0.24
"""Below the ground line a mirror image is lost after so many frame heights."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A figure as it is in one frame.

    `layer` is height x width x 4, linear light times alpha, and alpha; `matrix` takes its pixels
    to the frame's.
    """

    layer: Field
    matrix: Field
    now: Pose


def paint(frame: Picture, shot: Shot) -> None:
    """Paint a figure into a frame, in place."""
    rows, columns = _window(shot.matrix, shot.layer.shape, frame.shape)
    seen = np.ones(rows.stop - rows.start, np.float32)
    _laid(frame, shot.layer, shot.matrix, (rows, columns), seen)


def mirror(frame: Picture, shot: Shot, foot: float, strength: float) -> None:
    """Paint a figure's image in a ground that mirrors, in place, weaker the deeper it is."""
    ground = foot * frame.shape[0]
    matrix = shot.matrix.copy()
    matrix[1] = -matrix[1]
    matrix[1, 2] += 2 * ground
    rows, columns = _window(matrix, shot.layer.shape, frame.shape)
    deep = (np.arange(rows.start, rows.stop) - ground) / (MIRROR_REACH * frame.shape[0])
    seen = np.where(deep < 0, 0, np.clip(1 - deep, 0, 1) * strength)
    soft = cv2.GaussianBlur(shot.layer, (0, 0), max(0.8, frame.shape[0] / 300))
    _laid(frame, np.asarray(soft, np.float32), matrix, (rows, columns), seen.astype(np.float32))


def darken(frame: Picture, shot: Shot, foot: float, around: Surroundings) -> None:
    """Darken the ground where a figure touches it and where it keeps the light away, in place."""
    height = frame.shape[0]
    lift = max(0.0, shot.now.lift)
    cast = np.asarray(around.towards[0] * SLANT, np.float32)
    flat = _flattened(shot.matrix, foot * height, -float(cast))
    rows, columns = _window(
        flat, shot.layer.shape, frame.shape, margin=round(height * (0.06 + 0.9 * lift))
    )
    flat[:, 2] -= (columns.start, rows.start)
    size = (columns.stop - columns.start, rows.stop - rows.start)
    shadow = cv2.warpAffine(shot.layer[..., 3], flat, size, flags=cv2.INTER_LINEAR)
    shadow = cv2.GaussianBlur(shadow, (0, 0), max(0.8, height * SOFT * (1 + 8 * lift)))
    key = float(around.key.mean())
    depth = CAST * min(1.0, 0.25 + key * 0.6) * max(0.3, 1 - 1.8 * lift)
    touched = _touch(shot, size, (foot * height - rows.start, columns.start), frame.shape)
    dark = (1 - depth * shadow) * (1 - touched)
    levels = np.clip(dark * 255, 0, 255).astype(np.uint8)
    part = frame[rows, columns]
    frame[rows, columns] = cv2.multiply(part, cv2.merge([levels] * 3), scale=1 / 255)


def _touch(
    shot: Shot, size: tuple[int, int], origin: tuple[float, int], frame: tuple[int, ...]
) -> Field:
    """Return the soft dark right under a figure, which goes when it leaves the ground."""
    line, left = origin
    lift = max(0.0, shot.now.lift)
    soft = np.zeros((size[1], size[0]), np.float32)
    near = TOUCH * max(0.0, 1 - lift * 4.5)
    if near <= 0:
        return soft
    tall, wide = shot.layer.shape[:2]
    flat, spread = tall * 0.045, 1 + lift * 4
    x = frame[1] / 2 + shot.now.x * frame[0] - left
    y = line + shot.now.y * frame[0] - flat * 0.35
    axes = (int(wide * 0.40 * shot.now.wide * spread * 16), int(flat * spread * 16))
    cv2.ellipse(soft, (int(x * 16), int(y * 16)), axes, 0, 0, 360, near, -1, cv2.LINE_AA, 4)
    return np.asarray(cv2.GaussianBlur(soft, (0, 0), max(1.0, flat * (0.5 + lift * 6))), np.float32)


def _flattened(matrix: Field, ground: float, slant: float) -> Field:
    """Return the matrix that lays what stands on a ground line down on the ground behind it."""
    fallen = np.array([[1, -slant, slant * ground], [0, FLAT, (1 - FLAT) * ground]], np.float32)
    whole = np.vstack([matrix, [0, 0, 1]]).astype(np.float32)
    return np.asarray(fallen @ whole, np.float32)


def _laid(
    frame: Picture, layer: Field, matrix: Field, window: tuple[slice, slice], seen: Field
) -> None:
    rows, columns = window
    moved = matrix.copy()
    moved[:, 2] -= (columns.start, rows.start)
    size = (columns.stop - columns.start, rows.stop - rows.start)
    placed = cv2.warpAffine(layer, moved, size, flags=cv2.INTER_LINEAR)
    lay(frame[rows, columns], np.asarray(placed, np.float32), seen, (LIGHT, PIXELS))


def _window(
    matrix: Field, figure: tuple[int, ...], frame: tuple[int, ...], *, margin: int = 2
) -> tuple[slice, slice]:
    """Return the rows and columns of the frame that the figure can touch."""
    height, width = figure[0], figure[1]
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float32)
    spans = []
    for axis, end in ((1, frame[0]), (0, frame[1])):
        places = corners @ matrix[axis]
        first = int(np.clip(np.floor(places.min()) - margin, 0, end - 2))
        last = int(np.clip(np.ceil(places.max()) + margin, first + 2, end))
        spans.append(slice(first, last))
    return spans[0], spans[1]
