"""One film from several pictures and films: each subject cut out, fitted, placed and moved.

Subjects stand in the order in which the prompt names them, unless it says left or right; who is
behind is higher and smaller. Bodies that their picture cuts off rise from the frame's lower edge.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.domain.order import Role, Words
from kinora.engines.studio.fusion.cutting import Cutout, cut_out, harmonised, sized
from kinora.engines.studio.fusion.layout import Figure, arrange, carried_by
from kinora.engines.studio.fusion.reading import Place, read_places, without_names
from kinora.engines.studio.imagevideo.air import make_air
from kinora.engines.studio.imagevideo.camera import View, view
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.stage import text_frames
from kinora.engines.studio.source import reading
from kinora.engines.studio.styles.room import styled
from kinora.engines.studio.subjects.motion import Course, carried, placed, pose
from kinora.engines.studio.words.cues import read_cues
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
HARMONY = 0.38
WRAP = 0.22
FAR_SHIFT, NEAR_SHIFT = 0.35, 1.0
"""How much the far and the near follow a camera's shift."""


@dataclass(frozen=True, slots=True)
class Cast:
    """One reference: its role, how the prompt calls it, and its file."""

    role: Role
    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Layer:
    """A subject ready to be set into frames; `alpha` and `colour` at its size.

    What has a larger `depth` is painted later, over the others. `grounded` tells that its shadow
    falls on the ground.
    """

    colour: Field
    alpha: Field
    place: Place
    course: Course
    foot: float
    depth: float
    rising: bool
    grounded: bool


def frames(cast: Sequence[Cast], words: Words, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield the film, frame by frame; raise CannotMake for a file that cannot be read."""
    names = [each.name for each in cast]
    places = read_places(words.prompt, names)
    rest = replace(words, prompt=without_names(words.prompt, names))
    behind = _behind(cast, rest, shape=shape, seed=seed)
    first = next(behind)
    layers = _layers(cast, places, first, shape=shape, seed=seed)
    cues = read_cues(rest)
    named = words.camera if words.camera != "auto_camera" else ""
    move = named or cues.get("camera") or "smooth_zoom_in"
    air = make_air(cues.get("weather"), seed=seed)

    def seen() -> Iterator[Picture]:
        scenes = chain([first], behind)
        for number, scene in zip(range(shape.frames), scenes, strict=False):
            t, u = number / max(1, shape.fps), number / max(1, shape.frames - 1)
            camera = view(move, u, seconds=shape.seconds, speed=0.6)
            shown = _shot(scene, camera)
            for layer in layers:
                shown = _with_layer(shown, layer, camera, t=t, u=u)
            yield shown

    for number, drawn in enumerate(styled(seen(), words.style, shape=shape, seed=seed)):
        yield np.ascontiguousarray(air.blend(drawn, number / max(1, shape.fps)))


def _behind(cast: Sequence[Cast], rest: Words, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield what is behind: the background picture, else a film, else a scene from the words."""
    size = shape.width, shape.height
    for each in cast:
        if each.role is Role.BACKGROUND:
            scene = cover(load(each.path), *size)
            soft = cv2.GaussianBlur(scene, (0, 0), max(0.6, shape.height / 420))
            return repeat(np.asarray(soft, np.uint8), shape.frames)
    for each in cast:
        if each.role is Role.FILM:
            return reading.frames(each.path, size=size, fps=shape.fps, count=shape.frames)
    return text_frames(replace(rest, camera="fix_bg", style=""), shape=shape, seed=seed)


def _layers(
    cast: Sequence[Cast], places: dict[str, Place], scene: Picture, *, shape: Shape, seed: int
) -> list[Layer]:
    subjects = [each for each in cast if each.role is Role.SUBJECT]
    subjects.sort(key=lambda each: places[each.name].order)
    cutouts = {each.name: cut_out(each.path) for each in subjects}
    figures = [_figure(name, cutout, places[name]) for name, cutout in cutouts.items()]
    spots = arrange(figures, shape)
    layers = []
    for name, cutout in cutouts.items():
        spot, place = spots[name], places[name]
        carrier = carried_by(name, figures)
        action = places[carrier or name].action or "rest"
        fitted = sized(cutout, max(8, round(spot.height * shape.height)))
        fitted = harmonised(fitted, scene, strength=HARMONY)
        layers.append(
            Layer(
                colour=fitted.picture.astype(np.float32),
                alpha=fitted.matte,
                place=place,
                course=Course(
                    action, (spot.x - 0.5) * shape.width / shape.height, bool(seed % 2), 0.8
                ),
                foot=spot.foot,
                depth=spot.layer,
                rising=cutout.rising and not carrier,
                grounded=not (cutout.rising or place.aloft or carrier),
            )
        )
    return sorted(layers, key=lambda layer: layer.depth)


def _figure(name: str, cutout: Cutout, place: Place) -> Figure:
    ratio = cutout.picture.shape[1] / cutout.picture.shape[0]
    return Figure(name, ratio, rising=cutout.rising, person=cutout.person, place=place)


def _shot(scene: Picture, camera: View) -> Picture:
    """Return the background as the camera sees it."""
    height, width = scene.shape[:2]
    zoom = 1 + (max(camera.zoom, 1.03) - 1) * 0.6 + 0.02
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -np.degrees(camera.roll), zoom)
    matrix[0, 2] += camera.x * width * FAR_SHIFT
    matrix[1, 2] += camera.y * height * FAR_SHIFT
    return np.asarray(
        cv2.warpAffine(scene, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101), np.uint8
    )


