"""Changes of single frames: light, weather, season and looks, cheap enough for every frame."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.noise import fbm_map
from kinora.engines.studio.picture.depth import background_depth
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
Table = NDArray[np.uint8]
KEPT = 0.86
"""How much of the depth guess is taken over from frame to frame, so that it does not flicker."""

LOOKED = 3
"""The depth is guessed anew in every so many frames."""

LEVELS = np.arange(256, dtype=np.float32)


@dataclass(slots=True)
class Surveyor:
    """Guesses a film's depth, smooth in time."""

    _depth: Field | None = None
    _count: int = 0

    def depth(self, frame: Picture) -> Field:
        """Return depth of a frame, 0 far to 1 near, at its size."""
        if self._count % LOOKED == 0 or self._depth is None:
            fresh = background_depth(frame)
            mixed = fresh if self._depth is None else self._depth * KEPT + fresh * (1 - KEPT)
            self._depth = np.asarray(mixed, np.float32)
        self._count += 1
        return self._depth


def _rgb(red: float, green: float, blue: float) -> Field:
    return np.array([red, green, blue], np.float32)


def _tables(red: Field, green: Field, blue: Field) -> Table:
    return np.clip(np.stack([red, green, blue], -1), 0, 255).astype(np.uint8)[None]


def _tinted(gains: tuple[float, float, float], *, power: float = 1.0, lift: float = 0.0) -> Table:
    base = 255 * (LEVELS / 255) ** power
    red, green, blue = (np.asarray(base * gain + lift, np.float32) for gain in gains)
    return _tables(red, green, blue)


LIGHTS: dict[str, Table] = {
    "night": _tinted((0.34, 0.44, 0.72), power=1.35),
    "golden": _tinted((1.12, 0.99, 0.76), power=0.95),
    "sunset": _tinted((1.10, 0.80, 0.66), power=1.08),
    "overcast": _tinted((0.86, 0.90, 0.95), power=0.96, lift=10),
    "day": _tinted((1.08, 1.08, 1.04), power=0.85),
}
LOOKS: dict[str, Table] = {
    "brighter": _tinted((1.0, 1.0, 1.0), power=0.72),
    "darker": _tinted((1.0, 1.0, 1.0), power=1.45),
    "warm": _tinted((1.10, 1.01, 0.86)),
    "cold": _tinted((0.88, 1.0, 1.12)),
}
SATURATIONS = {"vivid": 1.45, "faded": 0.5, "noir": 0.0, "sepia": 0.0}
WET = _tinted((0.72, 0.78, 0.86), power=1.02)


def in_light(frame: Picture, light: str, depth: Field, stars: Field) -> Picture:
    """Return a frame at another time of day; `stars` is a field of points, 0 to 1."""
    lit = np.asarray(cv2.LUT(frame, LIGHTS[light]), np.uint8)
    sky = np.clip((0.14 - depth) / 0.10, 0, 1)
    if light == "night":
        return _by_night(frame, lit, sky, stars)
    if light in ("sunset", "golden"):
        return _low_sun(lit, sky, strong=light == "sunset")
    return lit


