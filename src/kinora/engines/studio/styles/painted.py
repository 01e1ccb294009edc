"""Styles of wet paint: oil and watercolour."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.warping import grid, pull
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles import pieces as p
from kinora.engines.studio.styles.grain import Grain, wrapped
from kinora.engines.studio.styles.strokes import along_forms, drawn_out, patches
from kinora.engines.studio.styles.watched import Watched, sharper

Field = NDArray[np.float32]
STROKE = 60
"""A stroke is this part of the picture's height long, to each side."""


class Oil:
    """Oil on canvas: strokes that flow along the forms, with bristles that catch the light."""

    def __init__(self) -> None:
        """Begin a film."""
        self._watched = Watched()

    def __call__(self, picture: Picture, grain: Grain) -> Picture:
        """Return the next frame."""
        height, width = picture.shape[:2]
        size = max(8, width // 2), max(8, height // 2)
        near = self._watched.near(picture, grain)
        clear = sharper(picture, near, 1.0)
        small = np.asarray(cv2.resize(clear, size, interpolation=cv2.INTER_AREA), np.uint8)
        way = along_forms(small, wide=max(1.0, size[1] / 130))
        wet = patches(small)
        noise = cv2.resize(grain.noise, size, interpolation=cv2.INTER_AREA)[..., None] * 2
        length = max(3, size[1] // STROKE)
        bristle = drawn_out(np.ascontiguousarray(noise, np.float32), way, 2 * length)
        stroked = drawn_out(np.ascontiguousarray(wet, np.float32), way, length)
        soft_near = cv2.resize(near, size)[..., None]
        paint = stroked + (wet - stroked) * (0.75 * soft_near)
        wide = cv2.resize(paint, (width, height), interpolation=cv2.INTER_CUBIC)
        # Within a stroke the paint differs a little; its ridges catch the light.
        ridge = cv2.resize(bristle[..., 0], (width, height), interpolation=cv2.INTER_CUBIC)
        ridge = ridge / max(1e-3, float(ridge.std()))
        slope = cv2.Sobel(ridge, cv2.CV_32F, 1, 1) * 0.05 + ridge * 0.035
        shade = p.relief(np.clip(wide, 0, 255).astype(np.uint8), round_by=2.0) * 0.22
        thick = 1.03 + shade + np.clip(slope, -0.13, 0.16) * (1 - 0.45 * near)
        strong = p.toned(np.clip(wide, 0, 255).astype(np.uint8), levels=0, saturation=1.3)
        return p.painted(strong, np.asarray(thick, np.float32))


class Watercolor:
    """Watercolour: washes of pigment that pool and run, with dark rims, on white paper."""

    def __init__(self) -> None:
        """Begin a film."""
        self._watched = Watched()

    def __call__(self, picture: Picture, grain: Grain) -> Picture:
        """Return the next frame."""
        height, width = picture.shape[:2]
        near = self._watched.near(picture, grain)
        pigment, run_x, run_y = (grain.on(each) for each in _wet(width, height, grain.seed))
        places, far = grid(width, height), height / 150 * (1 - 0.85 * near)
        bent = pull(picture, places.x + run_x * far, places.y + run_y * far)
        wash = p.flat(bent, rounds=3, strength=52)
        wash = sharper(wash, near, 0.5)
        light = p.toned(wash, levels=0, saturation=1.55).astype(np.float32) / 255
        light = np.float32(0.10) + np.float32(0.90) * np.sqrt(light) * (0.55 + 0.45 * light)
        grey = cv2.cvtColor(wash, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
        inner = cv2.GaussianBlur(grey, (0, 0), max(0.8, height / 450))
        outer = cv2.GaussianBlur(grey, (0, 0), max(1.6, height / 120))
        rims = np.abs(inner - outer)
        paper = grain.noise * np.float32(0.05)
        dense = 1 + pigment * (0.17 - 0.08 * near) + rims * 3.4 + paper
        # How pigment darkens what is under it (Bousseau et al., NPAR 2006).
        laid = light - (light - light * light) * (dense - 1)[..., None]
        drawn = 1 - (1 - p.lines(picture, fine=0.9, amount=40)) * (0.16 + 0.30 * near)
        edge = np.minimum(
            np.minimum(places.x, width - places.x), np.minimum(places.y, height - places.y)
        ) / np.float32(height / 30)
        covered = np.clip((edge + _torn(width, height) * 0.22 - 0.7) * 3, 0, 1)[..., None]
        sheet = p.rgb(0.985, 0.975, 0.945) * (1 + 0.25 * paper)[..., None]
        made = sheet + (np.clip(laid, 0, 1) * drawn[..., None] * sheet - sheet) * covered
        return np.clip(made * 255, 0, 255).astype(np.uint8)


@lru_cache(maxsize=2)
def _wet(width: int, height: int, seed: int) -> tuple[Field, Field, Field]:
    """Return how pigment gathers, and where water takes it, across and down."""
    rng = np.random.default_rng(seed + 41)
    fresh = rng.standard_normal((height, width)).astype(np.float32)
    sizes = ((height / 14, 0.62), (height / 45, 0.34), (height / 160, 0.24))
    pigment = sum(wrapped(fresh, max(0.8, sigma)) * np.float32(part) for sigma, part in sizes)
    waves = [np.roll(fresh, (31 * n, 17), (0, 1)) for n in (1, 2)]
    across, down = (wrapped(each, max(0.8, height / 70)) for each in waves)
    return np.asarray(pigment, np.float32), across, down


@lru_cache(maxsize=2)
def _torn(width: int, height: int) -> Field:
    """Return how the paint's border wanders, which stays on the paper."""
    fresh = np.random.default_rng(43).standard_normal((height, width)).astype(np.float32)
    return wrapped(fresh, max(0.8, height / 60)) + 0.5 * wrapped(fresh, max(0.8, height / 200))
