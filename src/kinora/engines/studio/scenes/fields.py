"""A wide field in the wind: wheat, lavender, poppies or grass, under clouds, hills behind."""

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.finish import finish
from kinora.engines.studio.kernels.jit import F, inline, kernel, rows
from kinora.engines.studio.kernels.noise import fbm, hash01, value
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.aurora import moved
from kinora.engines.studio.scenes.light import LIGHTS
from kinora.engines.studio.scenes.view import View
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
FOOT = 0.90
HORIZON = 0.50
STALKS = 420
CROPS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float], float]] = {
    "gold": ((0.20, 0.115, 0.020), (0.86, 0.56, 0.16), 0.0),
    "violet": ((0.060, 0.085, 0.050), (0.34, 0.16, 0.62), 0.0),
    "red": ((0.045, 0.110, 0.020), (0.16, 0.26, 0.05), 1.0),
    "green": ((0.030, 0.100, 0.014), (0.20, 0.36, 0.06), 0.25),
    "white": ((0.50, 0.55, 0.62), (0.86, 0.90, 0.96), 0.0),
}
"""Linear light of a crop's shade and of its tips, and how many flowers stand in it."""

FLOWERS = {"red": (0.85, 0.05, 0.03), "green": (0.95, 0.86, 0.30)}


@inline
def _cloud(x: float, y: float, t: float, seed: int) -> tuple[float, float]:
    """Return how thick the clouds are at a place of the sky, and how lit."""
    far = F(1) / (F(HORIZON) - y + F(0.10))
    u, v = x * far * F(0.62) + t * F(0.022), far * F(1.25) + t * F(0.006)
    base = fbm(u, v, seed + 3, 5)
    thick = min(F(1), max(F(0), (base - F(0.44)) * F(4.2)))
    above = fbm(u + F(0.10), v - F(0.12), seed + 3, 3)
    return thick * thick * (F(3) - F(2) * thick), F(0.45) + max(F(0), base - above + F(0.16)) * F(
        2.0
    )


@inline
def _sky(out: Field, x: float, y: float, t: float, sky: Field, seed: int) -> None:
    """Write the sky's light; `sky` has rows sun place, sun colour, horizon, zenith, more."""
    up = min(F(1), max(F(0), (F(HORIZON) - y) / F(HORIZON)))
    haze = np.exp(-up * F(3.2))
    dx, dy = x - sky[0, 0], y - sky[0, 1]
    away = dx * dx + dy * dy
    glow = np.exp(-away * F(9)) * F(0.55) + np.exp(-away * F(900)) * F(7)
    thick, lit = _cloud(x, y, t, seed)
    thick *= min(F(1), up * F(7)) * sky[4, 0]
    star = hash01(int(np.floor(x * F(170))), int(np.floor(y * F(170))), seed)
    night = max(F(0), star - F(0.985)) * F(50) * sky[4, 1] * up
    for k in range(3):
        clear = sky[3, k] * (F(1) - haze) + sky[2, k] * haze + sky[1, k] * glow + night
        white = (sky[1, k] * F(0.62) + sky[2, k] * F(0.45)) * lit + sky[1, k] * glow * F(0.6)
        out[k] = clear * (F(1) - thick) + white * thick


@inline
def _wind(gx: float, gz: float, t: float, seed: int) -> float:
    """Return how far the wind bends the crop at a place of the ground: waves that travel."""
    gust = value(gx * F(0.55) - t * F(0.85), gz * F(0.55) + t * F(0.16), seed + 11)
    wave = value(gx * F(1.7) - t * F(1.9), gz * F(1.3), seed + 12)
    return gust * F(0.72) + wave * F(0.28)


