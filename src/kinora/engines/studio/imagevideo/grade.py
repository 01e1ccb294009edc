"""The light and the looks that words can ask for, cheap enough for every frame."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture

Table = NDArray[np.uint8]
LIGHTS: dict[str, tuple[tuple[float, float, float], float]] = {
    "golden": ((1.10, 1.00, 0.82), 1.02),
    "dusk": ((1.08, 0.84, 0.88), 0.84),
    "night": ((0.42, 0.52, 0.86), 0.62),
    "overcast": ((0.92, 0.96, 1.00), 0.92),
}
STYLES = {"anime", "comic", "clay", "cyberpunk", "3d_animation"}


def grade(picture: Picture, *, light: str, style: str = "") -> Picture:
    """Return a picture in a light and a style; empty names change nothing."""
    if style in STYLES:
        picture = _styled(picture, style)
    if light in LIGHTS:
        picture = np.asarray(cv2.LUT(picture, _light_table(light)))
    return picture


@lru_cache(maxsize=8)
def _light_table(light: str) -> Table:
    gains, power = LIGHTS[light]
    tone = np.linspace(0, 1, 256)
    curve = tone if power >= 1 else tone ** (1 / power) * (0.4 + 0.6 * power)
    table = np.stack([curve * gain for gain in gains], -1)[None]
    return np.asarray(np.clip(table * 255, 0, 255), np.uint8)


def _styled(picture: Picture, style: str) -> Picture:
    match style:
        case "cyberpunk":
            return _cyberpunk(picture)
        case "clay":
            return _soft(picture, levels=0, saturation=1.05)
        case "3d_animation":
            return _soft(picture, levels=0, saturation=1.35)
        case "anime":
            return _inked(_soft(picture, levels=10, saturation=1.4), picture, strength=0.55)
        case _:
            return _inked(_soft(picture, levels=5, saturation=1.25), picture, strength=0.95)


def _soft(picture: Picture, *, levels: int, saturation: float) -> Picture:
    """Smooth areas, keep edges; a few brightness levels with soft steps when `levels` is set."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(1, width // 2), max(1, height // 2)))
    for _ in range(2):
        small = cv2.bilateralFilter(small, 7, 40, 7)
    smooth = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    hsv = cv2.cvtColor(smooth, cv2.COLOR_RGB2HSV)
    hsv[..., 1] = cv2.LUT(hsv[..., 1], np.clip(np.arange(256) * saturation, 0, 255).astype("u1"))
    if levels:
        hsv[..., 2] = cv2.LUT(hsv[..., 2], _steps(levels))
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB))


@lru_cache(maxsize=4)
def _steps(levels: int) -> Table:
    x = np.linspace(0, levels, 256)
    whole = np.floor(x)
    part = x - whole
    soft = 0.5 + 0.5 * np.tanh((part - 0.5) * 5) / np.tanh(2.5)
    return np.asarray(np.clip((whole + soft) / levels * 255, 0, 255), np.uint8)


def _inked(flat: Picture, picture: Picture, *, strength: float) -> Picture:
    """Draw outlines where a difference of Gaussians finds them (Winnemoeller's XDoG)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    sigma = max(0.8, picture.shape[0] / 640)
    near, far = cv2.GaussianBlur(grey, (0, 0), sigma), cv2.GaussianBlur(grey, (0, 0), sigma * 1.6)
    line = 1 + np.tanh(np.minimum(0, (near - far) * 60 + 0.35) * 2)
    keep = 1 - strength * (1 - np.clip(line, 0, 1))
    return np.asarray(np.clip(flat * keep[..., None], 0, 255), np.uint8)


def _cyberpunk(picture: Picture) -> Picture:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    tone = np.linspace(0, 1, 256)[:, None]
    dark, mid, bright = np.array([18, 6, 46]), np.array([205, 28, 160]), np.array([90, 240, 255])
    low, high = np.clip(tone * 2, 0, 1), np.clip(tone * 2 - 1, 0, 1)
    table = (dark * (1 - low) + mid * low) * (1 - high) + bright * high
    tinted = cv2.LUT(cv2.merge([grey] * 3), table[None].astype(np.uint8))
    return np.asarray(cv2.addWeighted(picture, 0.42, tinted, 0.62, 0))
