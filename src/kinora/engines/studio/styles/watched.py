"""Faces of a film, looked for now and then and followed between, so that no style loses them."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.faces import Face, find_faces
from kinora.engines.studio.picture.warping import grid
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles.grain import Grain

Field = NDArray[np.float32]
EVERY = 6
"""Frames from one look to the next."""

COMES, GOES = 0.25, 0.12
"""How much surer a frame makes a face that was found, and less sure one that was not."""

NEARER = 0.35
"""How far a followed face goes towards where it was found, of the way."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A face and how sure it is, 0 to 1."""

    face: Face
    sure: float
    found: bool = True


class Watched:
    """Follows the faces of a film, frame by frame."""

    def __init__(self) -> None:
        """Begin with none."""
        self.faces: tuple[Seen, ...] = ()
        self._since = 0

    def step(self, picture: Picture, grain: Grain) -> tuple[Seen, ...]:
        """Return the faces of the next frame."""
        if grain.cut:
            self._since = 0
            self.faces = tuple(Seen(face, 1.0) for face in find_faces(picture))
            return self.faces
        self._since += 1
        faces = tuple(_moved(each, grain) for each in self.faces)
        if self._since % EVERY == 0:
            faces = _matched(faces, find_faces(picture))
        eased = (
            replace(each, sure=min(1.0, each.sure + (COMES if each.found else -GOES)))
            for each in faces
        )
        self.faces = tuple(each for each in eased if each.sure > 0)
        return self.faces

    def near(self, picture: Picture, grain: Grain) -> Field:
        """Take the next frame, and return 1 in its faces and 0 away from them, soft between."""
        height, width = picture.shape[:2]
        return near_faces(self.step(picture, grain), (width, height))


def near_faces(faces: tuple[Seen, ...], size: tuple[int, int], scale: float = 1.0) -> Field:
    """Return 1 in faces and 0 away from them, soft between (size: width, height).

    `scale` is the field's pixels for one of the film.
    """
    places = grid(*size)
    near = np.zeros(places.x.shape, np.float32)
    for each in faces:
        (x, y), wide = each.face.centre, each.face.width * scale
        u = (places.x - np.float32(x * scale)) / np.float32(wide * 0.56)
        v = (places.y - np.float32(y * scale + wide * 0.04)) / np.float32(wide * 0.70)
        near = np.maximum(near, np.clip((1.25 - np.hypot(u, v)) * 4, 0, 1) * np.float32(each.sure))
    return near


def widest(faces: tuple[Seen, ...]) -> float:
    """Return the width of the largest face in pixels, 0 for none."""
    return max((each.face.width for each in faces), default=0.0)


def _moved(seen: Seen, grain: Grain) -> Seen:
    face = seen.face
    spots = np.linspace(0.3, 0.7, 3, dtype=np.float32)
    x, y = np.meshgrid(face.x + spots * face.width, face.y + spots * face.height)
    points = np.stack([x.ravel(), y.ravel()], -1).astype(np.float32)
    gone = np.median(grain.taken(points) - points, axis=0)
    return replace(seen, face=replace(face, x=face.x + float(gone[0]), y=face.y + float(gone[1])))


def _matched(faces: tuple[Seen, ...], found: list[Face]) -> tuple[Seen, ...]:
    """Return followed faces drawn to those found, then the new ones."""
    left = list(found)
    seen = []
    for each in faces:
        same = next((face for face in left if _same(each.face, face)), None)
        if same is not None:
            left.remove(same)
        seen.append(replace(each, found=same is not None, face=_between(each.face, same)))
    return (*seen, *(Seen(face, 0.0) for face in left))


def _same(one: Face, other: Face) -> bool:
    away = np.hypot(one.centre[0] - other.centre[0], one.centre[1] - other.centre[1])
    return bool(away < 0.4 * max(one.width, other.width))


def _between(one: Face, other: Face | None) -> Face:
    if other is None:
        return one
    mine = np.array([one.x, one.y, one.width, one.height])
    theirs = np.array([other.x, other.y, other.width, other.height])
    return Face(*(float(value) for value in mine + (theirs - mine) * NEARER))


def sharper(picture: Picture, near: Field, amount: float) -> Picture:
    """Return a picture with more contrast of its fine parts where `near` is 1."""
    sigma = max(1.0, picture.shape[0] / 200)
    soft = cv2.GaussianBlur(picture, (0, 0), sigma).astype(np.float32)
    more = (picture - soft) * (near * np.float32(amount))[..., None]
    return np.clip(picture + more, 0, 255).astype(np.uint8)
