"""Styles of light and film: neon, pixels, old stock."""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles import pieces as p
from kinora.engines.studio.styles.grain import Grain
from kinora.engines.studio.styles.watched import Watched, sharper

Field = NDArray[np.float32]
ROWS = 96
"""Pixels of pixel art from top to bottom."""

COLOURS = 28
BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16 - 0.5
DITHER = 15.0
CUBE = 32


class Pixel:
    """Pixel art: big pixels in a palette that is chosen for each shot, dithered."""

    def __init__(self) -> None:
        """Begin a film."""
        self._watched = Watched()
        self._palette: Field = np.zeros((0, 3), np.float32)
        self._nearest: NDArray[np.uint8] = np.zeros(0, np.uint8)

    def __call__(self, picture: Picture, grain: Grain) -> Picture:
        """Return the next frame."""
        height, width = picture.shape[:2]
        near = self._watched.near(picture, grain)
        clear = sharper(p.flat(picture, rounds=1), np.maximum(near, 0.4), 1.1)
        strong = p.toned(clear, levels=0, saturation=1.35)
        cell = max(3, round(height / ROWS))
        # The grid goes with the picture, in whole pixels of it: the same dots stay together.
        gone = [round(each) for each in grain.shift]
        x, y = (each % cell for each in gone)
        wide, high = (-(-(side + cell) // cell) for side in (width, height))
        below, beside = high * cell - height - (cell - y), wide * cell - width - (cell - x)
        whole = cv2.copyMakeBorder(
            strong, cell - y, max(0, below), cell - x, max(0, beside), cv2.BORDER_REFLECT_101
        )[: high * cell, : wide * cell]
        small = cv2.resize(whole, (wide, high), interpolation=cv2.INTER_AREA)
        if grain.cut:
            self._choose(np.asarray(small, np.uint8))
        down = (np.arange(high) - gone[1] // cell) % 4
        across = (np.arange(wide) - gone[0] // cell) % 4
        rough = small + (BAYER[down][:, across] * DITHER)[..., None]
        places = np.clip(rough, 0, 255).astype(np.intp) * CUBE // 256
        chosen = self._nearest[(places[..., 0] * CUBE + places[..., 1]) * CUBE + places[..., 2]]
        few = self._palette.astype(np.uint8)[chosen]
        large = few.repeat(cell, 0).repeat(cell, 1)
        return np.asarray(large[cell - y :, cell - x :][:height, :width], np.uint8)

    def _choose(self, small: Picture) -> None:
        """Choose a shot's colours, and the nearest of them for every colour."""
        colours = small.reshape(-1, 3).astype(np.float32)
        count = min(COLOURS, len(np.unique(colours, axis=0)))
        stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 16, 0.5)
        cv2.setRNGSeed(3)
        start = np.zeros((0, 1), np.int32)
        _, _, centres = cv2.kmeans(colours, count, start, stop, 1, cv2.KMEANS_PP_CENTERS)
        # What comes into sight later has colours that are not there yet.
        basic = np.array([[r, g, b] for r in (24, 216) for g in (24, 216) for b in (24, 216)])
        self._palette = np.concatenate([centres, basic]).astype(np.float32)
        steps = (np.arange(CUBE, dtype=np.float32) + 0.5) * (256 / CUBE)
        cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)
        weight = np.sqrt(np.array([0.30, 0.55, 0.15], np.float32))
        ours, all_ = self._palette * weight, cube * weight
        apart = (all_**2).sum(1)[:, None] - 2 * all_ @ ours.T + (ours**2).sum(1)[None]
        self._nearest = apart.argmin(1).astype(np.uint8)


def cyberpunk(picture: Picture, _grain: Grain) -> Picture:
    """Neon night: deep shadows, magenta from one side and cyan from the other, glowing edges."""
    height, width = picture.shape[:2]
    light = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    deep = light * light * (3 - 2 * light) ** 0.8
    slope = cv2.Sobel(cv2.GaussianBlur(light, (0, 0), max(1.0, height / 90)), cv2.CV_32F, 1, 0)
    sides = np.linspace(-1, 1, width, dtype=np.float32)[None]
    # Whatever faces left is in the one light, whatever faces right in the other.
    cyan = np.clip(0.5 + 0.34 * sides + np.tanh(slope * height / 60) * 0.7, 0, 1)[..., None]
    tint = p.rgb(255, 36, 168) * (1 - cyan) + p.rgb(24, 214, 255) * cyan
    night = p.rgb(16, 8, 44) + (tint * np.float32(0.86) + 34 - p.rgb(16, 8, 44)) * deep[..., None]
    high = np.clip((light - 0.74) * 2.6, 0, 1)[..., None]
    night = night + (p.rgb(226, 240, 255) - night) * high * np.float32(0.55)
    mixed = night * np.float32(0.76) + picture * np.float32(0.26)
    edge = 1 - p.lines(picture, fine=1.1, amount=64)
    glow = cv2.GaussianBlur(edge, (0, 0), max(1.2, height / 160))
    lit = mixed + (edge * 0.25 + glow * 0.5)[..., None] * tint * np.float32(0.7)
    scan = 0.95 + 0.05 * np.cos(np.arange(height, dtype=np.float32) * 2.1)[:, None]
    return p.glowing(
        np.clip(lit * scan[..., None], 0, 255).astype(np.uint8), above=168, wide=0.04, amount=0.45
    )


def neon(picture: Picture, _grain: Grain) -> Picture:
    """Neon tubes: only glowing outlines in the dark, in the colours of what they go around."""
    edge = 1 - p.lines(picture, fine=1.4, amount=80)
    colour = p.toned(p.flat(picture, rounds=1), levels=0, saturation=2.6).astype(np.float32)
    colour = colour / np.maximum(colour.max(-1, keepdims=True), 1) * 255
    soft = cv2.GaussianBlur(edge, (0, 0), max(1.5, picture.shape[0] / 110))
    tube = edge[..., None] * (colour * 0.6 + 120) + soft[..., None] * colour * 1.3
    lit = np.clip(tube + picture * 0.10 + p.rgb(4, 3, 12), 0, 255).astype(np.uint8)
    return p.glowing(lit, above=120, wide=0.035, amount=0.5)


def vintage(picture: Picture, grain: Grain) -> Picture:
    """Old film stock: faded, warm, with grain and a soft vignette."""
    old = p.mapped(picture, ((26, 20, 20), (112, 84, 62), (206, 176, 132), (252, 240, 212)))
    mixed = cv2.addWeighted(picture, 0.42, old, 0.60, 0).astype(np.float32)
    made = mixed * _fall(picture, 0.32)[..., None] + grain.noise[..., None] * 6
    return np.clip(made, 0, 255).astype(np.uint8)


def noir(picture: Picture, grain: Grain) -> Picture:
    """Film noir: deep blacks, hard light, a dark frame, grain."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    lit = cv2.LUT(grey, HARD).astype(np.float32) * _fall(picture, 0.55) + grain.noise * 6
    return np.asarray(cv2.merge([np.clip(lit, 0, 255).astype(np.uint8)] * 3), np.uint8)


HARD = (
    np.round(255 * (1 / (1 + np.exp(-(np.linspace(0, 1, 256) - 0.55) * 7.5)) - 0.016) / 0.99)
    .clip(0, 244)
    .astype(np.uint8)
)


def _fall(picture: Picture, amount: float) -> Field:
    """Return how the light falls off towards the corners."""
    height, width = picture.shape[:2]
    yy, xx = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    return np.asarray(1 - amount * np.clip(xx * xx + yy * yy - 0.35, 0, 1), np.float32)
