"""Films in which somebody says what a voice says."""

from collections.abc import Iterator
from dataclasses import replace

from kinora.engines.studio.lips.drawing import Face, drawn
from kinora.engines.studio.lips.inside import mixed, paint_of
from kinora.engines.studio.lips.mouths import Mouths
from kinora.engines.studio.lips.neutral import rested
from kinora.engines.studio.lips.shape import MouthShape
from kinora.engines.studio.lips.talker import Talker, Turnout
from kinora.engines.studio.lips.texture import (
    TILE,
    Field,
    between,
    noise_at,
    noise_tile,
    texture_of,
)
from kinora.engines.studio.reel import Picture

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
    for number, frame in enumerate(frames):
        turnout = talker.at(number)
        if turnout is None or mouths.at(number).speaking * turnout.pose(number).sure <= 0:
            yield frame
            continue
        calm, shape = _calmed(frame, turnout, number)
        before = known[1] if known is not None and known[0] is turnout else None
        face = _face(calm, turnout, number, shape, before)
        known = (turnout, face)
        yield drawn(calm, face, mouths.at(number), noise=_noise(tile, number, frame))


def _calmed(frame: Picture, turnout: Turnout, number: int) -> tuple[Picture, MouthShape]:
    """Return a frame whose own speech is taken out as far as it goes, and its mouth's shape."""
    own = turnout.own_shape(number)
    if turnout.rest is None or not turnout.stirred:
        return frame, own
    pose = turnout.pose(number)
    calm, used = rested(frame, pose, turnout.rest, share=turnout.stirred * pose.sure)
    rest = turnout.rest.shape
    upper = own.upper + used * (rest.upper - own.upper)
    lower = own.lower + used * (rest.lower - own.lower)
    return calm, replace(own, upper=upper, lower=lower)


def _face(
    frame: Picture, turnout: Turnout, number: int, shape: MouthShape, before: Face | None
) -> Face:
    """Return the face of a frame; its colours and its texture change slowly."""
    pose = turnout.pose(number)
    paint, texture = paint_of(frame, pose, shape), texture_of(frame, pose)
    if before is not None:
        paint = mixed(before.paint, paint, STEADY)
        texture = between(before.texture, texture, STEADY)
    return Face(pose=pose, shape=shape, paint=paint, texture=texture)


def _noise(tile: Field, number: int, frame: Picture) -> Field:
    return noise_at(tile, number, min(frame.shape[0], TILE * 4), min(frame.shape[1], TILE * 4))
