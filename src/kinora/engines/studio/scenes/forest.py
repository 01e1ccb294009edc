"""A walk through a forest: trunks and firs in the mist, shafts of light, ferns, motes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import skia
from numpy.typing import NDArray

from kinora.engines.studio.kernels.finish import finish
from kinora.engines.studio.kernels.jit import F, kernel, rows
from kinora.engines.studio.kernels.noise import fbm_map, value
from kinora.engines.studio.picture.warping import grid
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.view import View
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
Levels = NDArray[np.uint8]
MIRROR = cv2.BORDER_REFLECT_101
FOOT = 0.92
LAYERS = 7
WIDE = 1.7
"""How much wider than the frame a layer is, so that the camera can walk past it."""

RAYS = 20
HIDING = 5
"""So many layers, from the farthest, cut shafts out of the sun's light."""


@dataclass(frozen=True, slots=True)
class Mood:
    """Linear light: the mist, what is dark, the sun, and how thick the mist is."""

    mist: tuple[float, float, float]
    dark: tuple[float, float, float]
    sun: tuple[float, float, float]
    thick: float


MOODS = {
    "day": Mood((0.46, 0.60, 0.40), (0.012, 0.034, 0.012), (1.05, 1.0, 0.72), 0.74),
    "golden": Mood((0.66, 0.42, 0.19), (0.034, 0.024, 0.010), (1.35, 0.82, 0.36), 0.80),
    "dusk": Mood((0.46, 0.26, 0.34), (0.020, 0.014, 0.026), (1.1, 0.42, 0.30), 0.86),
    "night": Mood((0.060, 0.095, 0.17), (0.003, 0.006, 0.012), (0.30, 0.40, 0.62), 0.82),
    "overcast": Mood((0.62, 0.67, 0.66), (0.020, 0.036, 0.030), (0.50, 0.52, 0.50), 0.92),
}
SEASONS: dict[str, tuple[float, float, float]] = {
    "gold": (0.62, 0.26, 0.03),
    "red": (0.52, 0.09, 0.02),
    "white": (0.62, 0.68, 0.76),
}
"""Linear light of leaves that are not green."""


def _fir(path: skia.Path, x: float, base: float, tall: float, rng: np.random.Generator) -> None:
    """Add a fir's outline to a path: a jagged triangle."""
    count = int(12 + tall / 16)
    lean = float(rng.normal(0, 0.01)) * tall
    left, right = [], []
    for step in range(count):
        u = step / (count - 1)
        y = base - tall * (1 - u)
        wide = (0.03 + 0.19 * u) * tall * (0.75 + 0.5 * rng.random())
        at = x + lean * (1 - u)
        droop = tall * 0.03 * rng.random()
        left += [(at - wide, y + droop), (at - wide * 0.42, y - tall * 0.004)]
        right += [(at + wide * (0.8 + 0.4 * rng.random()), y + droop), (at + wide * 0.42, y)]
    outline = [(x + lean, base - tall * 1.06), *right, (x + tall * 0.018, base + tall * 0.12)]
    outline += [(x - tall * 0.018, base + tall * 0.12), *left[::-1]]
    _polygon(path, outline)


def _trunk(path: skia.Path, x: float, base: float, wide: float, rng: np.random.Generator) -> None:
    """Add a trunk that rises out of the frame, with a few bare branches."""
    bend = rng.normal(0, 0.25, 3) * wide
    spots = [
        (x + bend[0] * u + bend[1] * u * u, base * (1 - u) - 30 * u) for u in np.linspace(0, 1, 12)
    ]
    sides = []
    for sign in (-1, 1):
        side = [
            (px + sign * wide * (0.52 - 0.16 * n / 11 + 0.35 * max(0.0, 1 - n)), py)
            for n, (px, py) in enumerate(spots)
        ]
        sides.append(side)
    _polygon(path, [*sides[0], *sides[1][::-1]])
    for _ in range(int(rng.integers(2, 6))):
        u = float(rng.uniform(0.25, 0.9))
        sign = 1 if rng.random() < 0.5 else -1
        px, py = x + bend[0] * u, base * (1 - u)
        reach, rise = wide * float(rng.uniform(1.4, 4.0)), wide * float(rng.uniform(0.4, 2.0))
        thick = wide * float(rng.uniform(0.05, 0.12))
        tip = (px + sign * reach, py - rise)
        _polygon(path, [(px, py - thick), tip, (px, py + thick)])


