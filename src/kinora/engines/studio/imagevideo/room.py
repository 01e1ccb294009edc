"""A picture comes alive: layers with parallax, a camera, weather and light from the words.

A subject that can be cut out with confidence becomes a layer of its own over a painted-in
background; otherwise the whole picture is one smooth depth surface, so that nothing ghosts.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.domain.order import Motion, Words
from kinora.engines.studio.imagevideo.air import Air, make_air
from kinora.engines.studio.imagevideo.camera import View, view
from kinora.engines.studio.imagevideo.grade import grade
from kinora.engines.studio.imagevideo.living import Living, find_living
from kinora.engines.studio.picture.depth import background_depth, subject_depth
from kinora.engines.studio.picture.faces import Face, find_faces
from kinora.engines.studio.picture.fill import fill_behind
from kinora.engines.studio.picture.load import cover, cover_window, load, resize, shrink
from kinora.engines.studio.picture.subject import CONFIDENT, Subject, find_subject
from kinora.engines.studio.picture.warping import Grid, grid, over, pull
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles.room import styled
from kinora.engines.studio.words.cues import Cues, read_cues
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
PIVOT = 0.30
"""The depth that stays where it is when the camera shifts."""

DEFAULTS = ("orbit", "zoom_in", "orbit", "smooth_zoom_in")
SPEEDS = {"slow": 0.7, "fast": 1.5}
WORK_SIDE = 1600
OWN = {"hair", "fire"}
"""What moves in the subject itself."""

NEARER = 0.6


@dataclass(frozen=True, slots=True)
class Layers:
    """A picture taken apart: what lies behind, the RGBA subject (or none), and their depths."""

    behind: Picture
    behind_depth: Field
    front: NDArray[np.uint8] | None
    front_depth: Field
    faces: tuple[Face, ...] = ()


def frames(
    path: Path, words: Words, *, shape: Shape, seed: int, close: bool = False
) -> Iterator[Picture]:
    """Yield the film of a picture, frame by frame; `close` shows its subject from nearer."""
    cues = read_cues(words)
    picture = _closer(load(path)) if close else load(path)
    layers = take_apart(picture, shape.width, shape.height)
    move = words.camera if words.camera not in ("", "auto_camera") else cues.get("camera")
    move = move or DEFAULTS[seed % len(DEFAULTS)]
    speed = SPEEDS.get(cues.get("speed"), 1.0) * (1.5 if words.motion is Motion.FAST else 1.0)
    air = make_air(cues.get("weather"), seed=seed)
    light = cues.get("light") if words.prompt else ""
    relit = _relit(light, cues)
    alive = _living(layers, words.prompt, seed)

    def seen() -> Iterator[Picture]:
        for number in range(shape.frames):
            u = number / max(1, shape.frames - 1)
            camera = view(move, u, seconds=shape.seconds, speed=speed)
            t = u * shape.seconds * speed
            yield grade(compose(alive(t, u * shape.seconds), camera, t=t), light=relit)

    for number, drawn in enumerate(styled(seen(), words.style, shape=shape, seed=seed)):
        yield _finished(drawn, air, number / max(1, shape.frames - 1) * shape.seconds)


def _living(layers: Layers, prompt: str, seed: int) -> Callable[[float, float], Layers]:
    """Return what gives the layers as they are at a second of their motion, and of the clock."""
    picture, matte = layers.behind, np.zeros(layers.behind.shape[:2], np.float32)
    if layers.front is not None:
        picture = np.ascontiguousarray(layers.front[..., :3])
        matte = np.asarray(layers.front[..., 3], np.float32) / np.float32(255)
    masks, eyes, named = find_living(picture, matte, layers.faces, prompt)
    front = layers.front
    if front is None:
        whole = Living(picture, masks, eyes, named, seed=seed)
        return lambda t, clock: replace(layers, behind=whole.at(t, clock))
    own = {kind: mask for kind, mask in masks.items() if kind in OWN}
    rest = {kind: mask for kind, mask in masks.items() if kind not in OWN}
    behind = Living(layers.behind, rest, (), named, seed=seed)
    ahead = Living(picture, own, eyes, named, seed=seed)
    alpha = front[..., 3]

    def at(t: float, clock: float) -> Layers:
        shown = np.dstack([ahead.at(t, clock), alpha]) if own or eyes else front
        return replace(layers, behind=behind.at(t, clock), front=shown)

    return at


def _closer(picture: Picture) -> Picture:
    """Return the part of a picture around its subject, a little more than half as wide."""
    height, width = picture.shape[:2]
    whole = shrink(picture, WORK_SIDE)
    x, y = _focus(whole, find_subject(whole))
    high, wide = round(height * NEARER), round(width * NEARER)
    top = min(max(0, round(y * height - high / 2)), height - high)
    left = min(max(0, round(x * width - wide / 2)), width - wide)
    return np.ascontiguousarray(picture[top : top + high, left : left + wide])


def take_apart(picture: Picture, width: int, height: int) -> Layers:
    """Return a picture's layers at a size; the subject is found before the picture is cut."""
    whole = shrink(picture, WORK_SIDE)
    subject = find_subject(whole)
    focus = _focus(whole, subject)
    shown = cover(picture, width, height, focus=focus)
    depth = background_depth(shown)
    y0, y1, x0, x1 = cover_window(whole.shape[1], whole.shape[0], width, height, focus)
    matte = np.asarray(cv2.resize(subject.matte[y0:y1, x0:x1], (width, height)), np.float32)
    if subject.confidence < CONFIDENT or not 0.02 < float(matte.mean()) < 0.8:
        soft = cv2.GaussianBlur(depth, (0, 0), max(1.0, height / 30))
        return Layers(shown, np.asarray(soft, np.float32), None, soft, tuple(find_faces(shown)))
    alpha = (matte * 255).astype(np.uint8)
    front = np.dstack([shown, alpha])
    near = cv2.GaussianBlur(subject_depth(matte), (0, 0), max(1.0, height / 90))
    behind = fill_behind(shown, matte)
    faces = tuple(find_faces(shown))
    return Layers(behind, depth, front, np.asarray(near, np.float32), faces)


