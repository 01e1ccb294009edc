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

STEADY = 0.7
"""Seconds over which looks are averaged."""

KNOWN, FORGOTTEN = 0.35, 0.9
"""Seconds after a look until which a face is surely there, and from which on no more."""

STIRS = 0.07
"""Spread of a mouth's own opening, in half widths, from which on it is a movement."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a mouth in one frame (counted from the face's first)."""

    frame: int
    pose: Pose
    shape: MouthShape
    width: float

    @property
    def restfulness(self) -> float:
        """How good an example of the mouth at rest this is; more is better."""
        return self.shape.sure - 2.5 * self.shape.gap + 0.15 * min(1.0, self.pose.half / 40)


def settled(
    first: int,
    turns: list[Turn],
    held: list[float],
    looks: list[Look],
    rest: Rest | None,
    fps: float,
) -> Turnout | None:
    """Return a face's path; None when it was there too shortly to speak."""
    if len(turns) < 3 and len(looks) < 1:
        return None
    matrices = np.stack(turns).astype(np.float64)
    times = np.arange(len(turns))
    home = np.array([_home(look.pose, matrices[look.frame]) for look in looks])
    at = np.array([look.frame for look in looks])
    smooth = _smoothed(at, home, times, STEADY * fps)
    size = np.hypot(matrices[:, 0, 0], matrices[:, 1, 0])
    angle = np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0])
    x = matrices[:, 0, 0] * smooth[:, 0] + matrices[:, 0, 1] * smooth[:, 1] + matrices[:, 0, 2]
    y = matrices[:, 1, 0] * smooth[:, 0] + matrices[:, 1, 1] * smooth[:, 1] + matrices[:, 1, 2]
    sure = _sureness(at, looks, np.array(held), times, fps)
    places = np.stack([x, y, np.exp(smooth[:, 2]) * size, smooth[:, 3] + angle, sure], -1)
    edges = np.array([[look.shape.upper, look.shape.lower] for look in looks])
    gaps = np.array([look.shape.gap for look in looks])
    stirred = float(np.clip((gaps.std() - STIRS) / STIRS, 0, 1)) if len(gaps) > 2 else 0.0
    width = float(np.median([look.width for look in looks]))
    return Turnout(
        first=first,
        places=places.astype(np.float32),
        edges=_smoothed(at, edges, times, (0.1 if stirred else STEADY) * fps).astype(np.float32),
        shape=_typical([look.shape for look in looks]),
        rest=rest,
        stirred=stirred,
        weight=width * len(looks),
    )


def _home(pose: Pose, turn: Turn) -> list[float]:
    """Return a pose as it was in the first frame: x, y, logarithm of half, roll."""
    size = math.hypot(turn[0, 0], turn[1, 0])
    angle = math.atan2(turn[1, 0], turn[0, 0])
    x, y = np.linalg.solve(turn[:, :2], np.array([pose.x, pose.y]) - turn[:, 2])
    return [float(x), float(y), math.log(pose.half / size), pose.roll - angle]


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
    looks: list[Look],
    held: NDArray[np.float64],
    times: NDArray[np.intp],
    fps: float,
) -> NDArray[np.float64]:
    """Return for all times how surely the face is there, 0 to 1."""
    away = np.abs(times[:, None] - at[None, :]).min(1) / fps
    known = np.clip((FORGOTTEN - away) / (FORGOTTEN - KNOWN), 0, 1)
    clear = np.interp(times, at, [min(1.0, 0.35 + look.shape.sure) for look in looks])
    followed = np.clip((held - 0.15) / 0.3, 0, 1)
    window = np.hanning(9)[1:-1]
    whole = np.pad(known * clear * followed, 3, mode="edge")
    return np.convolve(whole, window / window.sum(), "valid")


def _typical(shapes: list[MouthShape]) -> MouthShape:
    """Return the median of shapes."""
    middle = {
        name: float(np.median([getattr(shape, name) for shape in shapes]))
        for name in ("upper", "lower", "lip_above", "lip_below", "sure")
    }
    return replace(shapes[0], **middle)