def _polygon(path: skia.Path, points: list[tuple[float, float]]) -> None:
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()


def _fern(path: skia.Path, x: float, base: float, size: float, rng: np.random.Generator) -> None:
    """Add a tuft of blades and fronds."""
    for _ in range(int(rng.integers(5, 11))):
        tip = x + float(rng.normal(0, size * 0.55)), base - size * float(rng.uniform(0.5, 1.1))
        wide = size * 0.05
        middle = (
            (x + tip[0]) / 2 + float(rng.normal(0, size * 0.06)),
            (base + tip[1]) / 2 - size * 0.12,
        )
        _polygon(
            path,
            [
                (x - wide, base + 8),
                middle,
                tip,
                (middle[0] + wide, middle[1]),
                (x + wide, base + 8),
            ],
        )


def _layer(number: int, width: int, height: int, rng: np.random.Generator) -> Levels:
    """Draw one layer's silhouettes, the farthest first; 0 to 255."""
    near = number / (LAYERS - 1)
    surface = skia.Surface(width, height)
    path = skia.Path()
    level = height * (0.60 + 0.33 * near**1.4)
    ground = [
        (
            x,
            level
            + height * 0.025 * math.sin(x * 0.004 * (1 + near) + number)
            + height * 0.012 * math.sin(x * 0.013 + number * 3),
        )
        for x in range(-20, width + 21, 10)
    ]
    _polygon(path, [(-20, height + 20), *ground, (width + 20, height + 20)])
    firs = int((10 + 40 * (1 - near)) * width / (WIDE * height) / 1.8)
    for _ in range(firs if number < LAYERS - 2 else 2):
        x = float(rng.uniform(-30, width + 30))
        tall = height * (0.20 + 0.46 * near**1.2) * float(rng.uniform(0.6, 1.3))
        _fir(path, x, level + 8, tall, rng)
    trunks = int(width / height * (2 + 5 * (1 - abs(near - 0.72))))
    for _ in range(trunks if number >= 2 else 0):
        wide = height * (0.008 + 0.060 * near**2.2) * float(rng.uniform(0.7, 1.4))
        _trunk(path, float(rng.uniform(-30, width + 30)), level + height * 0.06, wide, rng)
    for _ in range(int(width / height * 46 * near)):
        size = height * (0.015 + 0.075 * near) * float(rng.uniform(0.5, 1.2))
        _fern(path, float(rng.uniform(0, width)), level + height * 0.02, size, rng)
    surface.getCanvas().drawPath(path, skia.Paint(Color=skia.ColorWHITE, AntiAlias=True))
    alpha = np.ascontiguousarray(surface.toarray()[..., 3])
    blur = 0.5 if number < LAYERS - 1 else max(1.0, height / 190)
    return np.asarray(cv2.GaussianBlur(alpha, (0, 0), blur), np.uint8)


