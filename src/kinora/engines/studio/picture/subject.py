"""Cuts the subject out of a picture.

Saliency by fast minimum barrier distance (Zhang et al., ICCV 2015) and colour contrast to the
border, a prior for faces and the shoulders below them, GrabCut on a small copy, and a guided
filter for the matte's soft edge. The result carries its own confidence, for what cannot be cut
out well must not be cut out at all.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import inline, serial
from kinora.engines.studio.picture.faces import Face, find_faces
from kinora.engines.studio.picture.load import shrink, unit
from kinora.engines.studio.picture.middle import SMALLEST
from kinora.engines.studio.picture.outline import DOUBTFUL, doubt
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]

SIDE = 300
CUT_SIDE = 420
CONFIDENT = 0.5
"""Below this a subject is better not cut out."""


UNSURE = 0.4
"""What an outline that does not fit its picture is worth at most."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a picture is about: `matte` is 0 to 1 at the picture's size, `box` x0, y0, x1, y1."""

    matte: Field
    confidence: float
    box: tuple[int, int, int, int]
    centre: tuple[float, float]
    faces: tuple[Face, ...]


@inline
def _reach(
    image: Field, path: tuple[Field, Field, Field], y: int, x: int, py: int, px: int
) -> None:
    """Let a pixel be reached over a neighbour, if that path climbs less."""
    distance, high, low = path
    top = max(high[py, px], image[y, x])
    bottom = min(low[py, px], image[y, x])
    if top - bottom < distance[y, x]:
        distance[y, x] = top - bottom
        high[y, x] = top
        low[y, x] = bottom


@serial
def _sweep(image: Field, path: tuple[Field, Field, Field], rows: int) -> None:
    """One raster pass of the barrier distance; `rows` is 1 downwards, -1 upwards.

    `path` holds, for each pixel, the barrier so far and the path's highest and lowest value.
    """
    height, width = image.shape
    for j in range(1, height):
        y = j if rows > 0 else height - 1 - j
        for i in range(1, width):
            x = i if rows > 0 else width - 1 - i
            _reach(image, path, y, x, y - rows, x)
            _reach(image, path, y, x, y, x - rows)


def find_subject(picture: Picture) -> Subject:
    """Return the subject of a picture, with how sure we are of it."""
    if min(picture.shape[:2]) < SMALLEST:
        return _nothing(picture)
    faces = tuple(find_faces(picture))
    small = shrink(picture, CUT_SIDE)
    scale = small.shape[1] / picture.shape[1]
    likely = _likelihood(picture, small, faces, scale)
    mask = _cut(small, likely)
    confidence = _confidence(small, mask, likely, faces)
    height, width = picture.shape[:2]
    matte = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    if min(height, width) > 16:
        guide = picture.astype(np.float32) / 255
        matte = cv2.ximgproc.guidedFilter(guide, matte, max(4, height // 90), 1e-4)
    matte = np.clip((matte - 0.12) / 0.76, 0, 1).astype(np.float32)
    if not faces and doubt(picture, matte) > DOUBTFUL:
        confidence = min(confidence, UNSURE)
    return Subject(matte, confidence, _box(matte), _centre(matte), faces)


def _nothing(picture: Picture) -> Subject:
    height, width = picture.shape[:2]
    matte = np.zeros((height, width), np.float32)
    return Subject(matte, 0.0, (0, 0, width, height), (width / 2, height / 2), ())


def saliency(picture: Picture) -> Field:
    """Return how much each place stands out, 0 to 1, on a small copy (at most 300 a side)."""
    small = shrink(picture, SIDE)
    lab = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32), (0, 0), 1)
    height, width = small.shape[:2]
    barrier = sum((_barrier(np.ascontiguousarray(lab[..., c])) for c in range(3)), np.float32(0))
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    middle = np.exp(-(((xx / width - 0.5) / 0.33) ** 2 + ((yy / height - 0.56) / 0.42) ** 2))
    found = unit(unit(np.asarray(barrier)) + np.float32(0.8) * unit(_contrast(lab)))
    return unit(cv2.GaussianBlur(found * (0.35 + 0.65 * middle), (0, 0), 3))


def _barrier(channel: Field) -> Field:
    distance = np.full(channel.shape, 1e6, np.float32)
    # Subjects often stand on the bottom edge, so it is no seed.
    distance[0], distance[:, 0], distance[:, -1] = 0, 0, 0
    high, low = channel.copy(), channel.copy()
    for turn in range(6):
        _sweep(channel, (distance, high, low), 1 if turn % 2 == 0 else -1)
    return np.minimum(distance, 255)


