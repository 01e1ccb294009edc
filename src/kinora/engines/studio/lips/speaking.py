"""Films in which somebody says what a voice says."""

import math
from collections.abc import Iterator
from dataclasses import replace

from kinora.engines.studio.lips.drawing import Face, drawn
from kinora.engines.studio.lips.inside import mixed, paint_of
from kinora.engines.studio.lips.mouths import Mouths
from kinora.engines.studio.lips.neutral import rested
from kinora.engines.studio.lips.pose import Pose
from kinora.engines.studio.lips.shape import MouthShape
from kinora.engines.studio.lips.talker import Talker, Turnout
from kinora.engines.studio.lips.texture import (
    Field,
    between,
    noise_at,
    noise_tile,
    texture_of,
)
from kinora.engines.studio.reel import Picture

MEASURED_EVERY = 6
"""Frames between measurements of softness and grain."""

GRAINY = 3.8
"""How many half widths of a mouth a side its inside takes at most, however it is turned."""

STEADY = 0.12
"""How fast what is drawn follows the light and the softness of the film: a part each frame."""


def lip_synced(
    frames: Iterator[Picture], *, talker: Talker, mouths: Mouths, seed: int
) -> Iterator[Picture]:
    """Yield a film's frames, its talker's mouth moving as a timeline says.

    The frames must be those in which the talker was found; `mouths` has one mouth for each.
    """
    tile = noise_tile(seed)
    known: tuple[Turnout, Face] | None = None
    used = 0.0
    for number, frame in enumerate(frames):
        turnout = talker.at(number)
        mouth = mouths.at(number)
        if turnout is not None:
            # A mouth that moves by itself is held at rest while the voice says nothing.
            mouth = replace(mouth, speaking=max(mouth.speaking, turnout.stirred))
        if turnout is None or mouth.speaking * turnout.pose(number).sure <= 0:
            yield frame
            continue
        known = known if known is not None and known[0] is turnout else None
        before = known[1] if known is not None else None
        calm, shape, used = _calmed(frame, turnout, number, used if known is not None else None)
        face = _face(calm, turnout, number, shape, before)
        known = (turnout, face)
        yield drawn(calm, face, mouth, noise=_noise(tile, number, face.pose))


def _calmed(
    frame: Picture, turnout: Turnout, number: int, before: float | None
) -> tuple[Picture, MouthShape, float]:
    """Return a frame whose own speech is taken out, its mouth's shape, and how far that went."""
    own = turnout.own_shape(number)
    if turnout.rest is None or not turnout.stirred:
        return frame, own, 0.0
    pose = turnout.pose(number)
    calm, used = rested(frame, pose, turnout.rest, share=turnout.stirred * pose.sure, before=before)
    rest = turnout.rest.shape
    upper = own.upper + used * (rest.upper - own.upper)
    lower = own.lower + used * (rest.lower - own.lower)
    return calm, replace(own, upper=upper, lower=lower), used


def _face(
    frame: Picture, turnout: Turnout, number: int, shape: MouthShape, before: Face | None
) -> Face:
    """Return the face of a frame; its colours and its texture change slowly."""
    pose = turnout.pose(number)
    paint = paint_of(frame, pose, shape)
    if before is None:
        return Face(pose=pose, shape=shape, paint=paint, texture=texture_of(frame, pose))
    texture = before.texture
    if number % MEASURED_EVERY == 0:
        texture = between(texture, texture_of(frame, pose), STEADY * MEASURED_EVERY)
    return Face(pose=pose, shape=shape, paint=mixed(before.paint, paint, STEADY), texture=texture)


def _noise(tile: Field, number: int, pose: Pose) -> Field:
    """Return grain for all that may be seen of the inside of a mouth."""
    side = math.ceil(GRAINY * pose.half) + 16
    return noise_at(tile, number, side, side)
