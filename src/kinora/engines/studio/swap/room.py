"""Puts something else in the place of a region of a film: tracked, fitted, its place cleaned."""

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.fusion.cutting import Cutout, cut_out, harmonised, sized
from kinora.engines.studio.masks.finding import BACKGROUND, soft_mask
from kinora.engines.studio.masks.tracking import Track, around, follow
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.swap.plate import clean_plate, pixels, with_feet
from kinora.ports.engine import CannotMake, Progress, Shape

Field = NDArray[np.float32]
Matrix = NDArray[np.float64]
Levels = NDArray[np.uint8]
HARMONY = 0.5
SMALLEST = 0.001
"""The share of the frame below which a mask is empty."""

TALLEST = 1.06
"""How tall what comes may be beside what went."""

ROOM = 1.16
"""How much larger than the frame a new background is, so that the camera can move over it."""

WRAP = 0.22
COARSE = 4
FAR = 0.4
"""The part of the camera's movement that a new background makes."""

MOST_ZOOM, MOST_SHIFT = 0.2, 0.09
Take = Callable[[], Iterator[Picture]]


@dataclass(frozen=True, slots=True)
class Swapping:
    """What a swap works with; `at` is the chosen frame, from 0, `name` the mask's.

    Without an image what is behind the mask is seen; `scene` yields a moving background.
    """

    read: Take
    mask: Field
    name: str
    image: Path | None
    at: int
    scene: Take | None = None


def frames(
    work: Swapping, *, shape: Shape, folder: Path
) -> Generator[Progress, None, Iterator[Picture]]:
    """Return the film's frames, after having followed the mask through it."""
    if float(work.mask.mean()) < SMALLEST:
        raise CannotMake("the mask is empty: nothing of that kind is in the keyframe")
    behind = work.name == BACKGROUND
    # What stands before the background is followed: it has an outline of its own.
    chosen = np.asarray(1 - work.mask if behind else work.mask, np.float32)
    track = yield from follow(work.read, chosen, work.at, count=shape.frames, folder=folder)
    if behind:
        return _before_another(work, track, shape)
    plate = clean_plate(work.read(), track, count=shape.frames)
    yield Progress(done=0.52)
    return _in_its_place(work, track, plate, shape)


def _in_its_place(work: Swapping, track: Track, plate: Picture, shape: Shape) -> Iterator[Picture]:
    size = shape.width, shape.height
    box = _box(cv2.resize(work.mask, size))
    guest = None if work.image is None else _fitted(cut_out(work.image), box)
    layer: Cutout | None = None
    for number, frame in enumerate(work.read()):
        if layer is None and guest is not None:
            layer = harmonised(guest, frame, strength=HARMONY)
        seen = _cleaned(frame, track, plate, number)
        if layer is not None:
            seen = _with_guest(seen, layer, _placed(track, number, layer, box, shape))
        yield seen