@kernel
def _set_before(
    light: Field,
    hidden: Field,
    layer: tuple[Levels, Levels, Levels],
    glow: Field,
    air: Field,
    colours: Field,
) -> None:
    """Set a layer before the light, in place.

    `layer` is its silhouette, the same blurred, and a roughness; `air` how thick the mist is far
    away and near the ground, where it drifts, how near the layer is, how much it hides of the sun,
    and whether it has leaves; `colours` those of mist, of what is dark, of the sun, of leaves.
    """
    alpha, around, rough = layer
    height, width = alpha.shape
    for j in rows(height):
        down = F(j) / F(height)
        ground = min(F(1), max(F(0), (down - F(0.38)) * F(1.6)))
        fallen = min(F(1), max(F(0.06), (down - F(0.60)) * F(6)))
        for i in range(width):
            share = F(alpha[j, i]) / F(255)
            if share <= F(0.004):
                continue
            x = F(i) / F(height)
            drift = value(x * F(2.3) + air[2], down * F(3.4), 5)
            drift = F(0.65) * drift + F(0.35) * value(x * F(5.9) + air[2] * F(1.7), down * F(8), 6)
            fog = min(F(0.97), air[0] + ground * (F(0.25) + F(0.9) * drift) * air[1])
            rim = max(F(0), share - F(around[j, i]) / F(255)) * glow[j, i] * F(1.0)
            leafy = min(F(1), max(F(0), (F(rough[j, i]) / F(255) - F(0.40)) * F(4)))
            leafy *= air[5] * fallen * (F(0.16) + F(0.34) * glow[j, i])
            hidden[j, i] = max(hidden[j, i], share * air[4])
            for k in range(3):
                body = colours[1, k] * (F(1) + F(1.2) * air[3]) + leafy * colours[3, k]
                haze = colours[0, k] * F(0.60) + colours[2, k] * F(0.40) * glow[j, i]
                colour = body * (F(1) - fog) + haze * fog + rim * colours[2, k] * F(0.6)
                light[j, i, k] += (colour - light[j, i, k]) * share


