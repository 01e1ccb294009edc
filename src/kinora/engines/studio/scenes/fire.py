"""A campfire by night: flames that rise and tear, logs that glow, sparks, light on the ground."""

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.finish import finish
from kinora.engines.studio.kernels.jit import F, inline, kernel, rows
from kinora.engines.studio.kernels.noise import fbm, ridged, value
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.aurora import moved
from kinora.engines.studio.scenes.view import View
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
FOOT = 0.90
HEARTH = 0.80
"""Where the fire stands, in frame heights from the top."""

SPARKS = 70
HEATS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "gold": ((0.9, 0.10, 0.01), (1.6, 0.55, 0.08), (2.2, 1.55, 0.70)),
    "blue": ((0.04, 0.10, 0.9), (0.12, 0.50, 1.7), (0.9, 1.6, 2.2)),
    "green": ((0.03, 0.40, 0.10), (0.20, 1.2, 0.28), (1.2, 2.0, 1.0)),
    "violet": ((0.34, 0.03, 0.60), (0.95, 0.22, 1.4), (1.8, 1.2, 2.2)),
}
"""Linear light of thin, middle and thick flame."""


@inline
def _flame(x: float, y: float, t: float, seed: int) -> float:
    """Return how thick the flame is; x from its middle, y upwards from its foot."""
    if y < F(-0.04) or y > F(0.75):
        return F(0)
    # What burns is carried up, faster the higher it is, and torn by eddies on its way.
    rise = t * F(1.15)
    bend = (value(y * F(2.2) - rise * F(0.9), t * F(0.31), seed + 3) - F(0.5)) * F(0.55) * y
    u = x + bend
    curl = fbm(u * F(4.2) + F(7), y * F(3.0) - rise * F(2.1), seed + 4, 2) - F(0.45)
    body = fbm(u * F(6.5) + curl * F(1.5), y * F(3.6) - rise * F(2.7) + curl, seed, 4)
    tongue = ridged(u * F(4.6) - curl, y * F(2.2) - rise * F(2.3), seed + 6, 2)
    up = max(F(0), y)
    wide = F(0.185) * (F(1) - up * F(0.95)) + F(0.02)
    side = np.exp(-(u * u) / (wide * wide))
    foot = min(F(1), max(F(0), (y + F(0.04)) * F(14)))
    thick = (body * F(1.15) + tongue * F(0.65) - up * F(1.12) - F(0.12)) * side * foot
    return max(F(0), thick) * F(1.9)


@inline
def _ground(x: float, y: float, flicker: float, seed: int) -> float:
    """Return how much of the fire's light a place of the ground throws back."""
    near = (y - F(HEARTH)) / F(1 - HEARTH) + F(0.35)
    gx, gz = x / (F(0.25) + near), F(1) / (F(0.25) + near)
    rough = fbm(gx * F(16), gz * F(16), seed + 21, 4)
    away = x * x * F(2.2) + (y - F(HEARTH) - F(0.03)) * (y - F(HEARTH) - F(0.03)) * F(16)
    pebbles = max(F(0), rough - F(0.42)) * F(1.3)
    return (rough * F(0.30) + pebbles) * np.exp(-away * F(3.4)) * flicker


@kernel
def _render(height: int, width: int, look: Field, heats: Field, seed: int) -> Field:
    """Return linear light; `look` is time, shift aside, up, zoom, flicker."""
    out = np.empty((height, width, 3), np.float32)
    for j in rows(height):
        for i in range(width):
            x = (F(i) - F(width) * F(0.5)) / F(height) * look[3] + look[1]
            y = (F(j) / F(height) - F(0.6)) * look[3] + F(0.6) + look[2]
            _place(out[j, i], x, y, look, heats, seed)
    return out


@inline
def _place(out: Field, x: float, y: float, look: Field, heats: Field, seed: int) -> None:
    t, flicker = look[0], look[4]
    far = F(0.62) - F(0.20) * ridged(x * F(1.3) + F(4), F(1), seed + 30, 4)
    glow = np.exp(-(x * x * F(5) + (y - F(0.62)) * (y - F(0.62)) * F(7))) * flicker
    trees = value(x * F(34) + value(y * F(3), x, seed + 31) * F(2), F(3), seed + 32)
    for k in range(3):
        sky = F(0.006) + F(0.004) * F(k) + (F(0.012) if y < far else F(0.002)) * (F(1) - y)
        out[k] = sky + glow * heats[1, k] * F(0.032)
    if y >= far and y < F(HEARTH):
        lit = max(F(0), trees - F(0.5)) * np.exp(-x * x * F(4)) * (y - far) * F(1.5) * flicker
        for k in range(3):
            out[k] += lit * heats[1, k] * F(0.10)
    if y >= F(HEARTH) - F(0.02):
        lit = _ground(x, y, flicker, seed)
        for k in range(3):
            out[k] = out[k] * F(0.4) + lit * (heats[1, k] * F(0.75) + F(0.02)) + F(0.002)
    thick = _flame(x, F(HEARTH) - y, t, seed)
    hot = min(F(1), thick)
    more = min(F(1), max(F(0), thick - F(0.45)) * F(1.8))
    for k in range(3):
        thin = heats[0, k] + (heats[1, k] - heats[0, k]) * hot
        out[k] += thick * (thin + (heats[2, k] - thin) * more) * F(1.15)


