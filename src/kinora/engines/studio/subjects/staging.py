"""Sets figures into a scene: ground, shadow, light and motion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.tone import to_light, to_pixels
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.subjects.ground import GROUNDS, Ground
from kinora.engines.studio.subjects.inflate import Figure, make_figure
from kinora.engines.studio.subjects.lighting import Surroundings, lit, look_around, turned
from kinora.engines.studio.subjects.motion import Course, Pose, bend, carried, placed, pose
from kinora.engines.studio.subjects.naming import Subject
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
OUTLINED = {"vehicle", "vessel", "rocket", "thing", "building"}
LOOK_EVERY = 6
"""Frames between two looks at the scene's light, which changes slowly."""

SIZES = {
    "vehicle": 0.34,
    "vessel": 0.42,
    "plant": 0.46,
    "building": 0.5,
    "rocket": 0.44,
    "flyer": 0.34,
}
WIDEST = 0.62


@dataclass(frozen=True, slots=True)
class Stage:
    """Where figures stand: a scene's light by name, and what the ground is, empty for none."""

    scene: str
    light: str
    ground: str
    speed: float


@dataclass(frozen=True, slots=True)
class Actor:
    """A subject with its figure and its course."""

    subject: Subject
    figure: Figure
    course: Course


def staged(
    frames: Iterator[Picture],
    subjects: Sequence[Subject],
    action: str,
    *,
    stage: Stage,
    shape: Shape,
    seed: int,
) -> Iterator[Picture]:
    """Yield the frames with the subjects acting in them."""
    actors = _cast(subjects, action, shape=shape, seed=seed, speed=stage.speed)
    ground = Ground(stage.ground, shape, seed) if stage.ground in GROUNDS else None
    foot = ground.foot if ground else (0.90 if stage.scene == "city" else 0.80)
    around: Surroundings | None = None
    for number, frame in enumerate(frames):
        t = number / max(1, shape.fps)
        u = number / max(1, shape.frames - 1)
        if around is None or number % LOOK_EVERY == 0:
            fresh = look_around(frame, stage.light)
            around = fresh if around is None else _eased(around, fresh)
        seen = frame if ground is None else ground.under(frame, around, _rolled(actors, t))
        for actor in actors:
            seen = _with_actor(seen, actor, around, foot=foot, t=t, u=u)
        yield seen


def _cast(
    subjects: Sequence[Subject], action: str, *, shape: Shape, seed: int, speed: float
) -> list[Actor]:
    rng = np.random.default_rng(seed + 11)
    right = bool(rng.random() < 0.5)
    aspect = shape.width / shape.height
    share = 1.0 / (1 + 0.28 * (len(subjects) - 1))
    actors = []
    for number, subject in enumerate(subjects):
        figure = _sized(subject, share, shape)
        spread = min(0.62, 0.36 * aspect)
        place = spread * (number - (len(subjects) - 1) / 2)
        does = action or subject.nature
        pace = speed * (1 + 0.13 * number)
        actors.append(Actor(subject, figure, Course(does, place, right, pace)))
    return actors


def _sized(subject: Subject, share: float, shape: Shape) -> Figure:
    """Return the figure at its size: a part of the frame's height, and of its width at most."""
    outlined = subject.kind in OUTLINED
    height = max(24, round(SIZES.get(subject.kind, 0.50) * share * shape.height))
    probe = make_figure(subject.sign, height=64, outlined=outlined)
    wide = probe.alpha.shape[1] / 64 * height
    fits = min(1.0, WIDEST * share * shape.width / wide)
    return make_figure(subject.sign, height=max(16, round(height * fits)), outlined=outlined)


