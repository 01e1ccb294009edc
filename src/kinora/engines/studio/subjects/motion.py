"""How figures move: where they are, how they turn, and how their bodies bend."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
FACING = -1.0
"""Nearly all signs of the font look to the left."""


@dataclass(frozen=True, slots=True)
class Pose:
    """A figure at one moment.

    `x`, `y` place the middle of its foot line, in frame heights from the frame's middle (right,
    down). `lift` is its height over the ground. `yaw`, `lean` in radians. `wide`, `tall` are
    squash and stretch. `stride` bends legs, `wave` bends the body, both in figure heights.
    """

    x: float
    y: float
    lift: float = 0.0
    yaw: float = 0.0
    lean: float = 0.0
    wide: float = 1.0
    tall: float = 1.0
    stride: float = 0.0
    phase: float = 0.0
    wave: float = 0.0
    flip: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """What a figure does: an action, where it is in the row, whether it goes right, its pace.

    `facing` is 1 for a sign that is drawn looking to the right.
    """

    action: str
    place: float
    right: bool
    pace: float
    facing: float = FACING


def pose(course: Course, t: float, u: float) -> Pose:
    """Return the pose at second `t`, when the part `u` of the film has passed."""
    ahead = 1.0 if course.right else -1.0
    x = course.place + ahead * 0.16 * (u - 0.5)
    beat = 2 * math.pi * t * course.pace
    flip = (ahead > 0) == (course.facing < 0)
    move = MOVES.get(course.action, _turn)
    return move(Moment(x, ahead, beat, u, flip))


@dataclass(frozen=True, slots=True)
class Moment:
    """What every move starts from: place, direction, beat in radians, part passed, mirrored."""

    x: float
    ahead: float
    beat: float
    u: float
    flip: bool


def _walk(m: Moment) -> Pose:
    # The body rises on its legs; lifting all of it would take the feet off the ground.
    step = abs(math.sin(m.beat * 1.7))
    sway = 0.03 * math.sin(m.beat * 1.7)
    return Pose(
        m.x,
        0.0,
        lean=sway * m.ahead,
        wide=1 - 0.010 * step,
        tall=1 + 0.022 * step,
        yaw=0.16 * math.sin(m.beat * 0.4),
        stride=0.030,
        phase=m.beat * 1.7,
        flip=m.flip,
    )


def _run(m: Moment) -> Pose:
    leap = abs(math.sin(m.beat * 2.4))
    return Pose(
        m.x + m.ahead * 0.10 * (m.u - 0.5),
        0.0,
        lift=0.05 * leap,
        lean=m.ahead * 0.10 * math.cos(m.beat * 2.4),
        wide=1 + 0.05 * leap,
        tall=1 - 0.04 * leap,
        stride=0.055,
        phase=m.beat * 2.4,
        flip=m.flip,
    )


def _jump(m: Moment) -> Pose:
    cycle = (m.beat * 0.9 / (2 * math.pi)) % 1.0
    air = max(0.0, math.sin(math.pi * min(1.0, cycle * 1.35)))
    crouch = max(0.0, (cycle - 0.74) / 0.26)
    squash = math.sin(math.pi * crouch)
    return Pose(
        m.x,
        0.0,
        lift=0.24 * air,
        lean=-0.10 * m.ahead * math.cos(math.pi * cycle),
        wide=1 - 0.07 * air + 0.14 * squash,
        tall=1 + 0.08 * air - 0.16 * squash,
        flip=m.flip,
    )


def _fly(m: Moment) -> Pose:
    flap = math.sin(m.beat * 2.6)
    return Pose(
        m.x * 1.2 + 0.06 * math.sin(m.beat * 0.31),
        0.0,
        lift=0.30 + 0.035 * math.sin(m.beat * 0.7),
        lean=0.08 * math.sin(m.beat * 0.5),
        yaw=0.30 * math.sin(m.beat * 0.37),
        wide=1 - 0.05 * flap,
        tall=1 + 0.09 * flap,
        flip=m.flip,
    )


def _swim(m: Moment) -> Pose:
    return Pose(
        m.x * 1.2,
        0.0,
        lift=0.24 + 0.03 * math.sin(m.beat * 0.6),
        lean=0.05 * math.sin(m.beat * 0.6 + 1),
        yaw=0.22 * math.sin(m.beat * 0.9),
        wave=0.045,
        phase=m.beat * 1.3,
        flip=m.flip,
    )


def _float(m: Moment) -> Pose:
    return Pose(
        m.x * 1.1 + 0.03 * math.sin(m.beat * 0.23),
        0.0,
        lift=0.17 + 0.03 * math.sin(m.beat * 0.45),
        lean=0.16 * math.sin(m.beat * 0.19 + 0.6),
        yaw=0.32 * math.sin(m.beat * 0.27),
        flip=m.flip,
    )


def _drive(m: Moment) -> Pose:
    jolt = 0.004 * math.sin(m.beat * 3.1) + 0.002 * math.sin(m.beat * 7.3)
    return Pose(
        m.x + m.ahead * 0.06 * (m.u - 0.5),
        0.0,
        lift=max(0.0, jolt),
        lean=0.012 * math.sin(m.beat),
        yaw=0.10 * math.sin(m.beat * 0.3),
        flip=m.flip,
    )


def _sail(m: Moment) -> Pose:
    return Pose(
        m.x,
        0.0,
        lift=0.012 * math.sin(m.beat * 0.6),
        lean=0.07 * math.sin(m.beat * 0.6 + 0.8),
        yaw=0.12 * math.sin(m.beat * 0.25),
        flip=m.flip,
    )


def _launch(m: Moment) -> Pose:
    shake = 0.004 * math.sin(m.beat * 9)
    return Pose(
        m.x + shake + 0.10 * m.u,
        0.0,
        lift=0.04 + 0.24 * m.u * m.u,
        yaw=0.15 * math.sin(m.beat * 0.3),
    )


def _dance(m: Moment) -> Pose:
    bounce = abs(math.sin(m.beat * 1.25))
    return Pose(
        m.x + 0.03 * math.sin(m.beat * 0.62),
        0.0,
        lift=0.045 * bounce,
        lean=0.20 * math.sin(m.beat * 1.25),
        yaw=0.5 * math.sin(m.beat * 0.62),
        wide=1.05 - 0.08 * bounce,
        tall=0.94 + 0.10 * bounce,
        flip=m.flip,
    )


def _spin(m: Moment) -> Pose:
    return Pose(m.x, 0.0, lift=0.0, yaw=m.beat * 0.42, flip=m.flip)


def _rest(m: Moment) -> Pose:
    breath = math.sin(m.beat * 0.55)
    return Pose(
        m.x,
        0.0,
        yaw=0.14 * math.sin(m.beat * 0.22),
        wide=1 + 0.012 * breath,
        tall=1 - 0.016 * breath,
        flip=m.flip,
    )


def _sway(m: Moment) -> Pose:
    return Pose(
        m.x,
        0.0,
        lean=0.05 * math.sin(m.beat * 0.4),
        yaw=0.20 * math.sin(m.beat * 0.3),
        wave=0.0,
    )


def _turn(m: Moment) -> Pose:
    return Pose(
        m.x,
        0.0,
        yaw=0.50 * math.sin(m.beat * 0.32),
        lift=0.012 * (1 + math.sin(m.beat * 0.5)),
    )


MOVES = {
    "walk": _walk,
    "run": _run,
    "jump": _jump,
    "fly": _fly,
    "swim": _swim,
    "float": _float,
    "drive": _drive,
    "sail": _sail,
    "launch": _launch,
    "dance": _dance,
    "spin": _spin,
    "rest": _rest,
    "sway": _sway,
    "turn": _turn,
}


def bend(pose: Pose, shape: tuple[int, int]) -> tuple[Field, Field] | None:
    """Return from where each pixel of a bent figure comes, None when nothing bends.

    Legs step in turn: the lowest third is pushed along by a wave that runs over the width.
    """
    if not pose.stride and not pose.wave:
        return None
    height, width = shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    if pose.stride:
        low = np.clip((y / height - 0.66) / 0.34, 0, 1) ** 1.4
        swing = np.sin(np.float32(pose.phase) + x * np.float32(9.5 / width))
        x = x + pose.stride * height * low * swing
        y = y + 0.35 * pose.stride * height * low * np.cos(
            np.float32(pose.phase) + x * np.float32(9.5 / width)
        )
    if pose.wave:
        along = x / width
        tail = np.sin(np.float32(pose.phase) - along * np.float32(5))
        y = np.asarray(y + pose.wave * height * (0.25 + along) * tail, np.float32)
    return np.asarray(x, np.float32), np.asarray(y, np.float32)


def placed(pose: Pose, figure: tuple[int, int], frame: tuple[int, int], foot: float) -> Field:
    """Return the 2x3 matrix that takes a figure's pixels to the frame's.

    `foot` is the ground line, in frame heights from the top.
    """
    height, width = figure
    frame_height, frame_width = frame
    cosine, sine = math.cos(pose.lean), math.sin(pose.lean)
    across = -pose.wide if pose.flip else pose.wide
    target_x = frame_width / 2 + pose.x * frame_height
    target_y = (foot + pose.y - pose.lift) * frame_height
    a, b = cosine * across, -sine * pose.tall
    c, d = sine * across, cosine * pose.tall
    pivot_x, pivot_y = width / 2, height * 0.985
    return np.array(
        [
            [a, b, target_x - a * pivot_x - b * pivot_y],
            [c, d, target_y - c * pivot_x - d * pivot_y],
        ],
        np.float32,
    )


def carried(field: Field, matrix: Field, frame: tuple[int, int]) -> Field:
    """Return a field of a figure at its place in a frame."""
    size = (frame[1], frame[0])
    return np.asarray(cv2.warpAffine(field, matrix, size, flags=cv2.INTER_LINEAR), np.float32)