class Hearth:
    """The logs, and the sparks that fly from them."""

    def __init__(self, shape: Shape, seed: int) -> None:
        """Lay the logs by the seed."""
        rng = np.random.default_rng(seed + 1)
        self._shape = shape
        self._sparks = rng.random((SPARKS, 5))
        self._logs = [
            (float(rng.uniform(-0.05, 0.05)), side * float(rng.uniform(0.15, 0.24)), n)
            for n, side in enumerate((-1, 1, -0.5, 0.7))
        ]
        self._grain = rng.random((4, 64)).astype(np.float32)

    def over(
        self, light: Field, t: float, heats: Field, camera: tuple[float, float, float]
    ) -> Field:
        """Return the light with logs, embers and sparks."""
        height, width = light.shape[:2]
        zoom = height / camera[2]
        middle = width / 2 - camera[0] * zoom, (HEARTH - 0.6 - camera[1]) * zoom + 0.6 * height
        for at, reach, number in self._logs:
            light = self._log(light, (middle, zoom), at, reach, number, t, heats)
        return self._flying(light, t, heats, middle, zoom)

    def _log(
        self,
        light: Field,
        place: tuple[tuple[float, float], float],
        at: float,
        reach: float,
        number: int,
        t: float,
        heats: Field,
    ) -> Field:
        (mx, my), zoom = place
        thick = 0.024 * zoom
        a = (mx + (at + reach) * zoom, my + (0.030 + 0.012 * number) * zoom)
        b = (mx + (at - reach * 0.55) * zoom, my - (0.010 - 0.008 * number) * zoom)
        mask = np.zeros(light.shape[:2], np.uint8)
        ends = [tuple(round(v * 8) for v in point) for point in (a, b)]
        cv2.line(mask, ends[0], ends[1], 255, max(1, round(thick * 2)), cv2.LINE_AA, 3)
        alpha = (mask.astype(np.float32) / 255)[..., None]
        glowing = np.zeros_like(mask)
        for step in range(40):
            u = step / 39
            heat = self._grain[number, step] * math.exp(-((u - 0.72) ** 2) * 14)
            heat *= 0.65 + 0.35 * math.sin(2.1 * t + 9 * self._grain[number, step])
            spot = tuple(round((a[n] + (b[n] - a[n]) * u) * 8) for n in (0, 1))
            level = int(255 * max(0.0, min(1.0, heat * 1.4)))
            cv2.circle(glowing, spot, max(4, round(thick * 4.5)), level, -1, cv2.LINE_AA, 3)
        hot = cv2.GaussianBlur(glowing, (0, 0), max(0.8, thick / 5)).astype(np.float32) / 255
        wood = np.array([0.020, 0.013, 0.010], np.float32) + hot[..., None] * heats[0] * 0.9
        return np.asarray(light * (1 - alpha * 0.93) + wood * alpha, np.float32)

    def _flying(
        self, light: Field, t: float, heats: Field, middle: tuple[float, float], zoom: float
    ) -> Field:
        drawn = np.zeros(light.shape[:2], np.uint8)
        for one in self._sparks:
            age = (t * (0.22 + 0.20 * one[1]) + one[0]) % 1.0
            wind = 0.10 * math.sin(5 * one[2] + 2.4 * age) + (one[3] - 0.5) * 0.30
            x = (
                middle[0]
                + wind * (0.25 + age) * zoom
                + 0.012 * zoom * math.sin(17 * age + 9 * one[2])
            )
            y = middle[1] - (0.10 + age * 0.85) * zoom
            level = int(255 * (1 - age) ** 1.3)
            trail = 0.012 * zoom * (0.4 + one[4])
            a, b = (
                (round(x * 8), round(y * 8)),
                (round((x - wind * trail) * 8), round((y + trail) * 8)),
            )
            cv2.line(drawn, a, b, level, max(1, round(zoom / 520)), cv2.LINE_AA, 3)
        bright = drawn.astype(np.float32) / 255
        soft = cv2.GaussianBlur(bright, (0, 0), max(1.0, zoom / 200)) * 1.6 + bright
        return np.asarray(light + soft[..., None] * heats[1], np.float32)


def frames(view: View, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield the fire; palettes of blue, green and violet colour its flames."""
    heats = np.array(HEATS.get(view.palette, HEATS["gold"]), np.float32)
    hearth = Hearth(shape, seed)
    narrow = min(1.0, 1.5 * shape.width / shape.height)
    for number in range(shape.frames):
        t = number / max(1, shape.fps) * view.speed
        x, y, zoom = moved(view, t * 0.6, number / max(1, shape.frames - 1))
        zoom /= 0.7 + 0.3 * narrow
        flicker = 0.85 + 0.18 * math.sin(9 * t) * math.sin(5.3 * t + 1) + 0.08 * math.sin(17 * t)
        look = np.array([t + seed % 83, x - 0.012 * t, y, zoom, flicker], np.float32)
        light = _render(shape.height, shape.width, look, heats, seed % 9973)
        light = hearth.over(light, t, heats, (x - 0.012 * t, y, zoom))
        small = cv2.resize(light, (shape.width // 8 or 1, shape.height // 8 or 1), interpolation=3)
        bloom = cv2.resize(cv2.GaussianBlur(small, (0, 0), 3), (shape.width, shape.height))
        yield finish(np.asarray(light + bloom * 0.16, np.float32), exposure=1.0, seed=seed + number)
