"""Measures how a person in a film moves: points on head and body, followed from the first frame.

Points are followed from frame to frame (Lucas and Kanade, pyramidal) and then pulled back to what
the first frame shows of them, so that errors do not add up over a long film. A robust similarity
is the core of the motion; what each point does beside it is kept small, or noise would tear.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.mimic.fitness import LOOKED, NO_PERSON, SIDE, leading_face
from kinora.engines.studio.picture.faces import Face, find_faces
from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.picture.subject import find_subject
from kinora.engines.studio.reel import Picture
from kinora.ports.engine import CannotMake, Progress

Points = NDArray[np.float32]
GRID = 15
FACE_GRID = 7
BACK = 1.2
"""Pixels that going there and back may be off."""

PULLED_EVERY = 2
FREE = 0.10
"""How far a point may stray from the body's motion, in parts of the face's width."""

EASED = 0.35


@dataclass(frozen=True, slots=True)
class Drive:
    """A person's motion.

    `points` lie on the person in the first frame; `moved` (frames x points x 2) is where each has
    gone since then. Both are in face widths, from the middle of the face.
    """

    points: Points
    moved: Points


def measure(frames: Iterator[Picture], *, count: int) -> Generator[Progress, None, Drive]:
    """Return the motion of the person in a film; raise CannotMake when there is none."""
    first = next(frames)
    small = shrink(first, SIDE)
    face = leading_face(small)
    chances = {round(part * (count - 1) / LOOKED) for part in range(1, LOOKED + 1)}
    if face is None:
        raise CannotMake(NO_PERSON)
    follower = _Follower(small, _points_on(small, face), face)
    moved = [np.zeros_like(follower.start)]
    missed = 0
    for number, frame in enumerate(frames, start=1):
        now = shrink(frame, SIDE)
        missed += number in chances and not find_faces(now)
        moved.append(follower.step(now))
        yield Progress(done=0.45 * number / count)
    if missed >= LOOKED:
        raise CannotMake(NO_PERSON)
    middle = np.array(face.centre, np.float32)
    return Drive((follower.start - middle) / face.width, np.stack(moved) / face.width)


def _points_on(small: Picture, face: Face) -> Points:
    """Return points on a person: a grid on the body, a finer one on the face."""
    height, width = small.shape[:2]
    matte = find_subject(small).matte
    step = max(6, height // GRID)
    ys, xs = np.mgrid[step // 2 : height : step, step // 2 : width : step]
    inside = matte[ys, xs] > 0.6
    near = np.abs(xs - face.centre[0]) < 2.6 * face.width
    below = ys > face.centre[1] - 0.9 * face.width
    chosen = inside & near & below
    body = np.stack([xs[chosen], ys[chosen]], -1).astype(np.float32)
    u = np.linspace(-0.42, 0.42, FACE_GRID)
    gx, gy = np.meshgrid(u, u * 1.15)
    head = np.stack([gx.ravel(), gy.ravel()], -1) * face.width + np.array(face.centre)
    return np.concatenate([head.astype(np.float32), body])


class _Follower:
    """Follows points from frame to frame."""

    def __init__(self, first: Picture, points: Points, face: Face) -> None:
        self.start = points
        self._first = cv2.cvtColor(first, cv2.COLOR_RGB2GRAY)
        self._before = self._first
        self._points = points.copy()
        self._width = face.width
        self._eased = np.zeros_like(points)
        self._count = 0

    def step(self, frame: Picture) -> Points:
        """Return how far each point has gone since the first frame."""
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        there, kept = _followed(self._before, grey, self._points, None)
        self._count += 1
        if self._count % PULLED_EVERY == 0:
            again, sure = _followed(self._first, grey, self.start, there)
            near = np.linalg.norm(again - there, axis=1) < 0.2 * self._width
            there[sure & near] = again[sure & near]
            kept |= sure & near
        self._points = self._with_body(there, kept)
        self._before = grey
        gone = self._points - self.start
        self._eased = EASED * self._eased + (1 - EASED) * gone
        return self._eased.copy()

    def _with_body(self, there: Points, kept: NDArray[np.bool_]) -> Points:
        """Return the points near where the body's motion takes them."""
        if kept.sum() < 6:
            return self._points
        matrix, _ = cv2.estimateAffinePartial2D(
            self.start[kept],
            there[kept],
            None,
            cv2.RANSAC,
            0.12 * self._width,
        )
        if matrix is None:
            return self._points
        core = (self.start @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
        rest = np.where(kept[:, None], there - core, 0)
        length = np.linalg.norm(rest, axis=1, keepdims=True)
        most = FREE * self._width
        return np.asarray(core + rest * np.minimum(1, most / np.maximum(length, 1e-6)), np.float32)


def _followed(
    before: NDArray[np.uint8], now: NDArray[np.uint8], points: Points, guess: Points | None
) -> tuple[Points, NDArray[np.bool_]]:
    """Return where points went, and which of them came back when followed backwards."""
    flags = 0 if guess is None else cv2.OPTFLOW_USE_INITIAL_FLOW
    window = {"winSize": (21, 21), "maxLevel": 3}
    start = points if guess is None else guess
    there, found, _ = cv2.calcOpticalFlowPyrLK(
        before, now, points, start.copy(), flags=flags, **window
    )
    back, again, _ = cv2.calcOpticalFlowPyrLK(
        now, before, there, points.copy(), flags=cv2.OPTFLOW_USE_INITIAL_FLOW, **window
    )
    off = np.linalg.norm(back - points, axis=1)
    kept = (found.ravel() == 1) & (again.ravel() == 1) & (off < BACK)
    return np.asarray(there, np.float32), np.asarray(kept, np.bool_)
