"""Gives a picture's subject the motion of a person in a film."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.mimic.driving import Drive, measure
from kinora.engines.studio.mimic.fitness import NO_SUBJECT, bare, close_up
from kinora.engines.studio.mimic.warp import bent
from kinora.engines.studio.picture.faces import find_faces
from kinora.engines.studio.picture.fill import fill_behind
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.picture.subject import CONFIDENT, find_subject
from kinora.engines.studio.picture.warping import Grid, grid
from kinora.engines.studio.reel import Picture
from kinora.ports.engine import CannotMake, Progress, Shape

Field = NDArray[np.float32]
Points = NDArray[np.float32]
CELL = 14
"""Pixels between the places at which the bend is computed; between them it is interpolated."""

FARTHEST = 0.55
"""How far a head may go, in its own widths, before it is held back."""

ANCHORS = 7


@dataclass(frozen=True, slots=True)
class Sitter:
    """The picture's subject: RGBA, what is behind it, its head's middle and width in pixels."""

    front: NDArray[np.uint8]
    behind: Picture
    centre: tuple[float, float]
    width: float
    rising: bool
    close: bool


def frames(
    film: Iterator[Picture], image: Path, *, shape: Shape
) -> Generator[Progress, None, Iterator[Picture]]:
    """Return the frames, after having measured the film's motion; raise CannotMake."""
    sitter = _sitter(image, shape)
    drive = yield from measure(film, count=shape.frames)
    return _acted(sitter, drive, shape)


def _sitter(image: Path, shape: Shape) -> Sitter:
    whole = load(image)
    faces = find_faces(whole)
    focus = (0.5, 0.45)
    if faces:
        face = max(faces, key=lambda each: each.width)
        focus = face.centre[0] / whole.shape[1], face.centre[1] / whole.shape[0]
    picture = cover(whole, shape.width, shape.height, focus=focus)
    subject = find_subject(picture)
    matte = subject.matte
    close = subject.confidence < CONFIDENT or not 0.02 < float(matte.mean()) < 0.9
    matte = _middle(picture) if close else matte
    seen = find_faces(picture)
    if seen:
        head = max(seen, key=lambda each: each.width)
        centre, width = head.centre, float(head.width)
    else:
        x0, y0, x1, y1 = _box(matte)
        width = min(0.55 * (x1 - x0), 0.45 * (y1 - y0))
        centre = ((x0 + x1) / 2, y0 + 0.6 * width)
    # A close-up is bent as a whole: what is behind it was hardly ever seen.
    alpha = np.ones_like(matte) if close else matte
    return Sitter(
        front=np.dstack([picture, (alpha * 255).astype(np.uint8)]),
        behind=picture if close else fill_behind(picture, matte),
        centre=centre,
        width=width,
        rising=_box(matte)[3] >= shape.height - 2,
        close=close,
    )


def _middle(picture: Picture) -> Field:
    """Return the matte of a close-up, which fills its picture's middle."""
    matte = None if bare(picture) else close_up(picture)
    if matte is None:
        raise CannotMake(NO_SUBJECT)
    return matte


def _box(matte: Field) -> tuple[int, int, int, int]:
    rows, columns = np.where(matte.max(1) > 0.5)[0], np.where(matte.max(0) > 0.5)[0]
    if not len(rows) or not len(columns):
        raise CannotMake(NO_SUBJECT)
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _acted(sitter: Sitter, drive: Drive, shape: Shape) -> Iterator[Picture]:
    """Yield the subject as it moves before what was behind it."""
    start = drive.points * sitter.width + np.array(sitter.centre, np.float32)
    inside = (
        (start[:, 0] > -shape.width * 0.2)
        & (start[:, 0] < shape.width * 1.2)
        & (start[:, 1] < shape.height * 1.05)
    )
    start = start[inside]
    coarse = _Coarse(shape.width, shape.height)
    anchors = _anchors(sitter, shape)
    for moved in drive.moved:
        gone = _held(moved[inside]) * sitter.width
        target = np.concatenate([start + gone, anchors]).astype(np.float32)
        source = np.concatenate([start, anchors]).astype(np.float32)
        # Backwards: for each place of the frame, where in the picture it comes from.
        x, y = coarse.upsampled(bent(coarse.places, target, source))
        layer = cv2.remap(sitter.front, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        alpha = layer[..., 3].astype(np.float32) / np.float32(255)
        front = np.ascontiguousarray(layer[..., :3])
        yield np.asarray(cv2.blendLinear(front, sitter.behind, alpha, 1 - alpha), np.uint8)


def _held(moved: Points) -> Points:
    """Return movements in which the whole does not leave the picture: far ways are shortened."""
    whole = np.median(moved, axis=0)
    length = float(np.linalg.norm(whole))
    if length < 1e-6:
        return moved
    kept = FARTHEST * np.tanh(length / FARTHEST) / length
    return np.asarray(moved - whole * (1 - kept), np.float32)


def _anchors(sitter: Sitter, shape: Shape) -> Points:
    """Return points that stay: below a body that is cut off, at its foot, or all around."""
    x = np.linspace(0, shape.width, ANCHORS)
    if sitter.close:
        y = np.linspace(0, shape.height, ANCHORS)
        rim = [np.stack([x, np.full(ANCHORS, edge)], -1) for edge in (0, shape.height)]
        rim += [np.stack([np.full(ANCHORS, edge), y], -1) for edge in (0, shape.width)]
        return np.concatenate(rim).astype(np.float32)
    rows = np.where(sitter.front[..., 3].max(1) > 127)[0]
    foot = shape.height * 1.03 if sitter.rising else float(rows[-1])
    return np.stack([x, np.full(ANCHORS, foot)], -1).astype(np.float32)


class _Coarse:
    """A coarse grid of places over a frame, and the way back to every pixel."""

    def __init__(self, width: int, height: int) -> None:
        gy, gx = np.mgrid[0 : height + CELL : CELL, 0 : width + CELL : CELL]
        self._size = gx.shape
        self.places = np.stack([gx.ravel(), gy.ravel()], -1).astype(np.float32)
        whole: Grid = grid(width, height)
        self._x, self._y = whole.x / np.float32(CELL), whole.y / np.float32(CELL)

    def upsampled(self, values: Points) -> tuple[Field, Field]:
        """Return both coordinates of values on the coarse grid, at every pixel."""
        x, y = (
            cv2.remap(
                np.ascontiguousarray(values[:, axis].reshape(self._size)),
                self._x,
                self._y,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
            for axis in range(2)
        )
        return np.asarray(x, np.float32), np.asarray(y, np.float32)
