"""From one picture to another, in one of three ways that suits the two.

Pictures that show the same thing are joined along their optical flow; two faces are laid over
each other and melt; anything else is cut by the camera, for warping a cup into a cat only looks
broken.
"""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.domain.order import Words
from kinora.engines.studio.picture.faces import Face, find_faces
from kinora.engines.studio.picture.load import cover, load, unit
from kinora.engines.studio.picture.warping import ease, grid
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.transition.flow import FlowJoin, related
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
Join = Callable[[float], Picture]
HOLD = 0.10
"""Part of the film at each end in which only the camera moves."""

CUTS = ("ink", "zoom", "whip")
WORDS = {"ink": "ink", "melt": "ink", "zoom": "zoom", "whip": "whip", "pan": "whip", "spin": "zoom"}


def frames(first: Path, last: Path, words: Words, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield the film; it begins with exactly the first picture and ends with exactly the last."""
    a = _shown(load(first), shape)
    b = _shown(load(last), shape)
    join = choose(a, b, words.prompt, seed=seed)
    for number in range(shape.frames):
        u = number / max(1, shape.frames - 1)
        if number == 0:
            yield a
        elif number == shape.frames - 1:
            yield b
        else:
            yield _breathe(join(ease((u - HOLD) / (1 - 2 * HOLD))), u)


def choose(a: Picture, b: Picture, prompt: str, *, seed: int) -> Join:
    """Return the way from `a` to `b` that suits them and the words."""
    asked = next((WORDS[word] for word in prompt.lower().split() if word in WORDS), "")
    if not asked and related(a, b):
        return FlowJoin(a, b).at
    faces_a, faces_b = find_faces(a), find_faces(b)
    if not asked and faces_a and faces_b:
        return FaceJoin(a, b, faces_a[0], faces_b[0]).at
    cut = asked or CUTS[seed % len(CUTS)]
    match cut:
        case "ink":
            return InkCut(a, b, seed=seed).at
        case "zoom":
            return lambda t: zoom_cut(a, b, t)
        case _:
            return lambda t: whip_cut(a, b, t)


class FaceJoin:
    """Two faces, aligned by place and size, that melt while their colours meet."""

    def __init__(self, a: Picture, b: Picture, face_a: Face, face_b: Face) -> None:
        """Measure how the second face lies to the first."""
        self._a, self._b = a.astype(np.float32), b.astype(np.float32)
        self._from, self._to = np.array(face_a.centre), np.array(face_b.centre)
        self._ratio = float(np.clip(face_b.width / face_a.width, 0.4, 2.5))
        self._means = self._a.mean((0, 1)), self._b.mean((0, 1))
        self._spreads = self._a.std((0, 1)) + 1, self._b.std((0, 1)) + 1

    def at(self, t: float) -> Picture:
        """Return the picture at `t` from 0 to 1."""
        mean = self._means[0] * (1 - t) + self._means[1] * t
        spread = self._spreads[0] * (1 - t) + self._spreads[1] * t
        a = self._aligned(self._a, t, self._from, self._ratio**t)
        b = self._aligned(self._b, t, self._to, self._ratio ** (t - 1))
        a = (a - self._means[0]) / self._spreads[0] * spread + mean
        b = (b - self._means[1]) / self._spreads[1] * spread + mean
        # Broad tones change first and evenly, detail late and quickly: no double contours.
        soft_a, soft_b = cv2.GaussianBlur(a, (0, 0), 9), cv2.GaussianBlur(b, (0, 0), 9)
        sharp = ease((t - 0.25) / 0.5)
        detail = (a - soft_a) * (1 - sharp) + (b - soft_b) * sharp
        return np.asarray(np.clip(soft_a * (1 - t) + soft_b * t + detail, 0, 255), np.uint8)

    def _aligned(self, picture: Field, t: float, own: Field, scale: float) -> Field:
        """Move a picture's face to where the meeting face is at `t`."""
        meet = self._from * (1 - t) + self._to * t
        matrix = np.array(
            [[scale, 0, meet[0] - scale * own[0]], [0, scale, meet[1] - scale * own[1]]]
        )
        size = picture.shape[1], picture.shape[0]
        moved = cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REFLECT)
        return np.asarray(moved, np.float32)