def _by_night(frame: Picture, lit: Picture, sky: Field, stars: Field) -> Picture:
    """Darken the sky, set stars in it, and let what is bright on the ground glow warm."""
    height, width = frame.shape[:2]
    small = cv2.resize(frame, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    bright = np.clip((small.max(-1).astype(np.float32) - 205) / 50, 0, 1)
    bright *= 1 - cv2.resize(sky, (width // 4, height // 4))
    glow = cv2.GaussianBlur(bright, (0, 0), max(1.0, height / 90)) * 1.5 + bright * 0.5
    warm = cv2.resize(glow, (width, height))[..., None] * _rgb(150, 108, 58)
    dark = lit * (1 - 0.62 * sky[..., None]) + sky[..., None] * _rgb(2, 4, 12)
    points = (sky * stars * 235)[..., None]
    return np.clip(dark + warm + points, 0, 255).astype(np.uint8)


def _low_sun(lit: Picture, sky: Field, *, strong: bool) -> Picture:
    """Colour the sky from violet above to orange at the horizon, and let the sun's side glow."""
    height, width = lit.shape[:2]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    ramp = np.clip(down * 2.2, 0, 1)[..., None]
    colours = _rgb(120, 96, 150) * (1 - ramp) + _rgb(255, 140, 66) * ramp
    share = (0.62 if strong else 0.34) * sky[..., None]
    grey = lit.mean(-1, keepdims=True) / 255
    coloured = lit * (1 - share) + colours * share * (0.45 + 0.75 * grey)
    x = np.linspace(0, 1, width, dtype=np.float32)[None]
    sun = np.exp(-(((x - 0.7) / 0.4) ** 2 + ((down - 0.32) / 0.32) ** 2))[..., None]
    return np.clip(coloured + sun * _rgb(64, 30, 6), 0, 255).astype(np.uint8)


def foggy(frame: Picture, depth: Field) -> Picture:
    """Return a frame whose far parts fade into fog; what floats is added by the air."""
    thick = np.clip((0.62 - depth) * 1.35, 0, 0.86)[..., None]
    small = cv2.resize(frame, (16, 9), interpolation=cv2.INTER_AREA).astype(np.float32)
    veil = _rgb(168, 174, 180) * (0.45 + 0.5 * float(small.mean()) / 255)
    return np.asarray(frame * (1 - thick) + veil * thick, np.uint8)


def wet(frame: Picture, depth: Field) -> Picture:
    """Return a frame under a rain sky: less colour, and far parts in the grey."""
    grey = cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    dull = cv2.LUT(cv2.addWeighted(frame, 0.6, grey, 0.4, 0), WET)
    veil = np.clip((0.5 - depth) * 0.8, 0, 0.4)[..., None]
    return np.asarray(dull * (1 - veil) + _rgb(96, 104, 114) * veil, np.uint8)


def autumnal(frame: Picture, rough: Field) -> Picture:
    """Return a frame whose green leaves are yellow, orange and red."""
    hsv = cv2.cvtColor(frame, cv2.COLOR_RGB2HSV)
    hue, saturation, value = (hsv[..., c].astype(np.float32) for c in range(3))
    green = _greenness(hue, saturation)
    hue = hue * (1 - green) + (5 + 20 * rough) * green
    saturation = np.clip(saturation * (1 + 0.3 * green), 0, 255)
    turned = np.stack([hue, saturation, np.clip(value * (1 + 0.08 * green), 0, 255)], -1)
    rgb = cv2.cvtColor(turned.astype(np.uint8), cv2.COLOR_HSV2RGB)
    return np.asarray(cv2.LUT(rgb, LOOKS["warm"]), np.uint8)


def vernal(frame: Picture, rough: Field) -> Picture:
    """Return a frame of fresh greens."""
    hsv = cv2.cvtColor(frame, cv2.COLOR_RGB2HSV)
    hue, saturation, value = (hsv[..., c].astype(np.float32) for c in range(3))
    leaves = np.clip(1 - np.abs(hue - 36) / 34, 0, 1) * np.clip((saturation - 30) / 60, 0, 1)
    hue = hue * (1 - leaves) + (44 + 10 * rough) * leaves
    fresh = np.stack([hue, np.clip(saturation * (1 + 0.35 * leaves), 0, 255), value], -1)
    rgb = cv2.cvtColor(fresh.astype(np.uint8), cv2.COLOR_HSV2RGB)
    return np.asarray(cv2.LUT(rgb, LIGHTS["day"]), np.uint8)


def snowed_in(frame: Picture, depth: Field, rough: Field) -> Picture:
    """Return a frame with snow where it would lie: on greens, on the ground, on what faces up."""
    height = frame.shape[0]
    hsv = cv2.cvtColor(frame, cv2.COLOR_RGB2HSV)
    hue, saturation = hsv[..., 0].astype(np.float32), hsv[..., 1].astype(np.float32)
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    soft = cv2.GaussianBlur(grey, (0, 0), max(1.0, height / 270))
    upward = np.clip(-cv2.Sobel(soft, cv2.CV_32F, 0, 1) * 2.2, 0, 0.5)
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    ground = np.clip((down - 0.42) * 1.5, 0, 0.75)
    cover = _greenness(hue, saturation) * 1.1 + ground * 0.8 + upward - 0.10 + (rough - 0.5) * 0.9
    skin = np.clip(1 - np.abs(hue - 10) / 12, 0, 1) * np.clip((saturation - 40) / 60, 0, 1)
    cover = np.clip(cover * (1 - 0.85 * skin), 0, 0.94)
    cover = cv2.GaussianBlur(cover, (0, 0), max(0.8, height / 360))
    cover = np.where(depth < 0.06, 0, cover)[..., None]
    snow = _rgb(232, 240, 252) * (0.48 + 0.55 * grey[..., None])
    mixed = frame * (1 - cover) + snow * cover
    return np.clip(mixed * 0.93 + _rgb(10, 13, 18), 0, 255).astype(np.uint8)


def _greenness(hue: Field, saturation: Field) -> Field:
    near = np.clip(1 - np.abs(hue - 52) / 36, 0, 1) ** 0.5
    return np.asarray(near * np.clip((saturation - 30) / 50, 0, 1), np.float32)


def looked(frame: Picture, look: str) -> Picture:
    """Return a frame in a look by its name."""
    if look in LOOKS:
        return np.asarray(cv2.LUT(frame, LOOKS[look]), np.uint8)
    share = SATURATIONS[look]
    grey = cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    mixed = cv2.addWeighted(frame, share, grey, 1 - share, 0)
    return np.asarray(cv2.LUT(mixed, FILMS[look]), np.uint8) if look in FILMS else mixed


FILMS = {
    "noir": _tinted((1.02, 1.02, 1.02), power=1.15),
    "sepia": _tinted((1.04, 0.90, 0.70), power=0.94, lift=12),
}


def roughness(width: int, height: int, seed: int) -> Field:
    """Return noise from 0 to 1 that stays in its place."""
    side = max(64, min(512, max(width, height)))
    field = fbm_map(side, 18.0, seed % 9973, 4)
    low, high = float(field.min()), float(field.max())
    even = (field - low) / max(1e-6, high - low)
    return np.asarray(cv2.resize(even, (width, height)), np.float32)


def star_field(width: int, height: int, seed: int) -> Field:
    """Return points of light, 0 to 1."""
    rng = np.random.default_rng(seed + 5)
    stars = (rng.random((height, width)) > 0.9994) * rng.random((height, width))
    return np.asarray(np.clip(cv2.GaussianBlur(stars, (0, 0), 0.7) * 6, 0, 1), np.float32)


COLOURS: dict[str, tuple[float, float]] = {
    "red": (62, 42),
    "orange": (40, 62),
    "yellow": (4, 70),
    "green": (-52, 44),
    "cyan": (-38, -14),
    "blue": (14, -58),
    "violet": (48, -52),
    "pink": (52, -6),
    "white": (0, 2),
    "black": (0, 0),
}
"""a and b of CIE Lab."""

LIFTS = {"white": (0.45, 150.0), "black": (0.38, 0.0), "yellow": (0.8, 60.0)}
"""How lightness is changed as well: what is kept of it, and what is added."""


def recoloured(frame: Picture, mask: Field, colour: str) -> Picture:
    """Return a frame whose masked part has another colour, its shading kept."""
    lab = cv2.cvtColor(frame, cv2.COLOR_RGB2LAB).astype(np.float32)
    kept, added = LIFTS.get(colour, (1.0, 0.0))
    a, b = COLOURS[colour]
    light = lab[..., 0] * kept + added
    # Dark and glaring parts have little colour of their own, and get little.
    full = np.clip(np.minimum(lab[..., 0] / 70, (262 - lab[..., 0]) / 60), 0.15, 1)
    other = np.stack([light, 128 + a * full, 128 + b * full], -1)
    share = mask[..., None]
    mixed = lab * (1 - share) + other * share
    rgb = cv2.cvtColor(np.clip(mixed, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB)
    return np.asarray(rgb, np.uint8)
