"""Effects around the subject: an aura, wings of light, fireworks, confetti."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.effects.table import Table
from kinora.engines.studio.picture.warping import ease, over
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
PAPERS = ((255, 70, 90), (255, 200, 40), (60, 190, 255), (120, 230, 110), (210, 110, 255))


def aura(table: Table, u: float) -> Picture:
    """Power gathers round the subject: flames of light that rise, and sparks."""
    e = ease(u / 0.35)
    rim = cv2.GaussianBlur(table.matte, (0, 0), table.height / 26)
    rise = table.coarse[(np.arange(table.height) + int(u * table.height * 1.6)) % table.height]
    tongues = np.clip(rim * 1.7 - 0.30 - 0.55 * rise, 0, 1) ** 1.2
    tongues = tongues * (1.0 + 0.15 * math.sin(u * 70))
    gold = 0.4 + 0.3 * math.sin(u * 9)
    colour = np.array([90, 150, 255]) * 0.6 + np.array([255, 190, 60]) * gold
    dark = table.behind.astype(np.float32) * (1 - 0.55 * e)
    lit = dark + (tongues * e)[..., None] * colour * 1.5
    lit = (
        lit
        + (cv2.GaussianBlur(np.asarray(tongues, np.float32), (0, 0), table.height / 30) * e * 1.3)[
            ..., None
        ]
        * colour
        * 0.6
    )
    behind = np.clip(lit, 0, 255).astype(np.uint8)
    seen = over(table.front, _sparks(table, behind, u, e))
    edge = np.clip(table.matte * (1 - cv2.erode(table.matte, np.ones((5, 5)))), 0, 1)[..., None]
    return np.asarray(np.clip(seen + edge * colour * 0.5 * e, 0, 255), np.uint8)


def _sparks(table: Table, picture: Picture, u: float, e: float) -> Picture:
    light = np.zeros((table.height, table.width), np.uint8)
    x0, y0, x1, y1 = table.box
    for a, b, c, d in np.random.default_rng(table.seed + 4).random((120, 4)):
        life = (b + u * (0.8 + c)) % 1.0
        x = x0 + (x1 - x0) * (a * 1.4 - 0.2) + math.sin(life * 9 + d * 6) * table.width * 0.012
        y = y1 - (y1 - y0) * 1.15 * life
        size = (1.2 + 3 * c) * (1 - life) * table.height / 720
        cv2.circle(light, (int(x * 8), int(y * 8)), int(size * 8), 255, -1, cv2.LINE_AA, 3)
    soft = cv2.GaussianBlur(light, (0, 0), 1.2).astype(np.float32)[..., None] * e
    return np.clip(picture + soft * np.array([1.0, 0.85, 0.5]), 0, 255).astype(np.uint8)


def wings(table: Table, u: float) -> Picture:
    """Wings of light unfold behind the subject and beat slowly."""
    e = ease(u / 0.45)
    _, y0, _, y1 = table.box
    tall, beat = (y1 - y0), 0.16 * math.sin(u * 14) * e
    root = (table.centre[0], y0 + tall * 0.36)
    layer = np.zeros((table.height, table.width, 3), np.uint8)
    for side in (-1, 1):
        for number in range(9):
            angle = (0.15 + number * 0.165 - 0.7) * e + beat * (1 - number / 12)
            length = tall * (0.82 - 0.045 * number) * (0.25 + 0.75 * e)
            tip = (
                root[0] + side * length * math.cos(angle) * 1.02,
                root[1] - length * math.sin(0.75 - angle),
            )
            _feather(layer, root, tip, width=tall * 0.045, number=number)
    soft = cv2.GaussianBlur(layer, (0, 0), max(0.8, table.height / 500)).astype(np.float32)
    glow = cv2.GaussianBlur(layer, (0, 0), table.height / 34).astype(np.float32)
    dark = table.behind * (1 - 0.42 * e)
    return over(table.front, np.clip(dark + soft * 0.95 + glow * 0.7, 0, 255).astype(np.uint8))


def _feather(
    layer: Picture,
    root: tuple[float, float],
    tip: tuple[float, float],
    *,
    width: float,
    number: int,
) -> None:
    """Draw one feather of light as a long leaf."""
    dx, dy = tip[0] - root[0], tip[1] - root[1]
    length = math.hypot(dx, dy) or 1.0
    nx, ny = -dy / length, dx / length
    line = []
    for along, wide in ((0.0, 0.15), (0.3, 0.8), (0.6, 1.0), (0.85, 0.65), (1.0, 0.0)):
        line.append(
            (root[0] + dx * along + nx * width * wide, root[1] + dy * along + ny * width * wide)
        )
    for along, wide in ((0.85, 0.65), (0.6, 1.0), (0.3, 0.8), (0.0, 0.15)):
        line.append(
            (root[0] + dx * along - nx * width * wide, root[1] + dy * along - ny * width * wide)
        )
    points = (np.array(line) * 8).astype(np.int32)
    level = 1 - number * 0.06
    colour = (int(255 * level), int(236 * level), int(190 * level))
    cv2.fillPoly(layer, [points], colour, cv2.LINE_AA, 3)
    edge = tuple(int(value * 0.55) for value in colour)
    cv2.polylines(layer, [points], True, edge, 1, cv2.LINE_AA, 3)


def fireworks(table: Table, u: float) -> Picture:
    """Fireworks in a darkened sky behind the subject."""
    light = np.zeros((table.height, table.width, 3), np.uint8)
    rng = np.random.default_rng(table.seed + 6)
    for burst in range(9):
        born = 0.04 + burst * 0.105
        age = (u - born) / 0.30
        x = table.width * rng.uniform(0.10, 0.90)
        y = table.height * rng.uniform(0.08, 0.42)
        hue = PAPERS[burst % len(PAPERS)]
        angles = rng.uniform(0, 2 * math.pi, 70)
        speeds = rng.uniform(0.4, 1.0, 70)
        if not 0 < age < 1:
            continue
        reach = table.height * 0.24 * (1 - math.exp(-age * 3.5))
        for angle, speed in zip(angles, speeds, strict=True):
            px = x + math.cos(angle) * reach * speed
            py = y + math.sin(angle) * reach * speed + table.height * 0.07 * age * age
            back = (px - math.cos(angle) * reach * 0.10, py - math.sin(angle) * reach * 0.10)
            shade = tuple(int(value * (1 - age) ** 0.7) for value in hue)
            ends = [(int(a * 8), int(b * 8)) for a, b in (back, (px, py))]
            cv2.line(light, ends[0], ends[1], shade, 2, cv2.LINE_AA, 3)
    glow = cv2.GaussianBlur(light, (0, 0), table.height / 45).astype(np.float32)
    sky = table.behind * (1 - 0.62 * ease(u * 5)) + light + glow * 1.3
    seen = over(table.front, np.clip(sky, 0, 255).astype(np.uint8)).astype(np.float32)
    flicker = glow.mean() * 0.6
    return np.asarray(np.clip(seen * (1 - 0.25 * ease(u * 5)) + flicker, 0, 255), np.uint8)


def confetti(table: Table, u: float) -> Picture:
    """Paper rains down: some behind the subject, some before it."""
    seen = over(table.front, _papers(table, table.behind, u, 150, near=False))
    return _papers(table, seen, u, 90, near=True)


def _papers(table: Table, picture: Picture, u: float, count: int, *, near: bool) -> Picture:
    out = picture.copy()
    rng = np.random.default_rng(table.seed + (7 if near else 8))
    unit = table.height / 720 * (1.5 if near else 0.9)
    for number, (a, b, c, d) in enumerate(rng.random((count, 4))):
        fall = u * (1.5 + 0.6 * c) - b * 0.75
        if not 0 < fall < 1.25:
            continue
        x = table.width * a + math.sin(fall * 11 + d * 9) * 26 * unit
        y = table.height * (fall * 1.05 - 0.08)
        flip = abs(math.cos(fall * 17 + c * 9)) * 0.9 + 0.1
        box = ((x, y), (13 * unit, 9 * unit * flip), fall * 400 * (d - 0.5))
        points = (cv2.boxPoints(box) * 8).astype(np.int32)
        tone = 0.65 + 0.35 * flip
        colour = tuple(int(value * tone) for value in PAPERS[number % len(PAPERS)])
        cv2.fillConvexPoly(out, points, colour, cv2.LINE_AA, 3)
    return out
