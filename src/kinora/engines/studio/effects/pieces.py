"""Effects that take the subject to pieces: dust, explode."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.effects.table import Table
from kinora.engines.studio.picture.warping import over
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
GRAIN = 3
LIFE = 0.55


def dust(table: Table, u: float) -> Picture:
    """The subject turns to dust from one side to the other, and the wind takes it."""
    x0, _, x1, _ = table.box
    across = (table.places.x - x0) / max(1.0, x1 - x0)
    order = across * 0.75 + 0.35 * table.coarse + 0.12 * table.fine
    age = (u * 1.75 - 0.15) - order
    kept = 1 / (1 + np.exp(np.clip(age * 60, -30, 30)))
    front = table.front.copy()
    front[..., 3] = (front[..., 3] * kept).astype(np.uint8)
    picture = over(front, table.behind)
    glow = (np.exp(-((age * 28) ** 2)) * table.matte * 0.55)[..., None]
    lit = np.clip(picture + glow * np.array([255, 150, 60]), 0, 255).astype(np.uint8)
    return _strew(table, lit, age)


def _strew(table: Table, picture: Picture, age: Field) -> Picture:
    """Draw the grains that have come off: each drifts by its own noise and fades."""
    rows = slice(None, None, GRAIN)
    a, matte = age[rows, rows], table.matte[rows, rows]
    loose = (matte > 0.5) & (a > 0) & (a < LIFE)
    a = a[loose]
    py, px = table.places.y[rows, rows][loose], table.places.x[rows, rows][loose]
    h, n = table.fine[rows, rows][loose], table.coarse[rows, rows][loose]
    unit = table.height / 720
    x = px - unit * (a * a * 700 * (0.6 + h) + a * 120 * np.sin(n * 30))
    y = py - unit * (a * 260 * (n - 0.15) - a * a * 160 * (h - 0.5) - 20 * np.sin(a * 18 + n * 40))
    fade = np.clip(1 - a / LIFE, 0, 1) ** 1.2
    ix, iy = x.astype(int), y.astype(int)
    inside = (ix > 0) & (iy > 0) & (ix < table.width - 2) & (iy < table.height - 2)
    colour = table.picture[rows, rows][loose][inside].astype(np.float32) * 0.9
    alpha = np.zeros((table.height, table.width), np.float32)
    layer = np.zeros_like(picture)
    for dy, dx, weight in ((0, 0, 1.0), (0, 1, 0.9), (1, 0, 0.9), (1, 1, 0.8)):
        at = iy[inside] + dy, ix[inside] + dx
        layer[at], alpha[at] = colour, fade[inside] * weight
    soft = cv2.GaussianBlur(alpha, (0, 0), 0.5)[..., None]
    return np.asarray(picture * (1 - soft) + layer * soft, np.uint8)


@dataclass(frozen=True, slots=True)
class Shard:
    """A triangle of the subject: corners, middle, and how it flies."""

    corners: Field
    middle: Field
    flight: Field


def explode(table: Table, u: float, shards: list[Shard]) -> Picture:
    """The subject bursts into shards that spin, fly and fall."""
    if u < 0.12:
        shake = int(table.width / 240 * math.sin(u * 260))
        return np.roll(over(table.front, table.behind), shake, axis=1)
    out = table.behind.copy()
    t = (u - 0.12) / 0.88 * 1.5
    for shard in shards:
        _draw(table, out, shard, t)
    flash = max(0.0, 1 - abs(u - 0.14) / 0.06) * 150
    return np.asarray(cv2.add(out, (flash, flash, flash, 0)))


def shatter(table: Table) -> list[Shard]:
    """Return the shards of a subject, the far ones first."""
    from scipy.spatial import Delaunay  # noqa: PLC0415 - 40 MB that only this effect needs

    rng = np.random.default_rng(table.seed + 5)
    ys, xs = np.where(table.matte > 0.5)
    chosen = rng.choice(len(ys), min(260, len(ys)), replace=False)
    mask = (table.matte > 0.5).astype(np.uint8)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=len)
    rim = outline[:: max(1, len(outline) // 90), 0]
    points = np.concatenate([np.c_[xs[chosen], ys[chosen]], rim]).astype(np.float32)
    corners = points[Delaunay(points).simplices]
    middles = corners.mean(1)
    inside = table.matte[middles[:, 1].astype(int), middles[:, 0].astype(int)] > 0.5
    flights = rng.normal(0, 1, (len(middles), 3)).astype(np.float32)
    order = np.argsort(flights[:, 2])
    return [Shard(corners[k], middles[k], flights[k]) for k in order if inside[k]]


def _draw(table: Table, out: Picture, shard: Shard, t: float) -> None:
    unit = table.height / 720
    away = shard.middle - np.array(table.centre, np.float32)
    away = away / (np.linalg.norm(away) + 40 * unit) * (1 + 0.5 * shard.flight[0])
    fall = np.array([shard.flight[1] * 40 * t, 420 * t * t - 60 * t]) * unit
    angle = float(shard.flight[2]) * t * 5
    scale = max(0.3, 1 + 0.25 * t * float(shard.flight[0]))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    moved = (shard.corners - shard.middle) @ (turn.T * scale) + shard.middle
    moved = (moved + away * t * 520 * unit + fall).astype(np.float32)
    low = np.maximum(np.floor(moved.min(0)).astype(int) - 1, 0)
    high = np.minimum(np.ceil(moved.max(0)).astype(int) + 2, (table.width, table.height))
    size = int(high[0] - low[0]), int(high[1] - low[1])
    if min(size) <= 0:
        return
    local = moved - low.astype(np.float32)
    matrix = cv2.getAffineTransform(shard.corners, local)
    piece = cv2.warpAffine(table.picture, matrix, size, borderMode=cv2.BORDER_REFLECT)
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillConvexPoly(mask, np.round(local * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    light = np.clip(piece * (0.75 + 0.5 * abs(math.cos(angle))), 0, 255)
    share = mask[..., None] / 255
    window = out[low[1] : high[1], low[0] : high[0]]
    window[:] = (window * (1 - share) + light * share).astype(np.uint8)
