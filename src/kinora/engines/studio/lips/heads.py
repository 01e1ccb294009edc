"""Lets the head of a speaking picture move: it sways, turns a little, and nods with stressed words.

The motion is drawn into finished frames around the talker's face. It is that of a head on a neck:
nothing below the neck moves, what is nearer to us moves further, and it fades out into what is
behind the head.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from kinora.engines.studio.lips.mouths import OPEN, SPEAKING, Mouths
from kinora.engines.studio.lips.pose import Pose
from kinora.engines.studio.lips.talker import Talker
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]

ASIDE, ABOVE, BELOW = 5.4, 7.6, 4.4
"""How far around the mouth anything moves, in half widths of it."""

NECK = 3.4
"""Where the neck begins to turn, below the mouth."""

MIDDLE = -1.7
"""Where the middle of the face is."""

TILT, TURN, NOD = 0.030, 0.20, 0.17
"""How far a head leans (radians), and how far it turns and nods (half widths of the mouth)."""

IDLE = 0.35
"""How much of its motion a head keeps while it says nothing."""

COARSE = 6
"""Pixels per sample of the motion, which is smooth."""

FAINT = 0.02


@dataclass(frozen=True, slots=True)
class _Sway:
    """How a head moves in each frame: `lean`, `turn` and `nod`, each about -1 to 1."""

    lean: Field
    turn: Field
    nod: Field


def nodding(
    frames: Iterator[Picture], *, talker: Talker, mouths: Mouths, seed: int
) -> Iterator[Picture]:
    """Yield frames in which the talker's head moves as heads do that speak."""
    sway = _sway(mouths, seed)
    for number, frame in enumerate(frames):
        turnout = talker.at(number)
        if turnout is None or number >= len(mouths):
            yield frame
            continue
        how = (float(each[number]) for each in (sway.lean, sway.turn, sway.nod))
        yield _moved(frame, turnout.pose(number), *how)


def _sway(mouths: Mouths, seed: int) -> _Sway:
    """Return motions: slow ones by chance, and nods where the mouth opens wide."""
    count = len(mouths)
    rng = np.random.default_rng(seed)
    speaking = ndimage.gaussian_filter1d(mouths.values[:, SPEAKING], 0.2 * mouths.fps)
    much = IDLE + (1 - IDLE) * speaking
    slow = []
    for seconds in (0.55, 0.75, 0.45):
        sigma = seconds * mouths.fps
        rough = rng.normal(0, 1, count + 2 * int(4 * sigma) + 2)
        calm = ndimage.gaussian_filter1d(rough, sigma) * np.sqrt(2 * np.sqrt(np.pi) * sigma)
        begin = int(4 * sigma)
        # Not more than about twice the usual, however chance has it.
        slow.append(1.6 * np.tanh(calm[begin : begin + count] / 1.6))
    opened = mouths.values[:, OPEN] * mouths.values[:, SPEAKING]
    stress = ndimage.gaussian_filter1d(opened, 0.09 * mouths.fps)
    stress -= ndimage.gaussian_filter1d(opened, 0.6 * mouths.fps)
    nod = 0.55 * slow[2] * much + 2.2 * stress
    lean, turn = 0.7 * slow[0] * much, 0.7 * slow[1] * much
    return _Sway(*(np.asarray(each, np.float32) for each in (lean, turn, nod)))


def _moved(frame: Picture, pose: Pose, lean: float, turn: float, nod: float) -> Picture:
    """Return a frame with its head moved."""
    size = (frame.shape[1], frame.shape[0])
    y0, y1, x0, x1 = pose.window(ASIDE, ABOVE, BELOW, size)
    if pose.sure < FAINT or y1 - y0 < COARSE or x1 - x0 < COARSE:
        return frame
    xs = np.linspace(x0, x1 - 1, max(2, (x1 - x0) // COARSE), dtype=np.float32)
    ys = np.linspace(y0, y1 - 1, max(2, (y1 - y0) // COARSE), dtype=np.float32)
    u, v = pose.local(xs[None, :], ys[:, None])
    from_u, from_v = _from(u, v, lean * pose.sure, turn * pose.sure, nod * pose.sure)
    map_x, map_y = pose.pixels(from_u, from_v)
    whole = (x1 - x0, y1 - y0)
    right = _fine(map_x - xs[None, :], whole) + np.arange(x0, x1, dtype=np.float32)[None, :]
    down = _fine(map_y - ys[:, None], whole) + np.arange(y0, y1, dtype=np.float32)[:, None]
    result = frame.copy()
    result[y0:y1, x0:x1] = cv2.remap(
        frame, right, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    return result


def _fine(samples: Field, size: tuple[int, int]) -> Field:
    """Return samples, whose first and last lie on the first and last pixels, for all pixels."""
    columns = np.linspace(0, samples.shape[1] - 1, size[0], dtype=np.float32)
    rows = np.linspace(0, samples.shape[0] - 1, size[1], dtype=np.float32)
    maps = np.meshgrid(columns, rows)
    return np.asarray(cv2.remap(samples, maps[0], maps[1], cv2.INTER_LINEAR), np.float32)


def _from(u: Field, v: Field, lean: float, turn: float, nod: float) -> tuple[Field, Field]:
    """Return from where each place around a mouth comes, in half widths of it."""
    up = v - np.float32(MIDDLE)
    away = np.sqrt((u / np.float32(2.6)) ** 2 + (up / np.float32(3.6)) ** 2)
    head = _eased((np.float32(1.9) - away) / np.float32(1.0))
    # The neck goes along ever less, down to the shoulders.
    neck = _eased((np.float32(NECK) - v) / np.float32(2.4))
    moves = head * neck
    # What lies nearer, the nose and not the ears, goes further when a head turns.
    near = np.maximum(1 - 0.55 * away * away, 0)
    over = np.maximum(np.float32(NECK) - v, 0)
    right = lean * TILT * over + turn * TURN * (0.35 + 0.65 * near)
    down = lean * TILT * u * 0.8 + nod * NOD * (0.45 + 0.55 * near)
    return (u - moves * right).astype(np.float32), (v - moves * down).astype(np.float32)


def _eased(part: Field) -> Field:
    part = np.clip(part, 0, 1)
    return part * part * (3 - 2 * part)
