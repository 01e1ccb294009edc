"""Lights a figure with the colours of the scene that it stands in."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.subjects.inflate import Figure
from kinora.engines.studio.subjects.naming import nouns

Field = NDArray[np.float32]
KEYS: dict[str, tuple[tuple[float, float, float], float]] = {
    "golden": ((-0.72, -0.38, 0.58), 1.25),
    "dusk": ((0.78, -0.30, 0.55), 0.95),
    "day": ((-0.45, -0.72, 0.53), 1.25),
    "night": ((0.50, -0.62, 0.60), 0.75),
    "overcast": ((-0.20, -0.85, 0.48), 0.80),
}
"""Direction towards the main light (right, down, towards us) and its strength."""

INK = np.array([0.016, 0.015, 0.018], np.float32)
PART = np.array([0.74, 0.73, 0.70], np.float32)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a scene throws on a figure, in linear light: from above, from below, and the key."""

    above: Field
    below: Field
    key: Field
    towards: Field


def look_around(frame: Picture, light: str) -> Surroundings:
    """Read a scene's light from one of its frames."""
    small = cv2.resize(frame, (16, 9), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    linear = small**2.2
    above, below = linear[:4].mean((0, 1)), linear[5:].mean((0, 1))
    direction, strength = KEYS.get(light, KEYS["day"])
    bright = linear.reshape(-1, 3)
    brightest = bright[np.argsort(bright.sum(1))[-14:]].mean(0)
    tint = 0.45 + 0.55 * brightest / max(float(brightest.max()), 1e-3)
    level = 0.35 + 0.65 * min(1.0, float(brightest.mean()) * 1.4)
    towards = np.asarray(direction, np.float32)
    # A little of the light is always there, or a figure at night would be a hole.
    floor = np.float32(0.05)
    return Surroundings(
        np.asarray(above * 0.85 + floor, np.float32),
        np.asarray(below * 0.75 + floor * 0.6, np.float32),
        np.asarray(tint * strength * level, np.float32),
        towards / np.linalg.norm(towards),
    )


def turned(figure: Figure, yaw: float) -> Figure:
    """Return a figure turned about its upright axis by an angle in radians.

    A relief has no back: beyond a quarter turn its mirrored front is seen.
    """
    cosine, sine = float(np.cos(yaw)), float(np.sin(yaw))
    if abs(cosine) < 0.12:
        cosine = 0.12 if cosine >= 0 else -0.12
    height, width = figure.alpha.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    centre = (width - 1) / 2
    source = (x - centre) / cosine + centre
    for _ in range(2):
        near = cv2.remap(figure.up, source, y, cv2.INTER_LINEAR)
        source = np.asarray((x - centre - near * sine * 0.8) / cosine + centre, np.float32)
    seen = [
        np.asarray(cv2.remap(each, source, y, cv2.INTER_LINEAR), np.float32)
        for each in (figure.alpha, figure.up, figure.ink, figure.part)
    ]
    return Figure(*seen)


def lit(figure: Figure, material: str, around: Surroundings, *, yaw: float) -> Field:
    """Return the figure's linear light, height x width x 3."""
    red, green, blue, metal, shine = nouns().materials[material]
    gx = cv2.Sobel(figure.up, cv2.CV_32F, 1, 0, ksize=3) / 8
    gy = cv2.Sobel(figure.up, cv2.CV_32F, 0, 1, ksize=3) / 8
    normal = np.dstack([-gx, -gy, np.full_like(gx, 0.55)])
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    spin = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    normal = np.asarray(normal @ spin.T.astype(np.float32), np.float32)
    base = np.empty((*gx.shape, 3), np.float32)
    base[:] = (red, green, blue)
    ink, part = figure.ink[..., None], figure.part[..., None]
    base = base * (1 - part * 0.85) + PART * part * 0.85
    base = base * (1 - ink) + INK * ink
    sky = (0.5 - 0.5 * normal[..., 1:2]) ** 1.3
    ambient = around.below * (1 - sky) + around.above * sky
    facing = normal @ around.towards
    wrapped = np.clip((facing + 0.25) / 1.25, 0, 1)[..., None] ** 1.2
    diffuse = base * (ambient * 1.25 + around.key * wrapped) * (1 - 0.75 * metal)
    glossy = _gloss(normal, around, shine)
    tint = base * metal + (1 - metal) * (0.05 + 0.10 * shine)
    rim = (1 - np.clip(normal[..., 2:3], 0, 1)) ** 3
    edge = rim * (around.above * 0.9 + around.key * 0.25) * (0.35 + 0.65 * shine)
    return np.asarray(
        diffuse + glossy * tint * (0.4 + 1.3 * metal + shine) + edge * 0.4, np.float32
    )


def _gloss(normal: Field, around: Surroundings, shine: float) -> Field:
    """Return what a smooth surface mirrors: sky over ground, a soft box, and the key's glint."""
    mirror = 2 * normal * normal[..., 2:3]
    mirror[..., 2] -= 1
    up = np.clip(-mirror[..., 1:2] * (1.5 + 3 * shine) + 0.5, 0, 1)
    scene = around.below * (1 - up) + around.above * 1.6 * up
    half = around.towards + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    glint = np.clip(normal @ half, 0, 1)[..., None] ** (20 + 120 * shine)
    box = np.clip((mirror @ around.towards - 0.55) * 5, 0, 1)[..., None] * 0.35
    return np.asarray(scene + around.key * (glint * (1.5 + 4 * shine) + box), np.float32)
