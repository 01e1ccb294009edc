"""Finds what a frame can be parted into: persons, the main object, and the background."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.faces import Face
from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.picture.outline import doubt
from kinora.engines.studio.picture.subject import Subject, find_subject, saliency
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.source import reading
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
PERSON, OBJECT, BACKGROUND = "person", "object", "background"
SMALLEST, LARGEST = 0.004, 0.80
"""Shares of the frame that an object has."""

LESSER = 0.5
"""The least width of a face, in parts of the largest one's, whose person is a main one, too."""

FASTER = 0.5
"""The scale at which a guided filter is solved (He and Sun, Fast Guided Filter, 2015)."""

SIDE = 400
CORES = (0.8, 0.62, 0.45)


def find_masks(picture: Picture, *, beside: bool = True) -> dict[str, Field]:
    """Return the masks of a frame by name, each 0 to 1 at its size; the background is always there.

    A person is a subject with a face. The object is the subject without one, or what stands out
    most beside the person. The background is all but what the frame is about, so that what stands
    beside a person is part of it. Without `beside` no object is looked for beside a person.
    """
    found: dict[str, Field] = {}
    subject = find_subject(picture)
    main = _main(picture, subject)
    if subject.faces and _fits(subject.matte) and main is not None:
        found[PERSON] = main
        thing = _beside(picture, main) if beside else None
        if thing is not None:
            found[OBJECT] = thing
    elif main is not None:
        found[OBJECT] = main
    nothing = np.zeros(picture.shape[:2], np.float32)
    found[BACKGROUND] = np.asarray(1 - (nothing if main is None else main), np.float32)
    return found


def find_main(picture: Picture) -> Field | None:
    """Return the mask of what a frame is about: its persons, or else its object; None without.

    Of a person's outline only what hangs together with a face counts, so that a flag or a lamp
    beside them is no part of it.
    """
    return _main(picture, find_subject(picture))


def _main(picture: Picture, subject: Subject) -> Field | None:
    if not subject.faces or not _fits(subject.matte):
        return _best(picture, [subject.matte, *_standing_out(picture, saliency(picture))])
    least = LESSER * subject.faces[0].width
    solid = (subject.matte > 0.5).astype(np.uint8)
    _, labels = cv2.connectedComponents(solid)
    near = [_under(labels, face) for face in subject.faces if face.width >= least]
    theirs = np.isin(labels, [label for label in near if label]).astype(np.uint8)
    if not theirs.any():
        return subject.matte
    # The soft edge lies outside of what is solid, and stays.
    reach = np.ones((max(3, picture.shape[0] // 60) | 1,) * 2, np.uint8)
    return np.asarray(subject.matte * cv2.dilate(theirs, reach), np.float32)


def _under(labels: NDArray[np.int32], face: Face) -> int:
    """Return the part of an outline that most of a face lies in; 0 for none."""
    x0, y0 = max(0, int(face.x)), max(0, int(face.y))
    inside = labels[y0 : int(face.y + face.height), x0 : int(face.x + face.width)]
    counts = np.bincount(inside.ravel(), minlength=1)
    counts[0] = 0
    return int(np.argmax(counts)) if counts.any() else 0


def keyframe(film: Path, number: int, shape: Shape) -> Picture:
    """Return a frame of a film, counted from 1; raise CannotMake when the film is shorter."""
    size = shape.width, shape.height
    fps = max(1, round(reading.facts(film).fps))
    return next(reading.frames(film, size=size, fps=fps, count=1, start=number - 1))


def levels(mask: Field) -> Picture:
    """Return a mask as a picture: white where it is."""
    return np.asarray(cv2.cvtColor((mask * 255).astype(np.uint8), cv2.COLOR_GRAY2RGB), np.uint8)


def _fits(mask: Field) -> bool:
    return SMALLEST < float(mask.mean()) < LARGEST


def _beside(picture: Picture, person: Field) -> Field | None:
    """Return what stands out most outside of a person."""
    likely = saliency(picture)
    height, width = likely.shape
    taken = cv2.dilate(cv2.resize(person, (width, height)), np.ones((9, 9), np.uint8))
    return _best(picture, _standing_out(picture, np.asarray(likely * (1 - taken), np.float32)))


def _best(picture: Picture, masks: Iterable[Field]) -> Field | None:
    """Return the mask whose outline fits the picture best, None when none does."""
    fitting = [(doubtful(picture, mask), mask) for mask in masks if _fits(mask)]
    return min(fitting, key=lambda each: each[0])[1] if fitting else None


def doubtful(picture: Picture, mask: Field) -> float:
    """Return how little a mask's outline fits its picture, and how much of it is cut off."""
    return doubt(picture, mask) + _cut_off(mask)


def _cut_off(mask: Field) -> float:
    """Return how much of a mask's outline lies on the frame's sides: things are seldom cut off."""
    solid = mask > 0.5
    sides = float(solid[:, 0].sum() + solid[:, -1].sum() + solid[0].sum())
    return 2 * sides / max(1.0, float(np.sqrt(solid.sum())) * 4)


def _standing_out(picture: Picture, likely: Field) -> Iterator[Field]:
    """Yield masks grown from the place that stands out most, with more and less around it."""
    for core in CORES:
        grown = _grown(picture, likely, core)
        if grown is not None:
            yield grown


def _grown(picture: Picture, likely: Field, share: float) -> Field | None:
    """Return a mask grown by GrabCut from what stands out by a share of the most."""
    small = shrink(picture, SIDE)
    height, width = small.shape[:2]
    likely = cv2.resize(likely, (width, height))
    top = float(likely.max())
    if top < 0.25 or min(height, width) < 24:
        return None
    core = _around_peak(likely > share * top, likely)
    marks = np.full((height, width), cv2.GC_BGD, np.uint8)
    near = cv2.dilate(core, np.ones((max(9, height // 6) | 1,) * 2, np.uint8))
    marks[near > 0] = cv2.GC_PR_BGD
    marks[(likely > 0.7 * share * top) & (near > 0)] = cv2.GC_PR_FGD
    marks[core > 0] = cv2.GC_FGD
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(1)
    cv2.grabCut(np.ascontiguousarray(small), marks, None, *models, 3, cv2.GC_INIT_WITH_MASK)
    mask = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    mask = _around_peak(mask > 0, likely)
    if not _fits(mask.astype(np.float32)):
        return None
    return soft_mask(picture, mask.astype(np.float32))


def _around_peak(mask: NDArray[np.bool_], likely: Field) -> NDArray[np.uint8]:
    """Return the part of a mask in which the most stands out."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    weights = np.bincount(labels.ravel(), likely.ravel(), minlength=len(stats))
    weights[0] = 0
    return np.asarray(labels == int(np.argmax(weights)), np.uint8) & mask.astype(np.uint8)


def soft_mask(picture: Picture, mask: Field) -> Field:
    """Return a mask at a picture's size, its edge drawn to the picture's (guided filter)."""
    height, width = picture.shape[:2]
    large = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)
    if min(height, width) > 16:
        # By lightness alone: in colours it would cost three times as much in every frame.
        guide = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
        large = cv2.ximgproc.guidedFilter(guide, large, max(3, height // 110), 1e-4, scale=FASTER)
    return np.asarray(np.clip((large - 0.12) / 0.76, 0, 1), np.float32)