@inline
def _crop(out: Field, x: float, y: float, look: Field, sky: Field, crop: Field, seed: int) -> None:
    """Write the field's light at a place below the horizon."""
    t = look[0]
    near = (y - F(HORIZON)) / F(1 - HORIZON)
    far = F(1) / (near + F(0.030))
    gx, gz = (x * far * F(0.62)) + look[5], far * F(1.0) + look[6]
    bend = _wind(gx, gz, t, seed)
    # Rows of stalks: thin upright streaks, which the wind shears and the distance closes up.
    lean = (bend - F(0.5)) * F(0.30) * near
    fine = value((x + lean) * far * F(26) + look[5] * F(42), gz * F(7.0), seed + 13)
    finer = value((x + lean) * far * F(70) + look[5] * F(113), gz * F(15), seed + 14)
    grain = (fine * F(0.6) + finer * F(0.4) - F(0.5)) * min(F(1), near * F(4.5) + F(0.12)) + F(0.5)
    shine = max(F(0), bend - F(0.44)) * F(1.5)
    tips = min(F(1), max(F(0), (grain - F(0.30)) * F(1.75)))
    patch = F(0.84) + F(0.32) * fbm(gx * F(0.35), gz * F(0.35), seed + 15, 3)
    toward = np.exp(-(x - sky[0, 0]) * (x - sky[0, 0]) * F(2.4)) * sky[4, 2]
    haze = np.exp(-near * F(7.5))
    flower = _flower(x, far, look, crop, seed)
    for k in range(3):
        body = (crop[0, k] + (crop[1, k] - crop[0, k]) * tips) * patch
        lit = body * (sky[5, k] + sky[1, k] * (F(0.30) + shine + F(0.55) * toward * tips))
        lit = lit * (F(1) - flower) + crop[2, k] * flower * (sky[5, k] + sky[1, k] * F(0.55))
        veil = sky[2, k] * F(0.80) + sky[1, k] * toward * F(0.20)
        out[k] = lit * (F(1) - haze * F(0.75)) + veil * haze * F(0.75)


@inline
def _flower(x: float, far: float, look: Field, crop: Field, seed: int) -> float:
    """Return whether a flower stands here, 0 to 1."""
    if crop[3, 0] <= F(0):
        return F(0)
    gx, gz = x * far * F(11) + look[5] * F(17.7), far * F(15) + look[6] * F(15)
    cx, cz = np.floor(gx), np.floor(gz)
    chance = hash01(int(cx), int(cz), seed + 19)
    patch = value(cx * F(0.07), cz * F(0.07), seed + 20)
    dx, dz = gx - cx - F(0.25) - F(0.5) * hash01(int(cx), int(cz), seed + 21), gz - cz - F(0.5)
    there = chance < crop[3, 0] * patch * F(1.5)
    round_ = F(1) - (dx * dx * F(1.6) + dz * dz) * F(9)
    return min(F(1), max(F(0), round_ * F(2))) if there else F(0)


@kernel
def _render(height: int, width: int, look: Field, sky: Field, crop: Field, seed: int) -> Field:
    """Return linear light; `look` is time, shift aside, up, zoom, unused, way aside, way ahead."""
    out = np.empty((height, width, 3), np.float32)
    for j in rows(height):
        for i in range(width):
            x = (F(i) - F(width) * F(0.5)) / F(height) * look[3] + look[1]
            y = (F(j) / F(height) - F(0.55)) * look[3] + F(0.55) + look[2]
            _place(out[j, i], x, y, look, sky, crop, seed)
    return out


@inline
def _place(out: Field, x: float, y: float, look: Field, sky: Field, crop: Field, seed: int) -> None:
    hills = F(HORIZON) - F(0.085) * fbm(x * F(1.5) + F(5), F(2), seed + 30, 4) + F(0.012)
    trees = F(HORIZON) - F(0.028) * max(F(0), fbm(x * F(13), F(7), seed + 31, 4) - F(0.30)) * F(2)
    if y < min(hills, trees):
        _sky(out, x, y, look[0], sky, seed)
        return
    if y >= F(HORIZON):
        _crop(out, x, y, look, sky, crop, seed)
        return
    wooded = y >= trees
    rough = fbm(x * F(40), y * F(90), seed + 32, 3)
    share = F(0.62) if wooded else F(0.26) + F(0.20) * rough
    for k in range(3):
        leaf = (F(0.020) + F(0.030) * (F(1) - abs(F(k) - F(1)))) * (F(0.5) + rough)
        body = leaf * (sky[5, k] * F(1.2) + sky[1, k] * F(0.8))
        out[k] = body * share + sky[2, k] * (F(1) - share) * (F(0.75) if wooded else F(0.86))


