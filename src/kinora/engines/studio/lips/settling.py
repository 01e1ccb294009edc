"""Makes one steady path of a mouth from what flow and looks say."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.lips.following import Turn
from kinora.engines.studio.lips.pose import Pose
from kinora.engines.studio.lips.shape import MouthShape
from kinora.engines.studio.lips.talker import Rest, Turnout

Field = NDArray[np.float32]

STEADY = (0.7, 0.4, 0.22, 0.12)
"""Seconds over which looks are averaged: as long as the path can follow them."""

LEFT_BEHIND = 0.13
"""Half widths that a path may be off most of the looks."""

LOST = 0.55
"""Half widths off a look at which the path is of no use there."""

STRAY = 0.28
"""Half widths off its usual place on the face at which a mouth is no more believed than half."""

KNOWN, FORGOTTEN = 0.35, 0.9
"""Seconds after a look until which a face is surely there, and from which on no more."""

SMALLEST = 5.0
"""Pixels of half a mouth's width below which nobody would see it speak."""

NO_MOUTH = 0.2
"""How clearly a mouth is seen at least, or fur and curtains would speak."""

STIRS, SURELY = 0.05, 0.10
"""Spread of a mouth's own opening, in half widths, that may be a movement, and that surely is."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a mouth in one frame (counted from the face's first).

    `face` is the middle of the face, in pixels, and `width` its width; `closed` is the more the
    better the mouth is closed.
    """

    frame: int
    pose: Pose
    shape: MouthShape
    face: tuple[float, float]
    width: float
    closed: float

    @property
    def restfulness(self) -> float:
        """How good an example of the mouth at rest this is; more is better."""
        return self.shape.sure + self.closed + 0.15 * min(1.0, self.pose.half / 40)


def settled(
    first: int,
    turns: list[Turn],
    held: list[float],
    looks: list[Look],
    rests: list[Rest],
    fps: float,
) -> Turnout | None:
    """Return a face's path; None when it is too small to speak, or has no mouth."""
    half = float(np.median([look.pose.half for look in looks]))
    if half < SMALLEST or float(np.median([look.shape.sure for look in looks])) < NO_MOUTH:
        return None
    matrices = np.stack(turns).astype(np.float64)
    times = np.arange(len(turns))
    poses, trust = _agreed(looks)
    home = np.array(
        [_home(pose, matrices[look.frame]) for look, pose in zip(looks, poses, strict=True)]
    )
    at = np.array([look.frame for look in looks])
    smooth = _steadied(at, home, times, fps)
    missed = np.hypot(*(smooth[at, :2] - home[:, :2]).T) / np.exp(home[:, 2])
    clear = [
        min(1.0, 0.15 + 2 * look.shape.sure)
        * min(1.0, 0.1 + 1.2 * each)
        * float(np.clip((LOST - off) / (LOST - 2 * LEFT_BEHIND), 0, 1))
        for look, each, off in zip(looks, trust, missed, strict=True)
    ]
    sure = _sureness(at, clear, np.array(held), times, fps)
    edges = np.array([[look.shape.upper, look.shape.lower] for look in looks])
    stirred = _stirred(looks)
    width = float(np.median([look.width for look in looks]))
    return Turnout(
        first=first,
        places=np.column_stack([_sent_forward(smooth, matrices), sure]).astype(np.float32),
        edges=_smoothed(at, edges, times, (0.1 if stirred else STEADY[0]) * fps).astype(np.float32),
        shape=_typical([look.shape for look in looks]),
        rest=_best(rests, dict(zip(at.tolist(), trust, strict=True))),
        stirred=stirred,
        weight=width * len(looks),
    )


def _agreed(looks: list[Look]) -> tuple[list[Pose], list[float]]:
    """Return the looks' mouths, and how far each is believed, 0 to 1.

    A mouth that is not where the face has its mouth in most looks is drawn there: a moustache or
    a hand was taken for it.
    """
    off = np.array([_in_face(look) for look in looks])
    usual = np.median(off, axis=0)
    poses, trusts = [], []
    for look, place in zip(looks, off, strict=True):
        stray = math.hypot(*(place[:2] - usual[:2])) / max(float(usual[2]), 1e-3)
        trust = 1 / (1 + (stray / STRAY) ** 4)
        poses.append(_on_face(look, usual + trust * (place - usual)))
        trusts.append(trust)
    return poses, trusts


def _in_face(look: Look) -> tuple[float, float, float]:
    """Return where a look's mouth is on its face, and its half width, in widths of the face."""
    x, y = look.pose.x - look.face[0], look.pose.y - look.face[1]
    cos, sin = math.cos(look.pose.roll), math.sin(look.pose.roll)
    right, down = (cos * x + sin * y), (cos * y - sin * x)
    return right / look.width, down / look.width, look.pose.half / look.width


