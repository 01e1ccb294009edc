"""Sets figures into a scene: ground, shadow, light and motion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.subjects.ground import GROUNDS, Ground
from kinora.engines.studio.subjects.inflate import Figure, make_figure, proportion
from kinora.engines.studio.subjects.lighting import Surroundings, lit, look_around, turned
from kinora.engines.studio.subjects.motion import Course, bend, placed, pose
from kinora.engines.studio.subjects.naming import Subject, suited
from kinora.engines.studio.subjects.shadows import Shot, darken, mirror, paint
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
FIRM = {
    "terrain": 0.80,
    "city": 0.90,
    "forest": 0.92,
    "fields": 0.90,
    "underwater": 0.84,
    "fire": 0.93,
    "aurora": 0.95,
}
"""Scenes that have a floor of their own, and where it is, in frame heights from the top."""

NOWHERE = 0.80
GROUNDED = {"walk", "run", "drive", "rest", "turn", "sway"}
"""What cannot be done where there is no floor: there it floats."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where figures stand: a scene's light by name, and what the ground is, empty for none."""

    scene: str
    light: str
    ground: str
    speed: float

    @property
    def firm(self) -> bool:
        """Whether there is anything to stand on."""
        return self.ground in GROUNDS or self.scene in FIRM


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
    actors = _cast(subjects, action, stage=stage, shape=shape, seed=seed)
    ground = Ground(stage.ground, shape, seed) if stage.ground in GROUNDS else None
    foot = ground.foot if ground else FIRM.get(stage.scene, NOWHERE)
    around: Surroundings | None = None
    for number, frame in enumerate(frames):
        t = number / max(1, shape.fps)
        u = number / max(1, shape.frames - 1)
        if around is None or number % LOOK_EVERY == 0:
            fresh = look_around(frame, stage.light)
            around = fresh if around is None else _eased(around, fresh)
        seen = ground.under(frame, around, _rolled(actors, t)) if ground else frame.copy()
        shots = [_shot(actor, around, frame.shape[:2], foot=foot, t=t, u=u) for actor in actors]
        for shot in shots if stage.firm else ():
            if ground and ground.mirror:
                mirror(seen, shot, foot, ground.mirror)
            darken(seen, shot, foot, around)
        for shot in shots:
            paint(seen, shot)
        yield seen


def _cast(
    subjects: Sequence[Subject], action: str, *, stage: Stage, shape: Shape, seed: int
) -> list[Actor]:
    rng = np.random.default_rng(seed + 11)
    right = bool(rng.random() < 0.5)
    aspect = shape.width / shape.height
    share = 1.0 / (1 + 0.28 * (len(subjects) - 1))
    figures = {subject: _sized(subject, share, shape) for subject in dict.fromkeys(subjects)}
    spread = min(0.62, 0.36 * aspect)
    actors = []
    for number, subject in enumerate(subjects):
        place = spread * (number - (len(subjects) - 1) / 2)
        does = suited(subject, subject.action or action)
        does = "float" if does in GROUNDED and not stage.firm else does
        pace = stage.speed * (1 + 0.13 * number)
        course = Course(does, place, right, pace, facing=1.0 if subject.faces_right else -1.0)
        actors.append(Actor(subject, figures[subject], course))
    return actors


def _sized(subject: Subject, share: float, shape: Shape) -> Figure:
    """Return the figure at its size: a part of the frame's height, and of its width at most."""
    height = max(24, round(SIZES.get(subject.kind, 0.50) * share * shape.height))
    wide = proportion(subject.sign) * height
    fits = min(1.0, WIDEST * share * shape.width / wide)
    outlined = subject.kind in OUTLINED
    return make_figure(subject.sign, height=max(16, round(height * fits)), outlined=outlined)


def _shot(
    actor: Actor,
    around: Surroundings,
    size: tuple[int, ...],
    *,
    foot: float,
    t: float,
    u: float,
) -> Shot:
    """Return the actor as it is at a moment, lit, turned and bent, with its place."""
    now = pose(actor.course, t, u)
    figure = turned(actor.figure, now.yaw)
    # A mirrored figure is lit before it is mirrored, so its light comes from the other side.
    seen = around.flipped() if now.flip else around
    light = lit(figure, actor.subject.material, seen, yaw=now.yaw)
    # Colour is carried times alpha, so that no dark border comes in when it is bent and placed.
    layer = cv2.merge([light * figure.alpha[..., None], figure.alpha])
    maps = bend(now, figure.alpha.shape)
    if maps is not None:
        layer = cv2.remap(layer, *maps, cv2.INTER_LINEAR)
    matrix = placed(now, figure.alpha.shape, (size[0], size[1]), foot)
    return Shot(np.asarray(layer, np.float32), matrix, now)


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
