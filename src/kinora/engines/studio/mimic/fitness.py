"""What a mimic's picture and film must show, so far as a quick look can tell.

The room goes by the same rules, and by one more that needs compiled kernels. Nothing here loads
those, so that a process that only looks starts in a second and need read no more than the media.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from kinora.engines.studio.picture.faces import Face, find_faces
from kinora.engines.studio.picture.load import load, shrink
from kinora.engines.studio.picture.middle import Field, middle_matte
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.source import reading
from kinora.ports.engine import CannotMake

NO_PERSON = "Mimic: video needs a person as primary focus"
NO_SUBJECT = "Mimic: image needs a clear subject"
SIDE = 448
LOOKED = 4
"""In each of so many parts of the film one frame is looked at for a face."""

BIG_ENOUGH = 0.035
"""The least width of a face as a part of the frame's width."""

BARE = 8.0
PLAIN = 14.0
"""Deviations of levels below which a picture shows nothing, and below which its middle does not."""

CLOSE_UP, WHOLE = 0.15, 0.9
"""The least and the greatest share of the picture that a close-up fills."""

SUBJECT_SIDE, ROUGH_SIDE = 600, 160
"""Pixels of a picture's longer side, as it is looked at for a face, and for a close-up."""


def leading_face(frame: Picture) -> Face | None:
    """Return the face of the person whom a frame is about, None when there is none."""
    faces = find_faces(frame)
    face = max(faces, key=lambda each: each.width, default=None)
    return face if face is not None and face.width >= BIG_ENOUGH * frame.shape[1] else None


def close_up(picture: Picture) -> Field | None:
    """Return the matte of a close-up, which fills its picture's middle; None when nothing does."""
    matte, _ = middle_matte(picture)
    filled = CLOSE_UP < float(matte.mean()) < WHOLE
    return matte if filled and float(picture.std()) >= PLAIN else None


def bare(picture: Picture) -> bool:
    """Tell whether a picture shows nothing at all."""
    return float(picture.std()) < BARE


def shows_subject(path: Path) -> bool | None:
    """Tell whether a picture's file shows somebody or something that could move; None: perhaps."""
    picture = shrink(load(path), SUBJECT_SIDE)
    if find_faces(picture):
        return True
    if bare(picture):
        return False
    # How much of a picture its middle fills shows from few pixels, in a fifth of the time.
    return True if close_up(shrink(picture, ROUGH_SIDE)) is not None else None


def shows_person(path: Path) -> bool:
    """Tell whether a film is about a person: a face at its begin, and in one of its parts."""
    places = [part / LOOKED for part in range(LOOKED + 1)]
    looks = [(at, shrink(frame, SIDE)) for at, frame in reading.key_frames(path, places)]
    if not looks:
        raise CannotMake("an input film has no frames that can be read")
    if leading_face(looks[0][1]) is None:
        return False
    return _few(looks) or any(find_faces(frame) for _, frame in looks[1:])


def _few(looks: Sequence[tuple[float, Picture]]) -> bool:
    """Tell whether a film has too few key frames to say that it is without a person."""
    others = sum(before < after for (before, _), (after, _) in pairwise(looks))
    return others < LOOKED
