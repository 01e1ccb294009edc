"""Finds what moves by itself in a picture: sky, water, foliage, fire, hair, closed and sure only.

A region that moves by mistake is far worse than one that stands still, so each must be of its
colour, in its place, and large; the edges follow the picture's (guided filter).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.faces import Face
from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
Bits = NDArray[np.bool_]
SIDE = 420
BLUE = 0.15
"""How much of a sky is blue at least."""

SEVERAL = ("foliage", "hair")
"""Kinds that a picture may have in several places."""

SMALLEST = {"clouds": 0.05, "water": 0.06, "foliage": 0.05, "fire": 0.004, "hair": 0.006}
"""The least share of a picture that each kind must have; half of it when words name it."""


def find_regions(
    picture: Picture, matte: Field, faces: tuple[Face, ...], named: frozenset[str]
) -> dict[str, Field]:
    """Return soft masks by kind, 0 to 1, at the picture's size.

    `matte` is the subject, in which nothing but hair moves; `named` are the kinds that words name.
    """
    small = shrink(picture, SIDE)
    height, width = small.shape[:2]
    free = cv2.resize(matte, (width, height)) < 0.25
    hsv = cv2.cvtColor(cv2.GaussianBlur(small, (0, 0), 1.0), cv2.COLOR_RGB2HSV).astype(np.int16)
    rough = _roughness(small)
    found = {
        "clouds": _sky(hsv, rough, named="clouds" in named) & free,
        "fire": _fire(hsv),
        "foliage": _foliage(hsv, rough) & free,
    }
    # A road can be as blue as a lake; without a word for it, water needs ripples and a sky.
    outdoors = float(found["clouds"].mean()) > SMALLEST["clouds"]
    lively = np.ones_like(free) if "water" in named else _rippled(small) & outdoors
    found["water"] = _water(hsv, rough, found["clouds"]) & lively & free & ~found["foliage"]
    scale = width / picture.shape[1]
    inside = cv2.resize(matte, (width, height))
    for face in faces:
        hair = _hair(small, face, scale, inside)
        found["hair"] = hair | found.get("hair", np.zeros_like(hair))
    kept = {}
    for kind, mask in found.items():
        least = SMALLEST[kind] * (0.5 if kind in named else 1.0)
        main = _main_part(mask, every=kind in SEVERAL)
        if float(main.mean()) >= least:
            kept[kind] = _soft(picture, small, main)
    return kept


def _roughness(small: Picture) -> Field:
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(cv2.blur(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), (9, 9)), np.float32)


def _rippled(small: Picture) -> Bits:
    """Return where the structure lies flat, as that of ripples does, and there is some."""
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across = cv2.blur(np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0)), (31, 31))
    down = cv2.blur(np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1)), (31, 31))
    return np.asarray((down > 1.25 * across) & (down > 5), np.bool_)


def _sky(hsv: NDArray[np.int16], rough: Field, *, named: bool) -> Bits:
    """Return smooth blue, grey or glowing places that hang together with the upper edge."""
    hue, saturation, value = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    blue = (hue > 88) & (hue < 132) & (value > 70)
    pale = (saturation < 46) & (value > 120)
    warm = ((hue < 22) | (hue > 155)) & (value > 130) & (saturation < 190)
    smooth = ((blue | pale | warm) & (rough < 9)).astype(np.uint8)
    _, labels = cv2.connectedComponents(smooth)
    top = np.bincount(labels[:3].ravel(), minlength=int(labels.max()) + 1)
    top[0] = 0
    wide = np.where(top > labels.shape[1])[0]
    sky = np.isin(labels, wide)
    # A wall can be as pale or as warm as a sky; without some blue the words must say that it is.
    if not named and not (sky.any() and float(blue[sky].mean()) > BLUE):
        return np.zeros_like(sky)
    rows = np.arange(sky.shape[0])[:, None] / sky.shape[0]
    return np.asarray(sky & (rows < 0.72), np.bool_)


def _water(hsv: NDArray[np.int16], rough: Field, sky: Bits) -> Bits:
    """Return wide blue, green or mirrored places in the lower part, under a sky or at the foot."""
    hue, saturation, value = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    rows = np.arange(hsv.shape[0])[:, None] / hsv.shape[0]
    tone = (hue > 78) & (hue < 128) & (saturation > 38) & (value > 40)
    if sky.mean() > 0.08:
        ceiling = hsv[sky].mean(0)
        like = (np.abs(hsv - ceiling) < (14, 60, 70)).all(-1)
        tone |= like & (rows > 0.5) & (saturation < 150) & (rough > 1.2)
    return np.asarray(tone & (rows > 0.42) & ~sky & (rough < 26), np.bool_)


def _foliage(hsv: NDArray[np.int16], rough: Field) -> Bits:
    hue, saturation, value = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    return np.asarray(
        (hue > 28) & (hue < 84) & (saturation > 55) & (value > 30) & (rough > 5), np.bool_
    )


def _fire(hsv: NDArray[np.int16]) -> Bits:
    """Return places that shine in yellow and orange, with what glows around them."""
    hue, saturation, value = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    core = ((hue < 30) & (value > 232) & (saturation > 60)).astype(np.uint8)
    glow = (hue < 26) & (value > 165) & (saturation > 130)
    near = cv2.dilate(core, np.ones((9, 9), np.uint8)) > 0
    dark = float((value < 90).mean())
    return np.asarray((core > 0) | (glow & near), np.bool_) & (dark > 0.35)


def _hair(small: Picture, face: Face, scale: float, matte: Field) -> Bits:
    """Return what is around a face's upper half, belongs to the subject and is no skin."""
    height, width = small.shape[:2]
    x, y = (value * scale for value in face.centre)
    r = face.width * scale
    yy, xx = np.mgrid[0:height, 0:width]
    around = ((xx - x) / (r * 0.95)) ** 2 + ((yy - y + 0.16 * r) / (r * 1.12)) ** 2 < 1
    inner = ((xx - x) / (r * 0.46)) ** 2 + ((yy - y - 0.02 * r) / (r * 0.60)) ** 2 < 1
    skin = small[inner].mean(0) if inner.any() else np.zeros(3)
    other = np.abs(small.astype(np.float32) - skin).mean(-1) > 34
    upper = yy < y + 0.55 * r
    return np.asarray(around & ~inner & other & upper & (matte > 0.5), np.bool_)


def _main_part(mask: Bits, *, every: bool) -> NDArray[np.uint8]:
    """Return a mask without specks and holes: its largest part, or all that are not small."""
    side = max(3, mask.shape[0] // 60) | 1
    kernel = np.ones((side, side), np.uint8)
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    closed = cv2.morphologyEx(closed, cv2.MORPH_CLOSE, kernel)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    least = 0.12 if every else 0.5
    return np.asarray((areas > least * max(1, int(areas.max())))[labels], np.uint8)


def _soft(picture: Picture, small: Picture, mask: NDArray[np.uint8]) -> Field:
    guide = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    inside = cv2.erode(mask, np.ones((3, 3), np.uint8)).astype(np.float32)
    soft = cv2.ximgproc.guidedFilter(guide, inside, max(3, small.shape[0] // 60), 1e-3)
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(np.clip(cv2.resize(soft, size), 0, 1), np.float32)
