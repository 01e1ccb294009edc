"""Finds who speaks in a film, and where the mouth is in each frame.

A face is found by its look every few frames and followed by optical flow in between. Flow is
smooth but drifts, looks do not drift but jump: what looks say is brought back along the flow,
averaged over time there, and sent forward again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.lips.finding import Seen, faces_in, levelled, look_again
from kinora.engines.studio.lips.following import Follower, Grey, Turn
from kinora.engines.studio.lips.pose import Pose
from kinora.engines.studio.lips.settling import Look, settled
from kinora.engines.studio.lips.shape import EXPECTED, SEEN, TALL, WIDE, find_mouth
from kinora.engines.studio.lips.talker import Rest, Talker, Turnout
from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.reel import Picture
from kinora.ports.engine import CannotMake

SIDE = 640
"""The longest side of the copies in which faces are followed."""

LOOK_EVERY = 5
SEARCH_EVERY = 24
SEARCH_EMPTY = 8
"""Frames between looks at a face, between searches for more faces, and for the first one."""

AFRESH = 3
"""In every so many looks the mouth is searched for from the beginning."""

MOST = 3
"""Faces that are followed at a time."""

CUT = 26.0
"""Mean difference of two tiny frames (0 to 255) from which on they are of different shots."""

ENOUGH = 0.2
NO_FACE = (
    "lip sync needs a face that looks towards the camera for at least a fifth of the film; "
    "none was found"
)


@dataclass(slots=True)
class _Person:
    """A face that is being followed, and all that was seen of it."""

    follower: Follower
    first: int
    turns: list[Turn] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    template: NDArray[np.float32] | None = None
    rest: Rest | None = None
    missed: int = 0


def find_talker(frames: Iterable[Picture], *, fps: float) -> Talker:
    """Return who speaks in a film; raise CannotMake when no face is seen in enough of it.

    Frames are seen once, one at a time; in each shot the largest steady face speaks.
    """
    watch = _Watch()
    for frame in frames:
        watch.see(frame)
    people = watch.ended()
    turnouts = [
        settled(person.first, person.turns, person.held, person.looks, person.rest, fps)
        for person in people
        if person.looks
    ]
    talker = _cast([each for each in turnouts if each is not None], watch.count)
    if talker.seen() < ENOUGH * watch.count:
        raise CannotMake(NO_FACE)
    return talker


def _cast(turnouts: list[Turnout], count: int) -> Talker:
    """Return a talker of whom in each frame the most prominent face is taken."""
    chosen: list[Turnout] = []
    for turnout in sorted(turnouts, key=lambda each: -each.weight):
        if all(turnout.last <= other.first or turnout.first >= other.last for other in chosen):
            chosen.append(turnout)
    return Talker(tuple(sorted(chosen, key=lambda each: each.first)), count)


class _Watch:
    """Sees a film frame by frame."""

    def __init__(self) -> None:
        self._number = -1
        self._alive: list[_Person] = []
        self._gone: list[_Person] = []
        self._tiny: NDArray[np.float32] | None = None
        self._next_search = 0
        self._pause = SEARCH_EMPTY

    @property
    def count(self) -> int:
        """How many frames were seen."""
        return self._number + 1

    def see(self, frame: Picture) -> None:
        """Take in the next frame."""
        self._number += 1
        small = shrink(frame, SIDE)
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
        scale = frame.shape[1] / small.shape[1]
        if self._is_cut(grey):
            self._gone += self._alive
            self._alive = []
            self._next_search = self._number
        for person in list(self._alive):
            self._follow(person, grey, frame)
        if self._number >= self._next_search:
            self._search(frame, grey, scale)

    def ended(self) -> list[_Person]:
        """Return everybody who was seen."""
        return self._gone + self._alive

    def _is_cut(self, grey: Grey) -> bool:
        tiny = cv2.resize(grey, (32, 18), interpolation=cv2.INTER_AREA).astype(np.float32)
        before, self._tiny = self._tiny, tiny
        return before is not None and float(np.abs(tiny - before).mean()) > CUT

    def _follow(self, person: _Person, grey: Grey, frame: Picture) -> None:
        if not person.follower.step(grey):
            self._alive.remove(person)
            self._gone.append(person)
            self._next_search = self._number
            return
        person.turns.append(person.follower.turn)
        person.held.append(person.follower.held)
        if (self._number - person.first) % LOOK_EVERY == 0:
            self._look(person, frame)

    def _look(self, person: _Person, frame: Picture) -> None:
        seen = look_again(frame, person.follower.seen)
        if seen is None:
            person.missed += 1
            person.follower.refresh()
            return
        person.missed = 0
        person.follower.correct(seen, 0.35 if person.looks else 1.0)
        face = person.follower.seen
        view, scale = _view(frame, face)
        afresh = len(person.looks) % AFRESH == 0
        found = find_mouth(view, near=None if afresh else person.template)
        person.template = found.template
        middle = _mouth_middle(face)
        right, down = (found.x - EXPECTED[0]) * scale, (found.y - EXPECTED[1]) * scale
        cos, sin = np.cos(face.roll), np.sin(face.roll)
        pose = Pose(
            middle[0] + cos * right - sin * down,
            middle[1] + sin * right + cos * down,
            found.half * scale,
            face.roll,
            found.shape.sure,
        )
        look = Look(self._number - person.first, pose, found.shape, face.width)
        person.looks.append(look)
        if person.rest is None or look.restfulness > person.rest.restfulness:
            person.rest = Rest.of(frame, pose, found.shape, look.restfulness)

    def _search(self, frame: Picture, grey: Grey, scale: float) -> None:
        """Look for faces that are not yet followed."""
        known = [person.follower.seen for person in self._alive]
        new = [seen for seen in faces_in(frame) if all(_apart(seen, each) for each in known)]
        for seen in new[: MOST - len(self._alive)]:
            person = _Person(Follower(grey, seen, scale), self._number)
            person.turns.append(person.follower.turn)
            person.held.append(1.0)
            self._alive.append(person)
            self._look(person, frame)
        self._pause = SEARCH_EMPTY if self._alive else min(2 * self._pause, 48)
        self._next_search = self._number + (SEARCH_EVERY if self._alive else self._pause)


def _apart(one: Seen, other: Seen) -> bool:
    return abs(one.x - other.x) + abs(one.y - other.y) > 0.5 * (one.width + other.width)


def _mouth_middle(face: Seen) -> tuple[float, float]:
    """Return where a face's mouth is expected, in pixels of the frame."""
    down = 0.30 * face.width
    return face.x - down * float(np.sin(face.roll)), face.y + down * float(np.cos(face.roll))


def _view(frame: Picture, face: Seen) -> tuple[Picture, float]:
    """Return the levelled view of a face's lower half, and frame pixels per pixel of it."""
    scale = face.width * SEEN / WIDE
    x, y = _mouth_middle(face)
    up = (TALL / 2 - EXPECTED[1]) * scale
    middle = Seen(
        x - up * float(np.sin(face.roll)), y + up * float(np.cos(face.roll)), face.width, face.roll
    )
    return levelled(frame, middle, scale=scale, size=(WIDE, TALL)), scale