def _cleaned(frame: Picture, track: Track, plate: Picture, number: int) -> Picture:
    """Return a frame with the plate where the region was, in the frame's own light."""
    height, width = frame.shape[:2]
    solid = with_feet(track.mask(number, (width, height)))
    side = max(3, height // 45) | 1
    matrix = pixels(track.camera[number], width, own=width / plate.shape[1])
    view = cv2.warpAffine(
        plate, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    part = around(solid > 0, 5 * side)
    if part is None:
        return frame
    cleaned = frame.copy()
    here, there, gone = (np.ascontiguousarray(each[part]) for each in (frame, view, solid))
    cleaned[part] = _patched(here, there, gone, side)
    return cleaned


def _patched(frame: Picture, view: Picture, mask: Levels, side: int) -> Picture:
    """Return a part of a frame with a view in the mask's place, as light as what is around it."""
    solid = cv2.dilate(mask, np.ones((side, side), np.uint8))
    soft = cv2.GaussianBlur(solid.astype(np.float32), (0, 0), max(1.0, side / 2.9))
    ring = cv2.dilate(solid, np.ones((side * 2 + 1,) * 2, np.uint8)) - solid
    # Where there is no ring both are black, and the gain is 1.
    here, there = (np.array(cv2.mean(each, mask=ring)[:3]) + 4 for each in (frame, view))
    gain = np.clip(here / there, 0.7, 1.4)
    table = np.clip(np.arange(256)[:, None] * gain, 0, 255).astype(np.uint8)
    lit = cv2.LUT(view, table[None])
    return np.asarray(cv2.blendLinear(frame, lit, 1 - soft, soft), np.uint8)


def _box(mask: Field) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a mask in its pixels."""
    rows, columns = np.where(mask.max(1) > 0.4)[0], np.where(mask.max(0) > 0.4)[0]
    if not len(rows) or not len(columns):
        raise CannotMake("the mask is empty: nothing of that kind is in the keyframe")
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _fitted(cutout: Cutout, box: tuple[float, float, float, float]) -> Cutout:
    """Return what comes, about as large as what went."""
    wide, tall = box[2] - box[0], box[3] - box[1]
    ratio = cutout.picture.shape[1] / cutout.picture.shape[0]
    height = min(tall * TALLEST, max(wide, tall * 0.6) * 1.5 / ratio)
    return sized(cutout, max(8, round(height)))


def _placed(
    track: Track, number: int, layer: Cutout, box: tuple[float, float, float, float], shape: Shape
) -> Matrix:
    """Return the matrix that puts a layer where the region is in a frame: foot on foot."""
    height, width = layer.matte.shape
    left, bottom = (box[0] + box[2]) / 2 - width / 2, box[3] - height
    start = np.array([[1, 0, left], [0, 1, bottom], [0, 0, 1]], np.float64)
    moved = np.vstack([pixels(track.body[number], shape.width), [0, 0, 1]])
    return np.asarray((moved @ start)[:2], np.float64)


def _with_guest(frame: Picture, layer: Cutout, matrix: Matrix) -> Picture:
    height, width = frame.shape[:2]
    alpha = cv2.warpAffine(layer.matte, matrix, (width, height), flags=cv2.INTER_LINEAR)
    part = around(alpha > 0, height // 15)
    if part is None:
        return frame
    colour = cv2.warpAffine(
        layer.picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE
    )[part]
    seen = frame.copy()
    share = np.asarray(alpha[part], np.float32)
    behind, front = (np.ascontiguousarray(each) for each in (frame[part], colour))
    seen[part] = _laid(behind, front, np.ascontiguousarray(share), height=height)
    return seen


def _laid(behind: Picture, colour: Picture, alpha: Field, *, height: int) -> Picture:
    """Return a layer over a part of a picture; its rim takes on the light of what is behind it."""
    blur = max(1.0, height / 60)
    # So soft a light is the same from a quarter of the pixels, in a tenth of the time.
    high, wide = alpha.shape
    small = max(1, wide // COARSE), max(1, high // COARSE)
    free = cv2.resize(1 - alpha, small, interpolation=cv2.INTER_AREA)
    glow = cv2.resize(cv2.GaussianBlur(free, (0, 0), blur / COARSE), (wide, high))
    rim = glow * alpha * np.float32(2 * WRAP)
    light = cv2.blur(behind, (max(3, round(blur * 3)),) * 2)
    lit = cv2.blendLinear(light, colour, rim, 1 - rim)
    return np.asarray(cv2.blendLinear(lit, behind, alpha, 1 - alpha), np.uint8)


def _before_another(work: Swapping, track: Track, shape: Shape) -> Iterator[Picture]:
    """Yield the film's foreground before another background, which moves with the camera."""
    size = shape.width, shape.height
    scenes = work.scene() if work.scene else repeat(_still(work.image, shape))
    margin = (ROOM - 1) / 2
    aside = np.array([[1, 0, -margin * size[0]], [0, 1, -margin * size[1]], [0, 0, 1]], np.float64)
    for number, (frame, scene) in enumerate(zip(work.read(), scenes, strict=False)):
        moved = np.vstack([pixels(damped(track.camera[number]), size[0]), [0, 0, 1]])
        behind = cv2.warpAffine(scene, (moved @ aside)[:2], size, borderMode=cv2.BORDER_REFLECT_101)
        kept = soft_mask(frame, track.mask(number, size))
        # A little inside of the outline, where nothing of the old background shines through.
        kept = np.clip((kept - 0.35) / 0.55, 0, 1).astype(np.float32)
        yield _laid(np.asarray(behind, np.uint8), frame, kept, height=size[1])


def _still(image: Path | None, shape: Shape) -> Picture:
    """Return a picture as a background that is larger than the frame."""
    if image is None:
        raise CannotMake("another background needs a picture, or words for one")
    scene = cover(load(image), round(shape.width * ROOM), round(shape.height * ROOM))
    return np.asarray(cv2.GaussianBlur(scene, (0, 0), max(0.6, shape.height / 420)), np.uint8)


def damped(camera: Matrix) -> Matrix:
    """Return a part of a camera's movement: what is far away moves less than what was there."""
    zoom = math.log(max(1e-6, math.hypot(camera[0, 0], camera[1, 0]))) * FAR
    roll = math.atan2(camera[1, 0], camera[0, 0]) * FAR
    scale = math.exp(min(MOST_ZOOM, max(-MOST_ZOOM, zoom)))
    middle = np.array([0.5, 0.5])
    shift = (camera[:2, :2] @ middle + camera[:2, 2] - middle) * FAR
    shift = np.clip(shift, -MOST_SHIFT, MOST_SHIFT)
    turn = np.array([[math.cos(roll), -math.sin(roll)], [math.sin(roll), math.cos(roll)]]) * scale
    out = np.eye(3)
    out[:2, :2] = turn
    out[:2, 2] = middle + shift - turn @ middle
    return out
