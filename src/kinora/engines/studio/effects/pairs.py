"""Effects for two pictures: their subjects meet."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.fusion.cutting import Cutout, cut_out, harmonised, sized
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.picture.warping import ease
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.transition.room import choose
from kinora.ports.engine import Shape

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two subjects on a stage; `morph` goes from the whole first picture to the whole second."""

    first: Cutout
    second: Cutout
    stage: Picture
    shown: tuple[Picture, Picture]
    morph: Callable[[float], Picture]

    @property
    def touching(self) -> float:
        """How far from the middle each stands when they touch, in frame widths."""
        wide = self.first.matte.shape[1] + self.second.matte.shape[1]
        return 0.19 * wide / self.stage.shape[1]


def lay_out_pair(paths: tuple[Path, Path], shape: Shape, *, seed: int) -> Pair:
    """Take two pictures apart and build a soft stage from their colours."""
    one, two = (cover(load(path), shape.width, shape.height) for path in paths)
    stage = _stage(one, two, shape)
    cuts = [cut_out(path) for path in paths]
    heights = [_height(cut, shape) for cut in cuts]
    # Nobody is made more than a fifth higher than the other.
    most = min(heights) * 1.2
    fitted = [
        harmonised(sized(cut, round(min(height, most))), stage, strength=0.25)
        for cut, height in zip(cuts, heights, strict=True)
    ]
    return Pair(fitted[0], fitted[1], stage, (one, two), choose(one, two, "", seed=seed))


def _height(cut: Cutout, shape: Shape) -> float:
    """Return how high a subject may be: a part of the frame, and not too wide."""
    share = 0.88 if cut.rising else 0.62
    room = 0.62 * shape.width * cut.picture.shape[0] / cut.picture.shape[1]
    return min(share * shape.height, room)


def hug(pair: Pair, u: float) -> Picture:
    """They come together and hold each other; the light turns warm, and hearts rise."""
    near = ease(u / 0.45)
    sway = 0.02 * math.sin(u * 14) * near
    gap = max(0.30, pair.touching) * (1 - near) + pair.touching * near
    out = _placed(pair.stage, pair.first, -gap, lean=0.12 * near + sway)
    out = _placed(out, pair.second, gap, lean=-0.12 * near + sway)
    warm = near * 0.35
    tinted = out * (1 - warm + warm * np.array([1.10, 0.94, 0.80]))
    return _hearts(np.clip(tinted, 0, 255).astype(np.uint8), u)


def cheers(pair: Pair, u: float) -> Picture:
    """They jump to each other and meet in a flash, twice."""
    beat = (u * 2.0) % 1.0
    near = math.sin(math.pi * min(1.0, beat * 1.2)) ** 0.7
    gap = 0.32 - (0.32 - min(0.32, pair.touching)) * near
    lift = 0.10 * max(0.0, math.sin(math.pi * beat))
    out = _placed(pair.stage, pair.first, -gap, lift=lift, lean=0.10 * near)
    out = _placed(out, pair.second, gap, lift=lift, lean=-0.10 * near)
    flash = math.exp(-((beat - 0.42) ** 2) * 260)
    return _burst(out, flash)


def face_to_face(pair: Pair, u: float) -> Picture:
    """Two sides of a poster slam together: left against right, with lightning between."""
    slam = 1 - math.exp(-u * 9)
    off = 0.75 * (1 - slam)
    height, width = pair.stage.shape[:2]
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    jag = np.sin(y * (0.11 * 720 / height) + 1) * width * 0.006
    middle = width / 2 + (y - height / 2) * 0.18 + jag
    left = (x < middle)[..., None]
    red = pair.stage * np.array([0.75, 0.28, 0.26]) + np.array([40, 4, 8])
    blue = pair.stage * np.array([0.25, 0.36, 0.80]) + np.array([4, 8, 44])
    board = np.where(left, red, blue).clip(0, 255).astype(np.uint8)
    pulse = 1 + 0.012 * math.sin(u * 22)
    out = _placed(board, pair.first, -0.25 - off, scale=1.12 * pulse)
    out = _placed(out, pair.second, 0.25 + off, scale=1.12 * pulse)
    bolt = np.exp(-(((x - middle) / (width * 0.006)) ** 2)) * (0.7 + 0.3 * math.sin(u * 90))
    glow = np.exp(-(((x - middle) / (width * 0.03)) ** 2)) * 0.35
    lit = out + ((bolt + glow) * slam)[..., None] * np.array([255, 246, 200])
    shake = math.exp(-max(0.0, u - 0.22) * 18) * (u > 0.22) * 40
    return np.asarray(np.clip(lit + shake, 0, 255), np.uint8)


