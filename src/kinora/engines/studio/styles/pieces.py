"""What styles are made of: flat colour, lines, steps of tone, relief, paper, glow."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
Table = NDArray[np.uint8]


def rgb(red: float, green: float, blue: float) -> Field:
    """Return a colour to be mixed with fields."""
    return np.array([red, green, blue], np.float32)


def flat(picture: Picture, *, rounds: int = 2, strength: float = 40.0) -> Picture:
    """Return smooth areas with their edges kept (bilateral filter on a half)."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(1, width // 2), max(1, height // 2)), interpolation=3)
    for _ in range(rounds):
        small = cv2.bilateralFilter(small, 7, strength, 7)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def lines(picture: Picture, *, fine: float = 1.0, amount: float = 60.0) -> Field:
    """Return 0 where an outline is to be drawn, 1 elsewhere (Winnemoeller's XDoG)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    sigma = max(0.8, picture.shape[0] / 640) * fine
    near, far = cv2.GaussianBlur(grey, (0, 0), sigma), cv2.GaussianBlur(grey, (0, 0), sigma * 1.6)
    drawn = 1 + np.tanh(np.minimum(0, (near - far) * amount + 0.35) * 2)
    return np.asarray(np.clip(drawn, 0, 1), np.float32)


@lru_cache(maxsize=16)
def steps(levels: int, sharp: float = 5.0) -> Table:
    """Return a table that turns tones into a few levels with soft edges."""
    x = np.linspace(0, levels, 256)
    whole = np.floor(x)
    soft = 0.5 + 0.5 * np.tanh((x - whole - 0.5) * sharp) / np.tanh(sharp / 2)
    return np.asarray(np.clip((whole + soft) / levels * 255, 0, 255), np.uint8)


def toned(picture: Picture, *, levels: int, saturation: float, sharp: float = 5.0) -> Picture:
    """Return a picture in a few levels of brightness, its colours stronger or weaker."""
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
    strong = np.clip(np.arange(256) * saturation, 0, 255).astype(np.uint8)
    hsv[..., 1] = cv2.LUT(hsv[..., 1], strong)
    if levels:
        hsv[..., 2] = cv2.LUT(hsv[..., 2], steps(levels, sharp))
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)


def relief(
    picture: Picture, *, round_by: float, light: tuple[float, float] = (-0.7, -0.7)
) -> Field:
    """Return shading around 0 as if bright parts were raised and rounded."""
    height, width = picture.shape[:2]
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (max(2, width // 2), max(2, height // 2)), interpolation=3)
    soft = cv2.GaussianBlur(small.astype(np.float32), (0, 0), max(0.8, round_by * height / 1080))
    gx, gy = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    slope = (gx * light[0] + gy * light[1]) * np.float32(height / 540 / 48)
    shade = cv2.resize(np.tanh(slope), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(shade, np.float32)


def glowing(picture: Picture, *, above: int, wide: float, amount: float) -> Picture:
    """Return a picture whose bright parts shine around themselves."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(2, width // 4), max(2, height // 4)), interpolation=3)
    bright = np.clip(small.astype(np.float32) - above, 0, 255)
    soft = cv2.GaussianBlur(bright, (0, 0), max(1.0, wide * height / 4))
    whole = cv2.resize(soft, (width, height))
    return np.clip(picture + whole * np.float32(amount), 0, 255).astype(np.uint8)


def painted(picture: Picture, mono: Field) -> Picture:
    """Return a picture times a field, 0 to 1 and above."""
    return np.clip(picture * mono[..., None], 0, 255).astype(np.uint8)


def mapped(picture: Picture, stops: tuple[tuple[int, int, int], ...]) -> Picture:
    """Return a picture whose tones are the colours between stops, from dark to light."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    table = np.array(
        [
            [np.interp(t, np.linspace(0, 255, len(stops)), [s[c] for s in stops]) for c in range(3)]
            for t in range(256)
        ]
    )
    return np.asarray(cv2.LUT(cv2.merge([grey] * 3), table[None].astype(np.uint8)), np.uint8)


def halftone(places: tuple[Field, Field], pitch: float, angle: float) -> Field:
    """Return a screen of dots, from -1 in their middles to 1 between them."""
    cosine, sine = (np.float32(f(angle) * 2 * np.pi / pitch) for f in (np.cos, np.sin))
    x, y = places
    u, v = x * cosine + y * sine, y * cosine - x * sine
    return np.asarray(-0.5 * (np.cos(u) + np.cos(v)), np.float32)