class Stalks:
    """The nearest stalks, drawn one by one, which the wind bends."""

    def __init__(self, view: View, shape: Shape, seed: int, crop: Field) -> None:
        """Sow them by the seed."""
        self._shape, self._crop = shape, crop
        self._eared = view.palette not in ("green", "red")
        self._places = np.random.default_rng(seed + 7).random((STALKS, 5))

    def over(self, light: Field, t: float, shift: float, sky: Field) -> Field:
        """Return the light with stalks before it."""
        height, width = self._shape.height, self._shape.width
        layer = np.zeros((height, width, 2), np.uint8)
        for one in np.argsort(self._places[:, 1]):
            place = self._places[one]
            near = float(place[1])
            x = ((place[0] * 1.2 - 0.1 - shift * (0.4 + near) * 1.1) % 1.2 - 0.1) * width
            base = height * (0.93 + 0.20 * near)
            tall = height * (0.10 + 0.17 * near) * (0.7 + 0.6 * place[2])
            wind = (
                math.sin(1.5 * t - 3.0 * place[0] + 2 * place[3]) * 0.5
                + math.sin(3.7 * t + 9 * place[4]) * 0.16
            )
            self._stalk(layer, (x, base), tall, (0.10 + 0.16 * wind + 0.2 * (place[3] - 0.5)), near)
        alpha, tips = (layer[..., n].astype(np.float32)[..., None] / 255 for n in (0, 1))
        lit = (self._crop[0] * 0.9 + (self._crop[1] - self._crop[0]) * tips) * (
            sky[5] + sky[1] * 0.62
        )
        return np.asarray(light * (1 - alpha * 0.92) + lit * alpha * 0.92, np.float32)

    def _stalk(
        self,
        layer: NDArray[np.uint8],
        foot: tuple[float, float],
        tall: float,
        lean: float,
        near: float,
    ) -> None:
        points = []
        for step in range(6):
            u = step / 5
            points.append(
                (foot[0] + lean * tall * u * u, foot[1] - tall * u * (1 - 0.12 * abs(lean)))
            )
        thick = max(1, round(tall * 0.011))
        drawn = np.array([[round(x * 8), round(y * 8)] for x, y in points], np.int32)
        level = int(60 + 120 * near)
        cv2.polylines(
            layer,
            [drawn],
            isClosed=False,
            color=(255, level),
            thickness=thick,
            lineType=cv2.LINE_AA,
            shift=3,
        )
        if self._eared:
            (ax, ay), (bx, by) = points[-2], points[-1]
            angle = math.degrees(math.atan2(by - ay, bx - ax))
            size = (round(tall * 0.085 * 8), round(tall * 0.021 * 8))
            at = (round((0.3 * ax + 0.7 * bx) * 8), round((0.3 * ay + 0.7 * by) * 8))
            cv2.ellipse(layer, at, size, angle, 0, 360, (255, 235), -1, cv2.LINE_AA, 3)


def _heavens(view: View, seed: int) -> Field:
    """Return the rows that `_sky` wants: sun, its colour, horizon, zenith, more, shade's light."""
    name = view.light if view.light in LIGHTS else "day"
    light = LIGHTS[name]
    side = (seed % 7 - 3) * 0.12
    place = {"day": (side, 0.02), "overcast": (side, -0.4), "night": (side + 0.3, 0.10)}
    x, y = place.get(name, (side + 0.1, 0.40))
    cover = {"overcast": 1.35, "night": 0.5}.get(name, 1.0)
    fog = 1.0 if view.weather == "fog" else 0.0
    horizon = np.array(light.horizon) * (1 + 0.2 * fog)
    stars = 1.0 if name == "night" else 0.0
    low = {"golden": 1.0, "dusk": 0.9, "night": 0.2, "overcast": 0.1}.get(name, 0.35)
    shade = np.array(light.sky) * 0.75
    return np.array(
        [(x, y, 0), light.colour, horizon, light.zenith, (cover, stars, low), shade], np.float32
    )


def frames(view: View, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield the field; the palette is the crop: gold, violet, red, green; snow whitens it."""
    name = "white" if view.weather == "snow" else view.palette
    shade, tips, flowers = CROPS.get(name, CROPS["gold" if view.light != "night" else "green"])
    flower = FLOWERS.get(name, (0.0, 0.0, 0.0))
    crop = np.array([shade, tips, flower, (flowers, 0, 0)], np.float32)
    sky = _heavens(view, seed)
    stalks = Stalks(view, shape, seed, crop)
    exposure = LIGHTS.get(view.light, LIGHTS["day"]).exposure
    ahead = 0.0 if view.camera in ("fix_bg", "pan_left", "pan_right") else 0.22
    for number in range(shape.frames):
        t = number / max(1, shape.fps) * view.speed
        x, y, zoom = moved(view, t, number / max(1, shape.frames - 1))
        look = np.array([t, 0, y, zoom, 0, x * 1.6 + seed % 41, -ahead * t], np.float32)
        light = _render(shape.height, shape.width, look, sky, crop, seed % 9973)
        light = stalks.over(light, t, x, sky)
        yield finish(light, exposure=exposure * 1.15, seed=seed + number, grain=3.0)