def compose(layers: Layers, camera: View, *, t: float) -> Picture:
    """Return what the camera sees at second `t`."""
    height, width = layers.behind.shape[:2]
    places = grid(width, height)
    behind_camera = View(zoom=1.04) if camera.still_behind else camera
    zoom = camera.behind_zoom or behind_camera.zoom
    bx, by = _sight(places, layers.behind_depth, behind_camera, zoom)
    behind = pull(layers.behind, bx, by)
    if layers.front is None:
        return behind
    fx, fy = _sight(places, layers.front_depth, camera, camera.zoom)
    # Breathing: the further from the ground, the more it sways.
    up = 1 - places.y / height
    fx += np.float32(width / 600 * math.sin(t * 1.9)) * up * up
    fy += np.float32(height / 600 * math.sin(t * 2.4)) * up
    front = pull(layers.front, fx, fy, edge=cv2.BORDER_REPLICATE)
    return over(front, behind)


def warm() -> None:
    """Compile what a first run would wait for."""
    picture = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    layers = take_apart(resize(picture, 64, 48), 64, 48)
    compose(layers, View(), t=0.0)


def _sight(places: Grid, depth: Field, camera: View, zoom: float) -> tuple[Field, Field]:
    """Return where each pixel of the view lies in the layer: parallax by depth, zoom, roll."""
    height, width = depth.shape
    x, y = places.x - width / 2, places.y - height / 2
    if camera.roll:
        c, s = np.float32(math.cos(camera.roll)), np.float32(math.sin(camera.roll))
        x, y = c * x + s * y, c * y - s * x
    away = depth - np.float32(PIVOT)
    scale = np.float32(zoom) * (1 + away * np.float32((zoom - 1) * camera.push * 0.5))
    shift_x = np.float32(camera.x * width) * (away * np.float32(camera.push) + np.float32(0.45))
    shift_y = np.float32(camera.y * height) * (away * np.float32(camera.push) + np.float32(0.45))
    seen_x = x / scale + np.float32(width / 2) - shift_x
    seen_y = y / scale + np.float32(height / 2) - shift_y
    return np.asarray(seen_x, np.float32), np.asarray(seen_y, np.float32)


def _focus(picture: Picture, subject: Subject) -> tuple[float, float]:
    height, width = picture.shape[:2]
    if subject.faces:
        x, y = subject.faces[0].centre
        return x / width, min(1.0, y / height + 0.08)
    if subject.confidence >= CONFIDENT:
        return subject.centre[0] / width, subject.centre[1] / height
    return 0.5, 0.42


def _relit(light: str, cues: Cues) -> str:
    """Day is how pictures come, so it changes nothing; rain and snow darken by themselves."""
    if light in ("", "day") or cues.get("weather") in ("rain", "snow", "fog"):
        return "overcast" if cues.get("weather") in ("rain", "snow") else ""
    return light


def _finished(picture: Picture, air: Air, t: float) -> Picture:
    return np.ascontiguousarray(air.blend(picture, t))
