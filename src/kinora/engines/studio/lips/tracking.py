"""Finds who speaks in a film, and where the mouth is in each frame.

A face is found by its look every few frames and followed by optical flow in between. Flow is
smooth but drifts, looks do not drift but jump: what looks say is brought back along the flow,
averaged over time there, and sent forward again.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.lips.finding import Seen, faces_in, levelled, look_again
from kinora.engines.studio.lips.following import Follower, Grey, Turn
from kinora.engines.studio.lips.pose import Pose
from kinora.engines.studio.lips.settling import Look, settled
from kinora.engines.studio.lips.shape import EXPECTED, SEEN, TALL, WIDE, FoundMouth, find_mouth
from kinora.engines.studio.lips.talker import Rest, Talker, Turnout
from kinora.engines.studio.reel import Picture
from kinora.ports.engine import CannotMake

SIDE = 640
"""The longest side of the copies in which faces are followed."""

LOOK_EVERY = 4
SEARCH_EVERY = 40
SEARCH_EMPTY = 8
"""Frames between looks at a face, between searches for more faces, and for the first one."""

REST_BETWEEN = 3
"""Frames between any two searches, however often faces are lost and shots change."""

AFRESH = 5
"""In every so many looks the mouth is searched for from the beginning."""

CANDIDATES = 5
"""Mouths at rest that are kept until one can be chosen."""

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
    rests: list[Rest] = field(default_factory=list)
    missed: int = 0


def find_talker(frames: Iterable[Picture], *, fps: float) -> Talker:
    """Return who speaks in a film; raise CannotMake when no face is seen in enough of it.

    Frames are seen once, one at a time; in each shot the largest steady face speaks.
    """
    watch = Watch()
    for frame in frames:
        watch.see(frame)
    return watch.talker(fps=fps)


def _cast(turnouts: list[Turnout], count: int) -> Talker:
    """Return a talker of whom in each frame the most prominent face is taken."""
    chosen: list[Turnout] = []
    for turnout in sorted(turnouts, key=lambda each: -each.weight):
        if all(turnout.last <= other.first or turnout.first >= other.last for other in chosen):
            chosen.append(turnout)
    return Talker(tuple(sorted(chosen, key=lambda each: each.first)), count)


class Watch:
    """Sees a film frame by frame."""

    def __init__(self) -> None:
        self._number = -1
        self._alive: list[_Person] = []
        self._gone: list[_Person] = []
        self._tiny: NDArray[np.float32] | None = None
        self._next_search = 0
        self._searched = -REST_BETWEEN
        self._pause = SEARCH_EMPTY

    @property
    def count(self) -> int:
        """How many frames were seen."""
        return self._number + 1

    def see(self, frame: Picture) -> None:
        """Take in the next frame."""
        self._number += 1
        grey = _small_grey(frame)
        scale = frame.shape[1] / grey.shape[1]
        if self._is_cut(grey):
            self._gone += self._alive
            self._alive = []
            self._next_search = self._number
        for person in list(self._alive):
            self._follow(person, grey, frame)
        if self._number >= max(self._next_search, self._searched + REST_BETWEEN):
            self._search(frame, grey, scale)

    def talker(self, *, fps: float) -> Talker:
        """Return who speaks; raise CannotMake when no face was seen in enough of the film."""
        turnouts = [
            settled(person.first, person.turns, person.held, person.looks, person.rests, fps)
            for person in self._gone + self._alive
            if person.looks
        ]
        talker = _cast([each for each in turnouts if each is not None], self.count)
        if talker.seen() < ENOUGH * self.count:
            raise CannotMake(NO_FACE)
        return talker

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
        person.follower.correct(seen, 0.6 if person.looks else 1.0)
        face = person.follower.seen
        view, scale = _view(frame, face)
        afresh = len(person.looks) % AFRESH == 0
        found = find_mouth(view, near=None if afresh else person.template)
        person.template = found.template
        pose = _pose(face, found, scale)
        look = Look(
            frame=self._number - person.first,
            pose=pose,
            shape=found.shape,
            face=(face.x, face.y),
            width=face.width,
            closed=found.red - 2 * float(found.template[4]) / found.half,
        )
        person.looks.append(look)
        least = min((rest.restfulness for rest in person.rests), default=-math.inf)
        if len(person.rests) < CANDIDATES or look.restfulness > least:
            kept = sorted(person.rests, key=lambda rest: -rest.restfulness)[: CANDIDATES - 1]
            mouth = Rest.of(
                frame, pose, found.shape, restfulness=look.restfulness, number=look.frame
            )
            person.rests = [*kept, mouth]

    def _search(self, frame: Picture, grey: Grey, scale: float) -> None:
        """Look for faces that are not yet followed."""
        self._searched = self._number
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


def _small_grey(frame: Picture) -> Grey:
    """Return a small grey copy of a frame."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, SIDE / max(grey.shape))
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _apart(one: Seen, other: Seen) -> bool:
    return abs(one.x - other.x) + abs(one.y - other.y) > 0.5 * (one.width + other.width)


def _mouth_middle(face: Seen) -> tuple[float, float]:
    """Return where a face's mouth is expected, in pixels of the frame."""
    down = 0.30 * face.width
    return face.x - down * float(np.sin(face.roll)), face.y + down * float(np.cos(face.roll))


def _pose(face: Seen, found: FoundMouth, scale: float) -> Pose:
    """Return where a mouth that was found in a view is in the frame."""
    x, y = _mouth_middle(face)
    right, down = (found.x - EXPECTED[0]) * scale, (found.y - EXPECTED[1]) * scale
    cos, sin = float(np.cos(face.roll)), float(np.sin(face.roll))
    return Pose(
        x + cos * right - sin * down,
        y + sin * right + cos * down,
        found.half * scale,
        face.roll + found.roll,
        found.shape.sure,
    )


def _view(frame: Picture, face: Seen) -> tuple[Picture, float]:
    """Return the levelled view of a face's lower half, and frame pixels per pixel of it."""
    scale = face.width * SEEN / WIDE
    x, y = _mouth_middle(face)
    up = (TALL / 2 - EXPECTED[1]) * scale
    middle = Seen(
        x - up * float(np.sin(face.roll)), y + up * float(np.cos(face.roll)), face.width, face.roll
    )
    return levelled(frame, middle, scale=scale, size=(WIDE, TALL)), scale
