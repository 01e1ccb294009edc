"""Effects that turn the subject to another matter: fire, ice, stone, gold, water."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.effects.table import Table
from kinora.engines.studio.picture.warping import ease, pull
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]


def burn(table: Table, u: float) -> Picture:
    """Fire eats the picture from its edges; black paper and glowing rims stay for a moment."""
    x, y = table.places.x / table.width - 0.5, table.places.y / table.height - 0.5
    inward = 0.72 - np.maximum(np.abs(x), np.abs(y)) * 1.3
    order = inward * 0.75 + 0.42 * table.coarse + 0.10 * table.fine
    age = np.asarray(ease(u) * 1.04 - order, np.float32)
    rim = np.exp(-((age * 30) ** 2))
    charred = 1 / (1 + np.exp(np.clip((age + 0.05) * 50, -30, 30)))
    gone = 1 / (1 + np.exp(np.clip(-(age - 0.06) * 60, -30, 30)))
    paper = table.picture.astype(np.float32) * (0.06 + 0.94 * charred[..., None])
    embers = np.clip(table.fine * 2 - 1.1, 0, 1) * gone * np.exp(-np.clip(age, 0, 9) * 7)
    flicker = 0.85 + 0.15 * math.sin(u * 140)
    flame = (rim * (0.7 + 0.6 * table.fine) * flicker)[..., None]
    ash = np.array([16, 12, 11], np.float32) + embers[..., None] * np.array([230, 70, 14])
    lit = paper * (1 - gone[..., None]) + ash * gone[..., None]
    glow = cv2.GaussianBlur(np.asarray(rim, np.float32), (0, 0), table.height / 40)[..., None]
    hot = flame * np.array([255, 170, 60]) + glow * np.array([200, 70, 15]) * 0.8
    return np.asarray(np.clip(lit + hot, 0, 255), np.uint8)


def freeze(table: Table, u: float) -> Picture:
    """Frost creeps over the subject until it stands in blue ice."""
    cold = _spread(table, ease(u / 0.75), from_below=True)
    grey = cv2.cvtColor(table.picture, cv2.COLOR_RGB2GRAY).astype(np.float32)[..., None]
    relief = _relief(grey[..., 0])
    ice = grey * np.array([0.72, 0.90, 1.0]) * 0.8 + 62
    ice = ice + relief[..., None] * 0.9 + (table.fine[..., None] - 0.5) * 46
    veins = np.exp(-((np.abs(table.coarse * 6 % 1 - 0.5) * 22) ** 2))[..., None] * 90
    body = np.clip(ice + veins, 0, 255)
    rim = _border(cold, table) * 1.2
    mix = (cold * table.matte)[..., None]
    dim = 1 - 0.25 * ease(u)
    room = table.picture * dim + np.array([120, 160, 205]) * 0.20 * ease(u)
    seen = room * (1 - mix) + body * mix + rim[..., None] * np.array([200, 235, 255])
    sparkle = (table.fine > 0.93) * table.matte * cold * max(0.0, math.sin(u * 40))
    return np.asarray(np.clip(seen + sparkle[..., None] * 160, 0, 255), np.uint8)


def petrify(table: Table, u: float) -> Picture:
    """The subject turns to stone from the feet up, with cracks."""
    hard = _spread(table, ease(u / 0.8), from_below=True)
    grey = cv2.cvtColor(table.picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    stone = (grey * 0.52 + 58 + _relief(grey) * 1.2 + (table.fine - 0.5) * 60)[..., None]
    cracks = np.exp(-((np.abs(table.coarse * 9 % 1 - 0.5) * 34) ** 2))
    stone = stone * np.array([1.0, 0.97, 0.92]) * (1 - 0.55 * cracks[..., None])
    mix = (hard * table.matte)[..., None]
    dust = _border(hard, table)[..., None] * np.array([150, 140, 125])
    return np.asarray(np.clip(table.picture * (1 - mix) + stone * mix + dust, 0, 255), np.uint8)


def gild(table: Table, u: float) -> Picture:
    """What is touched turns to gold, and light runs over it."""
    gold = _spread(table, ease(u / 0.7), from_below=False)
    grey = cv2.cvtColor(table.picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    smooth = cv2.GaussianBlur(grey, (0, 0), max(1.0, table.height / 400))
    shade = np.clip((smooth / 255) ** 1.1 + _relief(smooth) / 120, 0, 1.4)
    bands = 0.5 + 0.5 * np.sin(shade * 11 + table.coarse * 5)
    metal = shade[..., None] * np.array([255, 196, 72]) + (bands**4)[..., None] * 66
    sweep = np.exp(
        -((((table.places.x + table.places.y) / (table.width + table.height)) * 2.4 - u * 3.2) ** 2)
        * 60
    )
    metal = metal + sweep[..., None] * np.array([255, 240, 190]) * 0.8
    mix = (gold * table.matte)[..., None]
    edge = _border(gold, table)[..., None] * np.array([255, 220, 120])
    room = table.picture * (1 - 0.25 * ease(u))
    return np.asarray(np.clip(room * (1 - mix) + metal * mix + edge, 0, 255), np.uint8)


def submerge(table: Table, u: float) -> Picture:
    """Water rises over the picture: waves, light from above, bubbles."""
    t, rise = u * 5, ease(u / 0.45)
    line = table.height * (1.08 - 1.2 * rise)
    wave = np.sin(table.places.x * (14 / table.width) + t * 3) * table.height * 0.012
    wet = np.clip((table.places.y - line - wave) / (table.height * 0.006), 0, 1)
    sway = table.height / 90 * wet
    x = table.places.x + sway * np.sin(table.places.y * (22 / table.height) + t * 2.4)
    y = table.places.y + sway * np.cos(table.places.x * (18 / table.width) + t * 2.0) * 0.6
    seen = pull(table.picture, x, y).astype(np.float32)
    deep = np.clip((table.places.y - line) / table.height, 0, 1)[..., None]
    water: Field = seen * np.array([0.45, 0.80, 0.95]) * (1 - 0.45 * deep) + np.array([6, 42, 62])
    rays = np.abs(np.sin((table.coarse * 9 + t * 0.9) * 3.1)) ** 8 * (1 - deep[..., 0]) * 60
    water = water + rays[..., None] * np.array([0.8, 1.0, 1.0])
    mixed = seen * (1 - wet[..., None]) + water * wet[..., None]
    foam = np.exp(-(((table.places.y - line - wave) / (table.height * 0.010)) ** 2))[..., None]
    mixed = mixed + foam * 120
    return _bubbles(table, np.clip(mixed, 0, 255).astype(np.uint8), t, line)


def _bubbles(table: Table, picture: Picture, t: float, line: float) -> Picture:
    out = picture
    for a, b, c, d in np.random.default_rng(table.seed + 9).random((46, 4)):
        y = table.height * (1.1 - (b + t * (0.10 + 0.14 * c)) % 1.2)
        if y < line:
            continue
        x = table.width * a + math.sin(t * 3 + d * 9) * table.width * 0.008
        radius = (2 + 9 * c * c) * table.height / 720
        centre = (int(x * 8), int(y * 8))
        cv2.circle(out, centre, int(radius * 8), (190, 230, 245), 1, cv2.LINE_AA, 3)
    return out


def _spread(table: Table, e: float, *, from_below: bool) -> Field:
    """Return 0..1: how far something has come over the subject."""
    _, y0, _, y1 = table.box
    way = (y1 - table.places.y) / max(1.0, y1 - y0)
    if not from_below:
        dx, dy = table.places.x - table.centre[0], table.places.y - table.centre[1]
        way = np.hypot(dx, dy) / max(1.0, 0.6 * (y1 - y0))
    order = way * 0.75 + 0.30 * table.coarse
    return np.asarray(np.clip((e * 1.25 - order) * 9, 0, 1), np.float32)


def _border(spread: Field, table: Table) -> Field:
    """Return a glow where something is just arriving."""
    return np.asarray(np.clip(4 * spread * (1 - spread), 0, 1) * table.matte, np.float32)


def _relief(grey: Field) -> Field:
    """Return a picture's relief, lit from the upper left."""
    soft = cv2.GaussianBlur(grey, (0, 0), 1.2)
    return np.asarray(
        cv2.Sobel(soft, cv2.CV_32F, 1, 0) * -0.35 + cv2.Sobel(soft, cv2.CV_32F, 0, 1) * -0.35
    )