def _with_actor(
    frame: Picture, actor: Actor, around: Surroundings, *, foot: float, t: float, u: float
) -> Picture:
    now = pose(actor.course, t, u)
    figure = turned(actor.figure, now.yaw)
    light = lit(figure, actor.subject.material, around, yaw=-now.yaw if now.flip else now.yaw)
    colour, alpha = _bent(light, figure.alpha, now)
    size = frame.shape[:2]
    matrix = placed(now, alpha.shape, size, foot)
    rows, columns = _window(matrix, alpha.shape, size)
    matrix[0, 2] -= columns.start
    matrix[1, 2] -= rows.start
    part = (rows.stop - rows.start, columns.stop - columns.start)
    mask = carried(alpha, matrix, part)[..., None]
    paint = carried(colour, matrix, part)
    shaded = _shadowed(frame, now, figure, foot, around)
    # Highlights of the figure are rolled off, the scene's are already.
    soft = paint / (1 + np.float32(0.18) * paint * paint)
    mixed = to_light(shaded[rows, columns]) * (1 - mask) + soft * mask
    shaded[rows, columns] = to_pixels(np.asarray(mixed, np.float32))
    return shaded


def _bent(light: Field, alpha: Field, now: Pose) -> tuple[Field, Field]:
    # Colour is carried times alpha, so that no dark border comes in when it is bent and placed.
    colour = light * alpha[..., None]
    maps = bend(now, alpha.shape)
    if maps is not None:
        colour = np.asarray(cv2.remap(colour, *maps, cv2.INTER_LINEAR), np.float32)
        alpha = np.asarray(cv2.remap(alpha, *maps, cv2.INTER_LINEAR), np.float32)
    return np.asarray(colour / np.maximum(alpha, 1e-3)[..., None], np.float32), alpha


def _window(matrix: Field, figure: tuple[int, ...], frame: tuple[int, ...]) -> tuple[slice, slice]:
    """Return the rows and columns of the frame that the figure can touch."""
    height, width = figure[0], figure[1]
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float32)
    spans = []
    for axis, end in ((1, frame[0]), (0, frame[1])):
        places = corners @ matrix[axis]
        first = int(np.clip(np.floor(places.min()) - 2, 0, end - 2))
        spans.append(slice(first, int(np.clip(np.ceil(places.max()) + 2, first + 2, end))))
    return spans[0], spans[1]


def _shadowed(
    frame: Picture, now: Pose, figure: Figure, foot: float, around: Surroundings
) -> Picture:
    """Return the frame with a soft shadow where the figure touches or hovers over the ground."""
    height, width = frame.shape[:2]
    lift = max(0.0, now.lift)
    if lift > 0.2:
        return frame.copy()
    long, flat = figure.alpha.shape[1] * 0.44 * now.wide, figure.alpha.shape[0] * 0.055
    x = width / 2 + now.x * height - float(around.towards[0]) * figure.alpha.shape[1] * 0.10
    y = (foot + now.y) * height
    top, bottom = int(max(0, y - flat * 5)), int(min(height, y + flat * 5))
    out = frame.copy()
    if bottom - top < 2:
        return out
    soft = np.zeros((bottom - top, width), np.float32)
    spread = 1 + lift * 4
    axes = (int(long * spread * 16), int(flat * spread * 16))
    cv2.ellipse(soft, (int(x * 16), int((y - top) * 16)), axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(soft, (0, 0), max(1.0, flat * (0.55 + lift * 6)))
    dark = 1 - soft[..., None] * 0.62 * max(0.0, 1 - lift * 4.5)
    out[top:bottom] = (out[top:bottom] * dark).astype(np.uint8)
    return out


def _eased(before: Surroundings, fresh: Surroundings) -> Surroundings:
    return Surroundings(
        before.above * np.float32(0.7) + fresh.above * np.float32(0.3),
        before.below * np.float32(0.7) + fresh.below * np.float32(0.3),
        before.key * np.float32(0.7) + fresh.key * np.float32(0.3),
        before.towards,
    )


def _rolled(actors: Sequence[Actor], t: float) -> float:
    """Return how far the ground has come by, in frame heights, for those who go along it."""
    speeds = {"walk": 0.16, "run": 0.55, "drive": 0.75, "jump": 0.14, "sail": 0.12, "fly": 0.10}
    first = actors[0].course
    ahead = 1.0 if first.right else -1.0
    return ahead * speeds.get(first.action, 0.0) * first.pace * t
