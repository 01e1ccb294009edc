"""Lights a figure with the colours of the scene that it stands in."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.subjects.inflate import Figure
from kinora.engines.studio.subjects.naming import nouns
from kinora.engines.studio.subjects.painting import shade

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
PART_COVER = np.float32(0.85)
GROOVE = np.float32(0.14)
DEEP = 0.8
"""How far a relief's height moves it aside when it is turned, as a part of that height."""

EDGE, THIN = 0.35, 0.2
"""Cosines of the yaw: from where it is seen as from its edge, and how thin it gets at most."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a scene throws on a figure, in linear light: from above, from below, and the key."""

    above: Field
    below: Field
    key: Field
    towards: Field

    def flipped(self) -> "Surroundings":
        """Return the light as a mirror beside the scene shows it."""
        other = np.array([-1, 1, 1], np.float32) * self.towards
        return Surroundings(self.above, self.below, self.key, np.asarray(other, np.float32))


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
    cosine, sine = _front(yaw)
    side = 1.0 if np.cos(yaw) >= 0 else -1.0
    # Seen from its edge a relief is a body as thick as it is high, and does not lean to a side.
    near = DEEP * sine * min(1.0, cosine / EDGE)
    cosine = side * max(cosine, THIN)
    height, width = figure.alpha.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    centre = (width - 1) / 2
    source = (x - centre) / cosine + centre
    for _ in range(2):
        rise = cv2.remap(figure.up, source, y, cv2.INTER_LINEAR)
        source = np.asarray((x - centre - rise * near) / cosine + centre, np.float32)
    fields = cv2.merge([figure.alpha, figure.up, figure.ink, figure.part])
    seen = cv2.split(cv2.remap(fields, source, y, cv2.INTER_LINEAR))
    return Figure(*(np.asarray(each, np.float32) for each in seen))


def lit(figure: Figure, material: str, around: Surroundings, *, yaw: float) -> Field:
    """Return the figure's linear light, height x width x 3; nothing outside of it."""
    red, green, blue, metal, shine = nouns().materials[material]
    slopes = (
        np.asarray(cv2.Sobel(figure.up, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8), np.float32),
        np.asarray(cv2.Sobel(figure.up, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8), np.float32),
    )
    body = np.array([red, green, blue], np.float32)
    # A cast of metal has no white eyes and no black lines: its grooves are only darker.
    ink = INK + (body * GROOVE - INK) * metal
    part = body + (PART - body) * (PART_COVER * (1 - metal))
    half = around.towards + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    lights = np.stack([around.above, around.below, around.key, around.towards, half])
    surface = np.array([metal, shine, *_front(yaw)], np.float32)
    return shade(
        slopes,
        (figure.alpha, figure.ink, figure.part),
        np.stack([body, ink, part]).astype(np.float32),
        np.asarray(lights, np.float32),
        surface,
    )


def _front(yaw: float) -> tuple[float, float]:
    """Return cosine and sine of the yaw of the side that is seen, of two that are alike."""
    side = 1.0 if np.cos(yaw) >= 0 else -1.0
    return side * float(np.cos(yaw)), side * float(np.sin(yaw))