def _on_face(look: Look, place: NDArray[np.float64]) -> Pose:
    right, down, half = (float(value) * look.width for value in place)
    cos, sin = math.cos(look.pose.roll), math.sin(look.pose.roll)
    x, y = look.face[0] + cos * right - sin * down, look.face[1] + sin * right + cos * down
    return Pose(x, y, half, look.pose.roll, look.pose.sure)


def _steadied(
    at: NDArray[np.intp], home: NDArray[np.float64], times: NDArray[np.intp], fps: float
) -> NDArray[np.float64]:
    """Return the looks' path, as smooth as it can be without leaving the looks behind."""
    half = math.exp(float(np.median(home[:, 2])))
    smooth = _smoothed(at, home, times, STEADY[0] * fps)
    for sigma in STEADY[1:]:
        missed = np.hypot(*(smooth[at, :2] - home[:, :2]).T) / half
        if float(np.percentile(missed, 80)) < LEFT_BEHIND:
            break
        smooth = _smoothed(at, home, times, sigma * fps)
    return smooth


def _home(pose: Pose, turn: Turn) -> list[float]:
    """Return a pose as it was in the first frame: x, y, logarithm of half, roll."""
    size = math.hypot(turn[0, 0], turn[1, 0])
    angle = math.atan2(turn[1, 0], turn[0, 0])
    x, y = np.linalg.solve(turn[:, :2], np.array([pose.x, pose.y]) - turn[:, 2])
    return [float(x), float(y), math.log(pose.half / size), pose.roll - angle]


def _sent_forward(
    smooth: NDArray[np.float64], matrices: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return poses of the first frame (x, y, logarithm of half, roll) as they are in each."""
    x = (matrices[:, 0, :2] * smooth[:, :2]).sum(1) + matrices[:, 0, 2]
    y = (matrices[:, 1, :2] * smooth[:, :2]).sum(1) + matrices[:, 1, 2]
    size = np.hypot(matrices[:, 0, 0], matrices[:, 1, 0])
    angle = np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0])
    return np.stack([x, y, np.exp(smooth[:, 2]) * size, smooth[:, 3] + angle], -1)


def _smoothed(
    at: NDArray[np.intp], values: NDArray[np.float64], times: NDArray[np.intp], sigma: float
) -> NDArray[np.float64]:
    """Return values for all times: a median of three, then an average weighted by nearness."""
    calm = values.copy()
    for number in range(1, len(values) - 1):
        calm[number] = np.median(values[number - 1 : number + 2], axis=0)
    if len(values) > 2:
        calm[0], calm[-1] = np.median(values[:3], axis=0), np.median(values[-3:], axis=0)
    off = (times[:, None] - at[None, :]) / max(sigma, 0.5)
    near = np.exp(-0.5 * np.minimum(off * off, 60)) + 1e-12
    return np.asarray(near @ calm / near.sum(1, keepdims=True))


def _sureness(
    at: NDArray[np.intp],
    clearness: list[float],
    held: NDArray[np.float64],
    times: NDArray[np.intp],
    fps: float,
) -> NDArray[np.float64]:
    """Return for all times how surely the face is there, 0 to 1."""
    away = np.abs(times[:, None] - at[None, :]).min(1) / fps
    known = np.clip((FORGOTTEN - away) / (FORGOTTEN - KNOWN), 0, 1)
    clear = np.interp(times, at, clearness)
    followed = np.clip((held - 0.15) / 0.3, 0, 1)
    window = np.hanning(9)[1:-1]
    whole = np.pad(known * clear * followed, 3, mode="edge")
    even = np.convolve(whole, window / window.sum(), "valid")
    # What is nearly sure is as good as sure: half an effect looks like neither.
    return np.clip((even - 0.15) / 0.5, 0, 1)


def _stirred(looks: list[Look]) -> float:
    """Return how surely a mouth moves by itself, 0 to 1; one odd look is no movement."""
    low, high = np.percentile([look.shape.gap for look in looks], (12, 88))
    return float(np.clip(((high - low) / 2 - STIRS) / (SURELY - STIRS), 0, 1))


def _best(rests: list[Rest], trust: dict[int, float]) -> Rest | None:
    """Return the mouth at rest that is most believed to be one."""
    believed = [rest for rest in rests if trust[rest.frame] > 0.6]
    return max(believed, key=lambda rest: rest.restfulness, default=None)


def _typical(shapes: list[MouthShape]) -> MouthShape:
    """Return the median of shapes."""
    middle = {
        name: float(np.median([getattr(shape, name) for shape in shapes]))
        for name in ("upper", "lower", "lip_above", "lip_below", "sure")
    }
    return replace(shapes[0], **middle)
