"""Cuts a subject out of its picture and fits its colours to another."""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.load import load, shrink
from kinora.engines.studio.picture.middle import middle_matte
from kinora.engines.studio.picture.outline import solidity
from kinora.engines.studio.picture.subject import CONFIDENT, find_subject
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
LARGEST = 1400
SOLID, RAGGED = 0.72, 0.56
"""Parts of its convex hull that a whole subject fills, and below which a cut has failed."""

TOUCHES = 0.012
"""How near to its picture's lower border, as a part of the height, a cut-off body ends."""


@dataclass(frozen=True, slots=True)
class Cutout:
    """A subject without its picture: colours, matte, and whether its lower end was cut off.

    `person` tells that a face looks out of it.
    """

    picture: Picture
    matte: Field
    rising: bool
    person: bool = False


def cut_out(path: Path) -> Cutout:
    """Return the subject of a picture's file."""
    return subject_of(shrink(load(path), LARGEST))


def subject_of(picture: Picture) -> Cutout:
    """Return a picture's subject; without a sure one, its middle with a soft outline."""
    subject = find_subject(picture)
    if subject.confidence < CONFIDENT or float(subject.matte.mean()) < 0.01:
        return soft_middle(picture)
    x0, y0, x1, y1 = subject.box
    margin = max(2, round(max(x1 - x0, y1 - y0) * 0.02))
    rows = slice(max(0, y0 - margin), min(picture.shape[0], y1 + margin))
    columns = slice(max(0, x0 - margin), min(picture.shape[1], x1 + margin))
    matte = np.ascontiguousarray(subject.matte[rows, columns])
    if solidity(matte) < RAGGED:
        return soft_middle(picture)
    if solidity(matte) < SOLID:
        matte = _filled_out(matte)
    rising = y1 >= picture.shape[0] * (1 - TOUCHES)
    matte = _closed_sides(matte, left=x0 <= margin, right=x1 >= picture.shape[1] - margin)
    colours = _clean_edges(picture[rows, columns], matte)
    return Cutout(colours, _tight(matte), rising, person=bool(subject.faces))


def sized(cutout: Cutout, height: int) -> Cutout:
    """Return a cutout at a height in pixels."""
    scale = height / cutout.picture.shape[0]
    size = max(4, round(cutout.picture.shape[1] * scale)), max(4, height)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    picture = np.asarray(cv2.resize(cutout.picture, size, interpolation=way), np.uint8)
    matte = np.clip(cv2.resize(cutout.matte, size, interpolation=cv2.INTER_AREA), 0, 1)
    return replace(cutout, picture=picture, matte=np.asarray(matte, np.float32))


def harmonised(cutout: Cutout, scene: Picture, *, strength: float) -> Cutout:
    """Return a cutout whose light and colour lean towards a scene's (Reinhard et al., 2001)."""
    inside = cutout.matte > 0.5
    if not inside.any():
        return cutout
    own = cv2.cvtColor(cutout.picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    theirs = cv2.cvtColor(shrink(scene, 240), cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float32)
    mean, spread = own[inside].mean(0), own[inside].std(0) + 1
    aim, wide = theirs.mean(0), theirs.std(0) + 1
    # A face may become warmer or darker, but not another person's.
    aim = mean + np.clip(aim - mean, (-60, -16, -18), (36, 16, 18))
    gain = 1 + (np.clip(wide / spread, 0.75, 1.25) - 1) * strength
    moved = (own - mean) * gain + mean + (aim - mean) * strength
    rgb = cv2.cvtColor(np.clip(moved, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB)
    return replace(cutout, picture=np.asarray(rgb, np.uint8))


def soft_middle(picture: Picture) -> Cutout:
    """Return what fills the middle of a picture, with a wide soft outline."""
    matte, rising = middle_matte(picture)
    return Cutout(picture, matte, rising)


def _closed_sides(matte: Field, *, left: bool, right: bool) -> Field:
    """Return a matte that fades where its picture cut the body off at a side."""
    along = np.arange(matte.shape[1], dtype=np.float32) / max(1.0, matte.shape[1] * 0.07)
    fade = np.ones(matte.shape[1], np.float32)
    if left:
        fade = np.minimum(fade, along)
    if right:
        fade = np.minimum(fade, along[::-1])
    return np.asarray(matte * fade[None], np.float32)


def _filled_out(matte: Field) -> Field:
    """Return a matte whose bays are closed: a ragged cut took a part of the body for background."""
    reach = max(3, round(min(matte.shape) * 0.42)) | 1
    padded = np.pad((matte > 0.4).astype(np.uint8), reach)
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, shape)[reach:-reach, reach:-reach]
    soft = cv2.GaussianBlur(closed.astype(np.float32), (0, 0), max(1.0, min(matte.shape) / 45))
    return np.asarray(np.maximum(matte * (closed > 0), soft), np.float32)


def _tight(matte: Field) -> Field:
    """Return the matte drawn in a little, for its last tenth is mostly the old background."""
    return np.asarray(np.clip((matte - 0.2) / 0.7, 0, 1), np.float32)


def _clean_edges(picture: Picture, matte: Field) -> Picture:
    """Return the picture with the colours of its inside drawn out over its soft edge."""
    core = (matte > 0.93).astype(np.float32)
    spread = max(2.0, matte.shape[0] / 160)
    weight = cv2.GaussianBlur(core, (0, 0), spread)[..., None]
    inner = cv2.GaussianBlur(picture * core[..., None], (0, 0), spread) / np.maximum(weight, 1e-3)
    edge = ((matte < 0.93) & (weight[..., 0] > 0.02))[..., None]
    return np.where(edge, 0.12 * picture + 0.88 * inner, picture).astype(np.uint8)