def morph_into(pair: Pair, u: float) -> Picture:
    """The first becomes the second: held, changed, held."""
    return pair.morph(ease((u - 0.15) / 0.7))


def _stage(one: Picture, two: Picture, shape: Shape) -> Picture:
    blur = max(4.0, shape.height / 9)
    soft = [cv2.GaussianBlur(each, (0, 0), blur).astype(np.float32) for each in (one, two)]
    mix = np.clip((np.linspace(-1, 1, shape.width, dtype=np.float32) * 1.5 + 1) / 2, 0, 1)
    joined = soft[0] * (1 - mix[None, :, None]) + soft[1] * mix[None, :, None]
    y = np.linspace(0, 1, shape.height, dtype=np.float32)[:, None, None]
    return np.clip(joined * (0.70 + 0.35 * (1 - y)), 0, 255).astype(np.uint8)


def _placed(
    frame: Picture,
    cut: Cutout,
    x: float,
    *,
    lift: float = 0.0,
    lean: float = 0.0,
    scale: float = 1.0,
) -> Picture:
    """Return a frame with a subject whose foot is `x` frame widths from its middle."""
    height, width = frame.shape[:2]
    high, wide = cut.matte.shape
    foot = 1.0 if cut.rising else 0.95
    pivot = (wide / 2, float(high))
    matrix = cv2.getRotationMatrix2D(pivot, -math.degrees(lean), scale)
    matrix[0, 2] += width * (0.5 + x) - pivot[0]
    matrix[1, 2] += height * (foot - (0.0 if cut.rising else lift)) - pivot[1]
    size = (width, height)
    alpha = cv2.warpAffine(cut.matte, matrix, size, flags=cv2.INTER_LINEAR)[..., None]
    colour = cv2.warpAffine(
        cut.picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    soft = cv2.GaussianBlur(alpha[..., 0], (0, 0), height / 30)[..., None]
    shaded = frame * (1 - 0.30 * soft)
    return np.asarray(shaded * (1 - alpha) + colour * alpha, np.uint8)


def _hearts(frame: Picture, u: float) -> Picture:
    """Draw hearts that rise, from the moment of the embrace on."""
    height, width = frame.shape[:2]
    t = np.linspace(0, 2 * math.pi, 40)
    hx = 16 * np.sin(t) ** 3
    hy = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    layer = np.zeros_like(frame)
    for a, b, c, d in np.random.default_rng(12).random((16, 4)):
        age = (u - 0.35 - b * 0.45) / 0.5
        if not 0 < age < 1:
            continue
        size = height / 720 * (1.0 + 1.6 * c) * math.sin(math.pi * min(1.0, age * 1.4 + 0.1))
        x = width * (0.28 + 0.44 * a) + math.sin(age * 7 + d * 6) * width * 0.02
        y = height * (0.62 - 0.55 * age)
        points = np.stack([x + hx * size, y + hy * size], -1)
        cv2.fillPoly(layer, [(points * 8).astype(np.int32)], (255, 70, 110), cv2.LINE_AA, 3)
    glow = cv2.GaussianBlur(layer, (0, 0), max(1.0, height / 120))
    mask = (layer.max(2, keepdims=True) > 0) * 0.85
    lit = frame * (1 - mask) + layer * mask + glow * 0.5
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


def _burst(frame: Picture, flash: float) -> Picture:
    height, width = frame.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    dx, dy = (x - width / 2) / height, (y - height * 0.45) / height
    away, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    rays = (0.5 + 0.5 * np.sin(angle * 18)) ** 3 * np.exp(-away * 4)
    light = (np.exp(-(away**2) * 40) * 1.2 + rays) * flash
    return np.asarray(
        np.clip(frame + light[..., None] * np.array([255, 240, 190]), 0, 255), np.uint8
    )


PAIRS: dict[str, Callable[[Pair, float], Picture]] = {
    "hug": hug,
    "cheers": cheers,
    "face-to-face": face_to_face,
    "morph-into": morph_into,
}