def _contrast(lab: Field) -> Field:
    """Return the Mahalanobis distance to the colours of three borders, the nearest left out."""
    strips = (lab[:12], lab[:, :12], lab[:, -12:])
    far = []
    for strip in strips:
        colours = strip.reshape(-1, 3)
        inverse = np.linalg.inv(np.cov(colours.T) + np.eye(3) * 20).astype(np.float32)
        away = lab - colours.mean(0)
        field = np.sqrt(np.einsum("hwi,ij,hwj->hw", away, inverse, away))
        far.append(field / max(float(field.max()), 1e-6))
    stacked = np.stack(far)
    return np.asarray(stacked.sum(0) - stacked.max(0), np.float32)


def _likelihood(picture: Picture, small: Picture, faces: tuple[Face, ...], scale: float) -> Field:
    height, width = small.shape[:2]
    likely = cv2.resize(saliency(picture), (width, height))
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    for face in faces:
        x, y = (value * scale for value in face.centre)
        r = face.width * scale
        head = np.exp(-((((xx - x) / (r * 0.75)) ** 2 + ((yy - y) / (r * 0.95)) ** 2) ** 2))
        body = 0.85 * np.exp(-(((xx - x) / (r * 1.7)) ** 4)) * np.clip((yy - y) / (r * 0.9), 0, 1)
        likely = np.maximum(likely, np.maximum(head, body))
    return np.asarray(likely, np.float32)


def _cut(small: Picture, likely: Field) -> NDArray[np.uint8]:
    level = cv2.threshold((likely * 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)[0] / 255
    marks = np.full(likely.shape, cv2.GC_PR_BGD, np.uint8)
    marks[likely > level] = cv2.GC_PR_FGD
    marks[likely > min(0.92, level * 1.75)] = cv2.GC_FGD
    marks[likely < level * 0.35] = cv2.GC_BGD
    marks[:3] = cv2.GC_BGD
    sure = (marks == cv2.GC_FGD).any() and (marks == cv2.GC_BGD).any()
    if sure and min(small.shape[:2]) > 8:
        cv2.setRNGSeed(1)
        models = np.zeros((1, 65)), np.zeros((1, 65))
        cv2.grabCut(small, marks, (0, 0, 1, 1), *models, 4, cv2.GC_INIT_WITH_MASK)
    found = ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)).astype(np.uint8)
    return _tidy(cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))


def _tidy(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Drop specks beside the main part, and fill small holes."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count > 1:
        areas = stats[1:, cv2.CC_STAT_AREA]
        kept = [i + 1 for i, area in enumerate(areas) if area > 0.12 * areas.max()]
        mask = np.isin(labels, kept).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - mask)
    for i in range(1, count):
        if stats[i, cv2.CC_STAT_AREA] < 0.01 * mask.size:
            mask[labels == i] = 1
    return mask


def _confidence(
    small: Picture, mask: NDArray[np.uint8], likely: Field, faces: tuple[Face, ...]
) -> float:
    """Return 0 to 1: a good size, standing out, with an outline that lies on edges."""
    share = float(mask.mean())
    if not 0.02 < share < 0.75:
        return 0.0
    inside, outside = float(likely[mask == 1].mean()), float(likely[mask == 0].mean())
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    edges = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    rim = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) == 1
    crisp = float(edges[rim].mean()) / (float(edges.mean()) + 1e-3)
    stands_out = min(1.0, max(0.0, (inside - outside) * 2.2))
    sure = 0.55 * stands_out + 0.45 * min(1.0, crisp / 3.0)
    return min(1.0, sure + 0.25 * bool(faces))


def _box(matte: Field) -> tuple[int, int, int, int]:
    rows, columns = np.where(matte.max(1) > 0.5)[0], np.where(matte.max(0) > 0.5)[0]
    if not len(rows) or not len(columns):
        return 0, 0, matte.shape[1], matte.shape[0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _centre(matte: Field) -> tuple[float, float]:
    total = float(matte.sum())
    height, width = matte.shape
    if total < 1:
        return width / 2, height / 2
    x = float((matte.sum(0) * np.arange(width)).sum()) / total
    y = float((matte.sum(1) * np.arange(height)).sum()) / total
    return x, y
