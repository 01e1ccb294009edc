"""Liquid colours: jets of dye in a fluid that really flows, lit like wet paint.

A fluid on a coarse grid ("Stable Fluids", Stam, SIGGRAPH 1999, with vorticity confinement) carries
dye on a finer one; Jacobi's iteration keeps it from being pressed together.
"""

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.finish import finish
from kinora.engines.studio.kernels.jit import F, inline, kernel, rows
from kinora.engines.studio.picture.warping import grid
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.view import View
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
FOOT = 0.85
LINES = 128
"""Rows of the flow's grid; the dye's is three times as fine."""

FINER = 3
SWEEPS = 24
CURL = 0.30
JETS = 6
WARM_UP = 90
STEP = 1 / 30
PALETTES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "": (
        (0.95, 0.10, 0.20),
        (0.05, 0.30, 0.95),
        (1.0, 0.62, 0.05),
        (0.02, 0.70, 0.55),
        (0.6, 0.1, 0.8),
    ),
    "red": ((0.85, 0.04, 0.06), (1.0, 0.38, 0.12), (0.45, 0.01, 0.10), (1.0, 0.72, 0.50)),
    "gold": ((1.0, 0.60, 0.06), (0.90, 0.34, 0.02), (1.0, 0.88, 0.48), (0.45, 0.18, 0.02)),
    "green": ((0.02, 0.62, 0.26), (0.30, 0.85, 0.12), (0.01, 0.30, 0.28), (0.75, 1.0, 0.62)),
    "blue": ((0.02, 0.16, 0.85), (0.02, 0.48, 0.90), (0.10, 0.06, 0.55), (0.30, 0.70, 0.95)),
    "violet": ((0.45, 0.05, 0.80), (0.95, 0.20, 0.62), (0.15, 0.05, 0.50), (1.0, 0.70, 0.92)),
    "white": ((0.92, 0.90, 0.86), (0.72, 0.74, 0.78), (1.0, 0.97, 0.90), (0.60, 0.60, 0.62)),
    "black": ((0.02, 0.02, 0.03), (0.20, 0.20, 0.24), (0.70, 0.70, 0.74), (0.10, 0.10, 0.12)),
}
GROUND = {"black": 0.80, "white": 0.16}
"""Linear light of the liquid before any dye is in it; dark by default."""


@inline
def _clamped(i: int, side: int) -> int:
    return min(side - 1, max(0, i))


@kernel
def _divergence(u: Field, v: Field) -> Field:
    height, width = u.shape
    out = np.empty_like(u)
    for j in rows(height):
        for i in range(width):
            across = u[j, _clamped(i + 1, width)] - u[j, _clamped(i - 1, width)]
            down = v[_clamped(j + 1, height), i] - v[_clamped(j - 1, height), i]
            out[j, i] = F(-0.5) * (across + down)
    return out


@kernel
def _relaxed(pressure: Field, source: Field) -> Field:
    """Return one of Jacobi's sweeps."""
    height, width = pressure.shape
    out = np.empty_like(pressure)
    for j in rows(height):
        for i in range(width):
            around = pressure[j, _clamped(i - 1, width)] + pressure[j, _clamped(i + 1, width)]
            around += pressure[_clamped(j - 1, height), i] + pressure[_clamped(j + 1, height), i]
            out[j, i] = (around + source[j, i]) * F(0.25)
    return out


def _along(field: Field, axis: int) -> Field:
    """Return a field's slope along an axis."""
    return np.asarray(np.gradient(field, axis=axis), np.float32)


