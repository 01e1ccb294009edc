"""Effects that show the picture by other means: tape, heat camera, mirrors, blocks, a print."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.effects.table import Table
from kinora.engines.studio.picture.warping import ease, pull
from kinora.engines.studio.reel import Picture

HEAT = np.array(
    [(4, 2, 30), (60, 8, 110), (170, 20, 110), (235, 80, 30), (255, 190, 30), (255, 255, 225)],
    np.float32,
)


def thermal(table: Table, u: float) -> Picture:
    """A heat camera scans the picture; the subject glows, its edges breathe."""
    grey = cv2.cvtColor(table.picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    warm = cv2.GaussianBlur(table.matte, (0, 0), table.height / 60)
    level = np.clip(grey * 0.45 + warm * (0.46 + 0.05 * math.sin(u * 16)), 0, 1)
    seen = _by_table(level)
    line = table.height * (ease(u / 0.45) * 1.1 - 0.05)
    shown = np.clip((line - table.places.y) / (table.height * 0.01), 0, 1)[..., None]
    bar = np.exp(-(((table.places.y - line) / (table.height * 0.012)) ** 2))[..., None] * (u < 0.47)
    mixed = table.picture * (1 - shown) + seen * shown + bar * np.array([120, 255, 190])
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)


def _by_table(level: NDArray[np.float32]) -> NDArray[np.float32]:
    steps = np.linspace(0, 1, len(HEAT))
    table = np.stack([np.interp(np.linspace(0, 1, 256), steps, HEAT[:, c]) for c in range(3)], -1)
    return np.asarray(table[(level * 255).astype(np.uint8)], np.float32)


def kaleidoscope(table: Table, u: float) -> Picture:
    """The picture folds into a turning star of mirrors, and opens again."""
    e = math.sin(math.pi * min(1.0, max(0.0, u * 1.12 - 0.06)))
    e = ease(min(1.0, e * 1.6))
    dx, dy = table.places.x - table.width / 2, table.places.y - table.height / 2
    away, angle = np.hypot(dx, dy), np.arctan2(dy, dx) + u * 2.2
    part = math.pi / 6
    folded = np.abs((angle % (2 * part)) - part)
    x = table.centre[0] + away * 0.8 * np.cos(folded + u * 1.4)
    y = table.centre[1] + away * 0.8 * np.sin(folded + u * 1.4)
    mirrored = pull(table.picture, np.asarray(x, np.float32), np.asarray(y, np.float32))
    radius = math.hypot(table.width, table.height) / 2
    mix = np.clip((e * 1.15 - away / radius) * 8, 0, 1)[..., None]
    return np.asarray(table.picture * (1 - mix) + mirrored * mix, np.uint8)


def tape(table: Table, u: float) -> Picture:
    """A worn video tape: bleeding colours, tracking noise, a rolling bar."""
    rng = np.random.default_rng(table.seed * 977 + int(u * 120))
    t = u * 5
    unit = table.height / 480
    jitter = (
        rng.normal(0, 0.7 * unit, table.height)
        + 2.4
        * unit
        * np.sin(np.arange(table.height) / (26 * unit) + t * 7)
        * max(0.0, math.sin(t * 2.1)) ** 8
    )
    roll = ((np.arange(table.height) / table.height + t * 0.22) % 1.0) < 0.05
    jitter = jitter + roll * rng.normal(0, 9 * unit, table.height)
    x = np.asarray(table.places.x + jitter[:, None], np.float32)
    lab = cv2.cvtColor(pull(table.picture, x, table.places.y), cv2.COLOR_RGB2YCrCb)
    blur = (0, 0)
    lab[..., 0] = cv2.GaussianBlur(lab[..., 0], blur, max(0.5, 0.9 * unit))
    for channel in (1, 2):
        smeared = cv2.GaussianBlur(lab[..., channel], blur, sigmaX=7 * unit, sigmaY=0.8)
        lab[..., channel] = np.roll(smeared, int(4 * unit), axis=1)
    seen = cv2.cvtColor(lab, cv2.COLOR_YCrCb2RGB).astype(np.float32)
    lines = 0.90 + 0.10 * np.sin(np.arange(table.height) * math.pi / max(1.0, unit))
    noise = rng.normal(0, 9, (table.height, table.width, 1)) + roll[:, None, None] * 30
    return np.asarray(np.clip(seen * lines[:, None, None] * 0.96 + noise + 6, 0, 255), np.uint8)


def pixelate(table: Table, u: float) -> Picture:
    """The picture falls apart into larger and larger blocks, and comes back sharp."""
    e = math.sin(math.pi * u)
    side = max(1, round(table.height / 10 * e**1.5))
    if side < 2:
        return table.picture.copy()
    small = (max(2, table.width // side), max(2, table.height // side))
    blocks = cv2.resize(table.picture, small, interpolation=cv2.INTER_AREA)
    grown = cv2.resize(blocks, (table.width, table.height), interpolation=cv2.INTER_NEAREST)
    grid = ((table.places.x % side < 1) | (table.places.y % side < 1))[..., None]
    return np.where(grid & (side > 6), grown * 0.82, grown).astype(np.uint8)


def timelapse(table: Table, u: float) -> Picture:
    """A day in five seconds: morning, noon, dusk, night and its stars; shadows and clouds pass."""
    hours = ((1.05, 0.92, 0.80), (1.08, 1.06, 1.0), (1.15, 0.74, 0.58), (0.22, 0.30, 0.58))
    at = u * (len(hours) - 1)
    k = min(len(hours) - 2, int(at))
    mix = ease(at - k)
    gain = np.array(hours[k]) * (1 - mix) + np.array(hours[k + 1]) * mix
    drift = (
        pull(
            np.repeat((table.coarse * 255).astype(np.uint8)[..., None], 3, 2),
            table.places.x + np.float32(u * table.width * 1.4),
            table.places.y,
        )[..., :1].astype(np.float32)
        / 255
    )
    cloud = 1 - 0.30 * np.clip((drift - 0.5) * 3, 0, 1) * (1 - ease((u - 0.6) / 0.3))
    seen = table.picture * gain * cloud
    night = ease((u - 0.68) / 0.25)
    grey = cv2.cvtColor(table.picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    lamps = np.clip((grey - 0.80) * 5, 0, 1) * night
    glow = cv2.GaussianBlur(np.asarray(lamps, np.float32), (0, 0), table.height / 70)
    seen = seen + (lamps * 110 + glow * 150)[..., None] * np.array([1.0, 0.78, 0.42])
    high = np.clip(1 - table.places.y / (table.height * 0.45), 0, 1)
    stars = (table.fine > 0.945) * high * (1 - table.matte) * night * (grey > 0.35)
    return np.asarray(np.clip(seen + stars[..., None] * 190, 0, 255), np.uint8)


def polaroid(table: Table, u: float) -> Picture:
    """The moment is taken: a flash, and the picture falls onto a table as a print that develops."""
    flash = math.exp(-((u - 0.10) ** 2) * 900) * 255
    if u < 0.12:
        return np.asarray(np.clip(table.picture + flash, 0, 255), np.uint8)
    fall = 1 - math.exp(-(u - 0.12) * 9)
    side = min(table.width, table.height) * (1.7 - 0.92 * fall)
    turn = (1 - fall) * 40 - 7
    wood = cv2.GaussianBlur(table.picture, (0, 0), table.height / 18).astype(np.float32) * 0.38
    grain = 0.9 + 0.2 * np.sin(table.places.y * (60 / table.height) + table.coarse * 8)
    desk = wood * grain[..., None] + np.array([34, 22, 14])
    out = _print(table, np.asarray(desk), side, turn, develop=ease((u - 0.3) / 0.5))
    return np.asarray(np.clip(out + flash, 0, 255), np.uint8)


def _print(
    table: Table, desk: NDArray[np.float64], side: float, turn: float, *, develop: float
) -> NDArray[np.float64]:
    """Return the desk with a white-framed print of the picture on it."""
    paper = np.full((420, 350, 4), 255, np.uint8)
    x, y = (int(value) for value in table.centre)
    half = min(table.width, table.height) // 2
    top, left = (
        min(max(0, y - half), table.height - 2 * half),
        min(max(0, x - half), table.width - 2 * half),
    )
    shot = cv2.resize(table.picture[top : top + 2 * half, left : left + 2 * half], (310, 310))
    pale = np.array([196, 190, 172], np.float32)
    paper[20:330, 20:330, :3] = (shot * develop + pale * (1 - develop) * 0.9).astype(np.uint8)
    paper[:, :, :3] = np.minimum(paper[:, :, :3], 246)
    scale = side / 350
    matrix = cv2.getRotationMatrix2D((175, 210), turn, scale)
    matrix[:, 2] += (table.width / 2 - 175, table.height / 2 - 210)
    size = (table.width, table.height)
    laid = cv2.warpAffine(paper, matrix, size, flags=cv2.INTER_LINEAR).astype(np.float32)
    alpha = laid[..., 3:] / 255
    shadow = cv2.GaussianBlur(np.roll(laid[..., 3], (8, 6), (0, 1)), (0, 0), table.height / 45)
    return np.asarray(
        desk * (1 - 0.5 * shadow[..., None] / 255) * (1 - alpha) + laid[..., :3] * alpha
    )