def _with_layer(frame: Picture, layer: Layer, camera: View, *, t: float, u: float) -> Picture:
    height, width = frame.shape[:2]
    now = pose(layer.course, t, u)
    near = 1 - max(0.0, layer.place.far) * (1 - FAR_SHIFT)
    now = replace(
        now,
        x=now.x + camera.x * NEAR_SHIFT * near * width / height,
        lift=min(now.lift, 0.0) if layer.rising else now.lift,
        yaw=0.0,
        stride=0.0,
        wave=0.0,
        flip=False,
    )
    grown = 1 + (max(camera.zoom, 1.0) - 1) * near * 0.8
    now = replace(now, wide=now.wide * grown, tall=now.tall * grown)
    foot = layer.foot + 0.012 if layer.rising else layer.foot
    matrix = placed(now, layer.alpha.shape, (height, width), foot)
    alpha = carried(layer.alpha, matrix, (height, width))[..., None]
    size = (width, height)
    colour = cv2.warpAffine(
        layer.colour, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    shaded = _shadowed(frame, alpha[..., 0], layer, now.lift, foot)
    wrapped = _wrapped(np.asarray(colour, np.float32), alpha, shaded)
    return np.clip(shaded * (1 - alpha) + wrapped * alpha, 0, 255).astype(np.uint8)


def _wrapped(colour: Field, alpha: Field, scene: Picture) -> Field:
    """Return a subject whose rim takes on the light of what is behind it."""
    height = alpha.shape[0]
    small = (alpha.shape[1] // 4, height // 4)
    tiny = cv2.resize(alpha[..., 0], small, interpolation=cv2.INTER_AREA)
    rim = cv2.GaussianBlur(1 - tiny, (0, 0), max(1.0, height / 160)) * tiny
    light = cv2.GaussianBlur(
        cv2.resize(scene, small, interpolation=cv2.INTER_AREA), (0, 0), max(1.0, height / 90)
    )
    size = (alpha.shape[1], height)
    mix = cv2.resize(rim, size)[..., None] * np.float32(WRAP * 2)
    return np.asarray(colour * (1 - mix) + cv2.resize(light, size).astype(np.float32) * mix)


def _shadowed(frame: Picture, alpha: Field, layer: Layer, lift: float, foot: float) -> Picture:
    """Return the frame with the subject's soft shadow: on the ground, or on what is behind it."""
    height, width = alpha.shape
    small = (width // 4, height // 4)
    tiny = np.asarray(cv2.resize(alpha, small, interpolation=cv2.INTER_AREA), np.float32)
    if not layer.grounded:
        away = np.array([[1, 0, small[0] * 0.012], [0, 1, small[1] * 0.02]], np.float32)
        soft = cv2.GaussianBlur(cv2.warpAffine(tiny, away, small), (0, 0), small[1] / 22)
        dark = 1 - 0.30 * soft
    else:
        # Laid down on the ground: the outline, flat, from the foot line.
        line = foot * small[1]
        flat = np.array([[1, 0.0, 0], [0, 0.10, line * 0.90]], np.float32)
        laid = cv2.warpAffine(tiny, flat, small)
        soft = cv2.GaussianBlur(laid, (0, 0), small[1] / 70 * (1 + lift * 10))
        dark = 1 - 0.58 * soft * max(0.0, 1 - 3 * lift)
    full = cv2.resize(np.asarray(dark, np.float32), (width, height))[..., None]
    return (frame * full).astype(np.uint8)