class Fluid:
    """A flow and the dye in it."""

    def __init__(self, shape: Shape, palette: str, seed: int) -> None:
        """Fill the vessel; jets and their colours come from the seed."""
        rng = np.random.default_rng(seed + 2)
        aspect = shape.width / shape.height
        self._size = (max(8, round(LINES * aspect)), LINES)
        width, height = self._size
        self._u, self._v = (np.zeros((height, width), np.float32) for _ in range(2))
        self._pressure = np.zeros((height, width), np.float32)
        self._fine = (width * FINER, height * FINER)
        ground = GROUND.get(palette, 0.012)
        self._dye = np.full((height * FINER, width * FINER, 3), ground, np.float32)
        colours = np.array(PALETTES.get(palette, PALETTES[""]), np.float32)
        start = int(rng.integers(len(colours)))
        self._colours = [colours[(start + n) % len(colours)] for n in range(JETS)]
        self._jets = rng.random((JETS, 6))
        self._time = float(rng.uniform(0, 50))

    def step(self, pace: float) -> None:
        """Let a thirtieth of a second pass."""
        self._time += STEP * pace
        self._stir(pace)
        self._confine()
        source = _divergence(self._u, self._v)
        for _ in range(SWEEPS):
            self._pressure = _relaxed(self._pressure, source)
        self._u -= _along(self._pressure, 1)
        self._v -= _along(self._pressure, 0)
        self._carry(pace)

    def _stir(self, pace: float) -> None:
        """Let each jet, which wanders, push the flow and bleed its colour."""
        width, height = self._size
        places, fine = grid(width, height), grid(*self._fine)
        for one, colour in zip(self._jets, self._colours, strict=True):
            phase = self._time * (0.35 + 0.3 * one[0]) + 6.3 * one[1]
            x = (0.5 + 0.36 * math.sin(phase + 4 * one[2])) * width
            y = (0.5 + 0.34 * math.sin(1.3 * phase + 6 * one[3])) * height
            turn = phase * 1.7 + 6.3 * one[4]
            force = 2.6 * pace * (0.6 + 0.8 * one[5])
            near = np.exp(-((places.x - x) ** 2 + (places.y - y) ** 2) / (height * 0.05) ** 2)
            self._u += near * np.float32(force * math.cos(turn))
            self._v += near * np.float32(force * math.sin(turn))
            away = (fine.x - x * FINER) ** 2 + (fine.y - y * FINER) ** 2
            drop = np.exp(-away / (height * FINER * 0.034) ** 2)[..., None] * np.float32(0.28)
            self._dye += (colour - self._dye) * drop

    def _confine(self) -> None:
        """Give back the eddies that a coarse grid loses."""
        curl = _along(self._v, 1) - _along(self._u, 0)
        strength = np.abs(curl)
        gy, gx = _along(strength, 0), _along(strength, 1)
        length = np.sqrt(gx * gx + gy * gy) + np.float32(1e-4)
        self._u += np.float32(CURL) * (gy / length) * curl
        self._v -= np.float32(CURL) * (gx / length) * curl

    def _carry(self, pace: float) -> None:
        """Carry flow and dye along the flow (semi-Lagrangian)."""
        coarse, fine = grid(*self._size), grid(*self._fine)
        x, y = coarse.x - self._u * np.float32(pace), coarse.y - self._v * np.float32(pace)
        flow = cv2.remap(
            cv2.merge([self._u, self._v]), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        self._u, self._v = (
            np.ascontiguousarray(part) * np.float32(0.996) for part in cv2.split(flow)
        )
        wide = cv2.resize(flow, self._fine, interpolation=cv2.INTER_LINEAR) * np.float32(
            FINER * pace
        )
        self._dye = np.asarray(
            cv2.remap(
                self._dye,
                fine.x - wide[..., 0],
                fine.y - wide[..., 1],
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REFLECT,
            ),
            np.float32,
        )

    def lit(self, shape: Shape, zoom: float, shift: tuple[float, float]) -> Field:
        """Return linear light of the dye as of wet paint: its thick parts stand out and shine."""
        width, height = shape.width, shape.height
        scale = height / self._fine[1] * zoom
        matrix = np.array(
            [
                [scale, 0, width / 2 - self._fine[0] / 2 * scale - shift[0] * height],
                [0, scale, height / 2 - self._fine[1] / 2 * scale - shift[1] * height],
            ],
            np.float32,
        )
        dye = cv2.warpAffine(
            self._dye, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
        level = cv2.GaussianBlur(np.ascontiguousarray(dye.sum(-1)), (0, 0), max(0.8, height / 400))
        gx = cv2.Sobel(level, cv2.CV_32F, 1, 0) * (height / 540)
        gy = cv2.Sobel(level, cv2.CV_32F, 0, 1) * (height / 540)
        slope = gx * 0.75 + gy * 0.66
        size = np.sqrt(gx * gx + gy * gy + 0.16)
        glint = np.clip((slope / size) - 0.55, 0, 1) ** 3 * np.clip(size - 0.4, 0, 1.2)
        shade = np.clip(1 + slope * 0.55, 0.35, 1.9)[..., None]
        return np.asarray(np.clip(dye, 0, None) * shade + glint[..., None] * 3.0, np.float32)


def frames(view: View, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield the liquid; it has flowed for some seconds before the first frame."""
    fluid = Fluid(shape, view.palette, seed)
    for _ in range(WARM_UP):
        fluid.step(1.0)
    pan = {"pan_left": -0.03, "pan_right": 0.03}.get(view.camera, 0.0)
    steps = 30 / max(1, shape.fps) * view.speed
    owed = 0.0
    for number in range(shape.frames):
        u = number / max(1, shape.frames - 1)
        zoom = 1.12 * (1 + 0.16 * view.zoom * u)
        light = fluid.lit(shape, zoom, (pan * (u - 0.5) * 2, 0.0))
        yield finish(light, exposure=0.95, seed=seed + number, grain=2.5)
        owed += steps
        while owed >= 1:
            fluid.step(1.0)
            owed -= 1