class Forest:
    """Layers of trees that pass at their own pace."""

    def __init__(self, view: View, shape: Shape, seed: int) -> None:
        """Plant it by the seed."""
        rng = np.random.default_rng(seed + 4)
        self._width, self._height = shape.width, shape.height
        wide = round(shape.width * WIDE)
        self._layers = [_layer(n, wide, shape.height, rng) for n in range(LAYERS)]
        self._mood = MOODS.get(view.light or "day", MOODS["day"])
        self._leaves = SEASONS.get("white" if view.weather == "snow" else view.palette)
        self._foggy = 1.25 if view.weather == "fog" else 1.0
        self._sun = (float(rng.uniform(0.34, 0.66)) * shape.width, 0.24 * shape.height)
        self._motes = rng.random((60, 5))
        rough = cv2.resize(fbm_map(512, 60.0, seed % 9973 + 3, 4), (wide, shape.height))
        self._rough = np.clip(rough * 255, 0, 255).astype(np.uint8)
        self._halo, self._disc = self._glow(0.36, 0.52), self._glow(0.05, 0.05)

    def frame(self, t: float, view: View, u: float) -> Field:
        """Return linear light at second `t`; `u` is how much of the film is over."""
        mood = self._mood
        mist, sun = (np.array(each, np.float32) for each in (mood.mist, mood.sun))
        glow = self._halo
        down = np.linspace(1, 0.55, self._height, dtype=np.float32)[:, None, None]
        light = np.asarray(
            mist * (0.62 + 0.30 * down) + sun * (0.72 * glow + 2.4 * self._disc)[..., None],
            np.float32,
        )
        hidden = np.zeros((self._height, self._width), np.float32)
        for number in range(LAYERS):
            self._before(light, hidden, number, glow, t, view, u)
        return self._dust(light + self._shafts(glow * (1 - hidden), sun), t, sun)

    def _glow(self, wide: float, tall: float) -> Field:
        places = grid(self._width, self._height)
        x = (places.x - self._sun[0]) / (self._height * wide * 1.7)
        y = (places.y - self._sun[1]) / (self._height * tall)
        return np.asarray(np.exp(-(x * x + y * y)), np.float32)

    def _matrix(self, number: int, t: float, view: View, u: float) -> Field:
        """Return how a layer lies in the frame: nearer ones pass faster and grow more."""
        near = number / (LAYERS - 1)
        pace = 0.006 + 0.050 * near**1.6
        way = {"pan_left": -1.6, "horizontal_left": -1.6, "left_follow": -2.2}.get(view.camera, 0.0)
        way += {"pan_right": 1.6, "horizontal_right": 1.6, "right_follow": 2.2}.get(
            view.camera, 0.0
        )
        way = 0.0 if view.camera == "fix_bg" else way or 0.55
        rise = {"crane_up": 0.10, "vertical_up": 0.08, "vertical_down": -0.06}.get(view.camera, 0.0)
        scale = 1.0 if view.camera == "fix_bg" else 1.0 + view.zoom * 0.30 * u * (0.15 + near)
        middle = self._layers[number].shape[1] / 2 + way * t * pace * self._width
        x = self._width / 2 - middle * scale
        y = (1 - scale) * self._height * 0.62 + rise * u * self._height * (0.3 + near)
        return np.array([[scale, 0, x], [0, scale, y]], np.float32)

    def _before(
        self, light: Field, hidden: Field, number: int, glow: Field, t: float, view: View, u: float
    ) -> None:
        """Set a layer before the light, in place, and note what it hides of the sun."""
        near = number / (LAYERS - 1)
        size = (self._width, self._height)
        matrix = self._matrix(number, t, view, u)
        alpha = cv2.warpAffine(self._layers[number], matrix, size, borderMode=MIRROR)
        rough = cv2.warpAffine(self._rough, matrix, size, borderMode=MIRROR)
        mood = self._mood
        far = (1 - near) ** 1.1 * mood.thick * self._foggy
        air = [far, 0.62 * (1 - near) + 0.06, t * (0.012 + 0.007 * number) + number * 9.1, near]
        hides = 0.35 + 0.11 * number if number < HIDING else 0.0
        leaves = self._leaves or (0.0, 0.0, 0.0)
        colours = np.array([mood.mist, mood.dark, mood.sun, leaves], np.float32)
        around = cv2.blur(alpha, (5, 5))
        _set_before(
            light,
            hidden,
            (alpha, around, rough),
            glow,
            np.array([*air, hides, 1.0 if self._leaves and number else 0.0], np.float32),
            colours,
        )

    def _shafts(self, free: Field, sun: Field) -> Field:
        """Return shafts of light: what is free around the sun, smeared away from it."""
        small = max(2, self._width // 4), max(2, self._height // 4)
        seen = cv2.resize(free, small, interpolation=cv2.INTER_AREA)
        total = np.zeros_like(seen)
        cx, cy = self._sun[0] / 4, self._sun[1] / 4
        for step in range(RAYS):
            k = 1 / (1 - step * 0.034)
            matrix = np.array([[k, 0, cx - cx * k], [0, k, cy - cy * k]], np.float32)
            total += (
                cv2.warpAffine(seen, matrix, small, borderMode=cv2.BORDER_REPLICATE) * 0.95**step
            )
        rays = cv2.resize(total / (RAYS * 0.55), (self._width, self._height))
        return np.asarray(np.clip(rays, 0, 2)[..., None] ** 1.4 * sun * 0.42, np.float32)

    def _dust(self, light: Field, t: float, sun: Field) -> Field:
        drawn = np.zeros((self._height, self._width), np.uint8)
        for one in self._motes:
            x = (one[0] + 0.010 * t * (one[2] - 0.3) + 0.010 * math.sin(0.8 * t + 9 * one[3])) % 1
            y = (one[1] + 0.012 * math.sin(0.6 * t + 20 * one[4]) - 0.004 * t) % 1
            radius = max(4, round((0.0008 + 0.0022 * one[3] ** 2) * self._height * 8))
            level = int(70 + 150 * (0.5 + 0.5 * math.sin(1.6 * t + 30 * one[4])))
            spot = round(x * self._width * 8), round(y * self._height * 8)
            cv2.circle(drawn, spot, radius, level, -1, cv2.LINE_AA, 3)
        bright = cv2.GaussianBlur(drawn, (0, 0), 1.0).astype(np.float32) / 255
        return np.asarray(light + bright[..., None] * sun * 0.5, np.float32)


def frames(view: View, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield the walk; gold and red palettes are autumn, snow whitens the branches."""
    forest = Forest(view, shape, seed)
    for number in range(shape.frames):
        t = number / max(1, shape.fps) * view.speed
        light = forest.frame(t, view, number / max(1, shape.frames - 1))
        yield finish(light, exposure=0.95, seed=seed + number, grain=3.5)
