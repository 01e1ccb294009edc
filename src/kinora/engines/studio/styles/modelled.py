"""Styles of solid things: modelling clay and computer animation."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles import pieces as p
from kinora.engines.studio.styles import relief
from kinora.engines.studio.styles.grain import Grain, wrapped
from kinora.engines.studio.styles.watched import Watched, sharper

Field = NDArray[np.float32]
KEY = (-0.55, -0.65, 0.62)
FILL = (0.75, -0.1, 0.6)
BEHIND = (0.85, -0.35, 0.12)
STEEP = 0.65
PRESSED = 0.026
"""How deep thumbs press into clay; less in faces."""


def _light(towards: tuple[float, float, float], wrap: float, colour: Field) -> Field:
    """Return a light's direction, how far it goes round forms, and its colour, in a row."""
    way = np.array(towards, np.float32)
    return np.concatenate([way / np.linalg.norm(way), [wrap], colour]).astype(np.float32)


CLAY_LIGHTS = np.stack(
    [
        _light(KEY, 0.6, p.rgb(1.12, 1.06, 0.95)),
        _light(FILL, 0.5, p.rgb(0.215, 0.26, 0.345)),
        _light(relief.half_way(KEY), 0.0, p.rgb(26, 26, 26)),
    ]
)
SKIN = np.stack([p.rgb(0.72, 0.88, 0.90), p.rgb(0.34, 0.16, 0.12), p.rgb(78, 84, 104)])
"""Light goes furthest into red, less far into green (skin, wax, leaves), and the rim's colour."""


class Clay:
    """Modelling clay: thick rounded forms in plasticine's colours, kneaded, with thumb prints."""

    def __init__(self) -> None:
        """Begin a film."""
        self._watched = Watched()

    def __call__(self, picture: Picture, grain: Grain) -> Picture:
        """Return the next frame."""
        height, width = picture.shape[:2]
        near = self._watched.near(picture, grain)
        clear = sharper(picture, near, 0.7)
        forms = _thick(clear, near)
        surface = relief.inflated(forms, round_by=1 / 40, features=0.9, steep=STEEP)
        prints = grain.on(thumbs(width, height, grain.seed))
        rough = relief.large(surface.up, picture) + prints * (PRESSED * (1 - 0.7 * near))
        hollow = relief.hollow(surface, 1 / 40) * np.float32(0.24)
        shadow = relief.cast(surface, KEY, 1 / 22) * np.float32(0.28)
        dark = relief.large(np.asarray(hollow + shadow, np.float32), picture)
        up = np.asarray(rough, np.float32)
        return relief.moulded(forms, up, dark, CLAY_LIGHTS, STEEP * height / 24)


class Animation3d:
    """Computer animation: skin that light goes into, clean forms, rims of light, clear eyes."""

    def __init__(self) -> None:
        """Begin a film."""
        self._watched = Watched()

    def __call__(self, picture: Picture, grain: Grain) -> Picture:
        """Return the next frame."""
        near = self._watched.near(picture, grain)
        forms = _clean(sharper(picture, near, 0.5), near)
        surface = relief.inflated(forms, round_by=1 / 22, features=0.6, steep=0.36)
        rim = relief.shine(surface, BEHIND, 3.0) * (1 - surface.towards) * 3
        fields = cv2.merge(
            [
                relief.diffuse(surface, KEY, 0.5),
                relief.diffuse(surface, KEY, 1.0),
                relief.hollow(surface, 1 / 36),
                np.clip(rim, 0, 1),
                relief.shine(surface, KEY, 40.0) * np.float32(0.16),
            ]
        )
        lit = relief.rendered(_bright(forms), relief.large(fields, picture), SKIN)
        return p.glowing(lit, above=188, wide=0.04, amount=0.35)


def _bright(picture: Picture) -> Picture:
    """Return a picture as in a room full of light: its middle tones raised."""
    return np.asarray(cv2.LUT(picture, RAISED), np.uint8)


RAISED = (np.linspace(0, 1, 256) ** 0.82 * 255).astype(np.uint8)


def _clean(picture: Picture, near: Field) -> Picture:
    """Return smooth surfaces with clear edges in strong colours."""
    soft = p.flat(picture, rounds=3, strength=30)
    smooth = cv2.GaussianBlur(soft, (0, 0), max(0.8, picture.shape[0] / 360)).astype(np.float32)
    crisp = soft + (soft - smooth) * np.float32(1.3)
    kept = crisp + (picture - crisp) * (0.12 + 0.5 * near)[..., None]
    return p.toned(np.clip(kept, 0, 255).astype(np.uint8), levels=0, saturation=1.5)


def _thick(picture: Picture, near: Field) -> Picture:
    """Return calm areas of plasticine's colours; in faces the features stay."""
    height = picture.shape[0]
    calm = p.flat(picture, rounds=3, strength=55)
    body = cv2.medianBlur(calm, 2 * max(1, height // 160) + 1)
    few = p.toned(np.asarray(body, np.uint8), levels=7, saturation=1.5, sharp=3)
    clear = p.toned(p.flat(picture, rounds=1, strength=36), levels=0, saturation=1.45)
    share = (0.75 * near)[..., None]
    return np.asarray(np.rint(few + (clear.astype(np.float32) - few) * share), np.uint8)


@lru_cache(maxsize=2)
def thumbs(width: int, height: int, seed: int) -> Field:
    """Return the marks of kneading: dents, and here and there the ridges of a thumb."""
    rng = np.random.default_rng(seed + 31)
    fresh = rng.standard_normal((height, width)).astype(np.float32)
    dents = (
        wrapped(fresh, max(1.0, height / 54)) * 0.7 + wrapped(fresh, max(0.8, height / 180)) * 0.3
    )
    marks = np.zeros((height, width), np.float32)
    size = max(6.0, height / 15)
    reach = min(round(size), height // 2, width // 2)
    dy, dx = np.mgrid[-reach:reach, -reach:reach].astype(np.float32)
    for _ in range(max(3, round(width * height / (size * size * 9)))):
        turn = rng.uniform(0, np.pi)
        across = np.arange(-reach, reach) + int(rng.integers(width))
        down = np.arange(-reach, reach) + int(rng.integers(height))
        here = np.ix_(down % height, across % width)
        u = (dx * np.cos(turn) + dy * np.sin(turn)) / (size * 0.62)
        v = (dy * np.cos(turn) - dx * np.sin(turn)) / size
        inside = np.clip(1.3 - np.hypot(u, v) * 1.3, 0, 1)
        # Ridges run round a whorl that lies off the middle.
        whorl = np.hypot(u, (v + 0.35) * 0.8) * size
        marks[here] += inside * np.sin(whorl * (2 * np.pi / max(2.5, height / 180)) + dents[here])
    return np.asarray(dents + marks * 0.5, np.float32)