class InkCut:
    """The second picture soaks through the first like ink, along a bright wet edge."""

    def __init__(self, a: Picture, b: Picture, *, seed: int) -> None:
        """Make the order in which places are reached."""
        self._a, self._b = a, b
        height, width = a.shape[:2]
        rng = np.random.default_rng(seed)
        order = np.zeros((height, width), np.float32)
        for cells, weight in ((3, 1.0), (7, 0.5), (17, 0.25), (41, 0.12)):
            rough = rng.random((cells, cells * 2)).astype(np.float32)
            order += weight * cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
        places = grid(width, height)
        middle = np.hypot(places.x - width / 2, places.y - height / 2) / math.hypot(width, height)
        self._order = unit(unit(order) + 0.9 * middle.astype(np.float32))

    def at(self, t: float) -> Picture:
        """Return the picture at `t` from 0 to 1."""
        reached = np.clip((t * 1.16 - 0.08 - self._order) / 0.05 + 0.5, 0, 1)
        edge = np.exp(-(((t * 1.16 - 0.08 - self._order) / 0.018) ** 2)) * math.sin(math.pi * t)
        mask = cv2.merge([(reached * 255).astype(np.uint8)] * 3)
        old = cv2.multiply(_zoomed(self._a, 1 + 0.10 * t), 255 - mask, scale=1 / 255)
        new = cv2.multiply(_zoomed(self._b, 1.10 - 0.10 * t), mask, scale=1 / 255)
        wet = cv2.merge([(edge * 70).astype(np.uint8)] * 3)
        return np.asarray(cv2.subtract(cv2.add(old, new), wet))


def zoom_cut(a: Picture, b: Picture, t: float) -> Picture:
    """Return the moment `t` of a flight into the first picture and out of the second."""
    into, out = 1 + 2.2 * t**3, 1 + 1.6 * (1 - t) ** 3
    near = _blurred_zoom(a, into, strength=t**2)
    far = _blurred_zoom(b, out, strength=(1 - t) ** 2)
    mix = ease((t - 0.38) / 0.24)
    flash = 60 * math.exp(-(((t - 0.5) / 0.10) ** 2))
    return np.asarray(cv2.addWeighted(near, 1 - mix, far, mix, flash))


def whip_cut(a: Picture, b: Picture, t: float) -> Picture:
    """Return the moment `t` of a camera that is thrown round from one picture to the next."""
    width = a.shape[1]
    fast = ease((t - 0.25) / 0.5)
    speed = math.sin(math.pi * min(1.0, max(0.0, (t - 0.25) / 0.5)))
    both = np.concatenate([a, a[:, ::-1], b[:, ::-1], b], axis=1)
    start = round(fast * 3 * width)
    seen = both[:, start : start + width]
    blur = int(speed * width * 0.16) | 1
    return np.asarray(cv2.blur(seen, (blur, 1)) if blur > 1 else seen.copy())


def _blurred_zoom(picture: Picture, zoom: float, *, strength: float) -> Picture:
    """Zoom with the blur of the movement: a mean of a few nearby zooms."""
    total = _zoomed(picture, zoom).astype(np.uint16)
    for step in (1, 2, 3):
        total += _zoomed(picture, zoom * (1 + 0.035 * step * strength))
    return (total // 4).astype(np.uint8)


def _zoomed(picture: Picture, zoom: float) -> Picture:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 0, zoom)
    moved = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved)


def _breathe(picture: Picture, u: float) -> Picture:
    """A slow push that is nothing at both ends, so that no part of the film stands still."""
    return _zoomed(picture, 1 + 0.045 * math.sin(math.pi * u))


def _shown(picture: Picture, shape: Shape) -> Picture:
    faces = find_faces(picture)
    if not faces:
        return cover(picture, shape.width, shape.height)
    x, y = faces[0].centre
    focus = x / picture.shape[1], y / picture.shape[0]
    return cover(picture, shape.width, shape.height, focus=focus)
