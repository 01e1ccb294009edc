"""A coral reef under water: light that falls in, sand, corals and weed, bubbles, a shoal."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.finish import finish
from kinora.engines.studio.kernels.jit import F, inline, kernel, rows
from kinora.engines.studio.kernels.noise import fbm, value
from kinora.engines.studio.picture.tone import to_light
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.aurora import moved
from kinora.engines.studio.scenes.view import View
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
FOOT = 0.82
FLOOR = 0.66
"""Where the sea floor meets the water, in frame heights from the top."""

WATERS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "blue": ((0.05, 0.42, 0.62), (0.004, 0.050, 0.130)),
    "green": ((0.10, 0.46, 0.36), (0.004, 0.060, 0.058)),
    "night": ((0.012, 0.060, 0.130), (0.001, 0.006, 0.020)),
}
"""Linear light of the water near the surface and far below."""

CORALS = ((214, 86, 78), (232, 150, 70), (196, 84, 150), (236, 204, 120), (120, 90, 190))
WEEDS = ((40, 96, 52), (64, 120, 48), (30, 84, 70))
DEPTHS = (0.90, 0.55, 0.22)
"""How far away the three layers of the reef are, 1 at the end of sight."""

SHOAL = 34
BUBBLES = 26


@inline
def _caustic(x: float, y: float, t: float, seed: int) -> float:
    """Return the net of light that a moving surface throws: where two waves' crests meet."""
    a = value(x + t * F(0.35), y - t * F(0.22), seed)
    b = value(x * F(1.15) - t * F(0.28) + F(9), y * F(1.15) + t * F(0.31), seed + 3)
    ridge = F(1) - abs(a - b) * F(3.4)
    ridge = max(F(0), ridge)
    return ridge * ridge * ridge


@kernel
def _water(height: int, width: int, look: Field, waters: Field, seed: int) -> Field:
    """Return linear light of water and floor; `look` is time, shift aside, up, zoom, light."""
    out = np.empty((height, width, 3), np.float32)
    for j in rows(height):
        for i in range(width):
            x = (F(i) - F(width) * F(0.5)) / F(height) * look[3] + look[1]
            y = (F(j) / F(height) - F(0.55)) * look[3] + F(0.55) + look[2]
            _column(out[j, i], x, y, look, waters, seed)
    return out


@inline
def _column(out: Field, x: float, y: float, look: Field, waters: Field, seed: int) -> None:
    t, bright = look[0], look[4]
    floor = F(FLOOR) + F(0.05) * (fbm(x * F(1.7), F(3), seed + 5, 3) - F(0.45))
    deep = min(F(1), max(F(0), y * F(1.15)))
    # Rays: from a sun above, spread out, and slid along by the waves.
    slant = (x - F(0.15)) / (F(0.42) + y)
    ray = value(slant * F(7) + t * F(0.13), t * F(0.18), seed + 7)
    ray *= value(slant * F(19) - t * F(0.21), t * F(0.26) + F(4), seed + 8)
    rays = ray * ray * F(3.6) * (F(1) - deep) * bright
    glare = np.exp(-((x - F(0.15)) * (x - F(0.15)) * F(5) + y * y * F(16))) * F(1.5) * bright
    surface = _caustic(x * F(5) / (F(0.10) + y), F(1.2) / (F(0.10) + y), t, seed + 11)
    surface *= max(F(0), F(1) - y * F(6.5)) * F(0.9) * bright
    if y < floor:
        for k in range(3):
            water = waters[0, k] + (waters[1, k] - waters[0, k]) * deep
            out[k] = water * (F(0.72) + rays) + (glare + surface) * (waters[0, k] + F(0.25))
        return
    near = (y - floor) / F(1 - FLOOR)
    gx, gz = x / (F(0.16) + near), F(1) / (F(0.16) + near)
    sand = F(0.55) + F(0.45) * fbm(gx * F(3), gz * F(5), seed + 9, 4)
    rippled = F(0.86) + F(0.14) * np.sin(gz * F(22) + fbm(gx, gz * F(2), seed + 10, 3) * F(9))
    light = _caustic(gx * F(2.4), gz * F(2.4), t, seed + 11) * F(1.7) * bright
    fade = min(F(1), F(0.12) + near * F(1.25))
    for k in range(3):
        soil = (F(0.50) - F(0.09) * F(k)) * sand * rippled * (F(0.20) + light) * (F(0.4) + bright)
        seen = soil * (waters[0, k] * F(1.2) + F(0.25))
        veil = waters[0, k] * F(0.22) + waters[1, k] * F(0.8)
        out[k] = veil * (F(1) - fade) + seen * fade


@dataclass(frozen=True, slots=True)
class Strand:
    """A piece of weed or a coral's branch: its foot, length, lean, phase, colour and layer."""

    x: float
    y: float
    length: float
    lean: float
    phase: float
    wide: float
    colour: tuple[int, int, int]
    limp: float


def _grown(rng: np.random.Generator, depth: float, palette: str, aspect: float) -> list[Strand]:
    """Return what grows in a layer: clumps of coral that fork, and weed that sways."""
    strands: list[Strand] = []
    count = round((5 + 6 * (1 - depth)) * max(1.0, aspect))
    size = 0.42 * (1 - depth) + 0.07
    ground = FLOOR + 0.035 + (1 - depth) * 0.27
    weedy = 0.75 if palette == "green" else 0.38
    for _ in range(count):
        x = float(rng.uniform(-0.62, 0.62) * aspect)
        y = ground + float(rng.normal(0, 0.014))
        if rng.random() < weedy:
            colour = WEEDS[int(rng.integers(len(WEEDS)))]
            for _ in range(int(rng.integers(4, 8))):
                foot = x + float(rng.normal(0, 0.03)) * (1.2 - depth)
                length = size * float(rng.uniform(0.6, 1.25))
                phase = float(rng.uniform(0, 6.3))
                strands.append(Strand(foot, y, length, 0.0, phase, 0.016, colour, 1.0))
            continue
        colour = CORALS[int(rng.integers(len(CORALS)))]
        fan = int(rng.integers(7, 13))
        for branch in range(fan):
            lean = (branch / (fan - 1) - 0.5) * float(rng.uniform(1.4, 2.1))
            length = size * float(rng.uniform(0.30, 0.52)) * (1 - 0.25 * abs(lean))
            strands.append(
                Strand(x, y, length, lean, float(rng.uniform(0, 6.3)), 0.05, colour, 0.08)
            )
    return strands


class Reef:
    """What lives in the water, drawn anew for every frame."""

    def __init__(self, view: View, shape: Shape, seed: int) -> None:
        """Let it grow by the seed."""
        rng = np.random.default_rng(seed + 3)
        aspect = shape.width / shape.height
        self._shape = shape
        self._layers = [(depth, _grown(rng, depth, view.palette, aspect)) for depth in DEPTHS]
        self._shoal = rng.random((SHOAL, 5))
        self._bubbles = rng.random((BUBBLES, 4))
        self._glow = view.light in ("night", "dusk") or view.palette == "black"

    def over(
        self, light: Field, t: float, camera: tuple[float, float, float], veil: Field
    ) -> Field:
        """Return the light with the reef before it; far layers take on the water's colour."""
        for depth, strands in self._layers:
            drawn = np.zeros((*light.shape[:2], 4), np.uint8)
            for strand in strands:
                self._strand(drawn, strand, t, depth, camera)
            if depth == DEPTHS[1]:
                self._fishes(drawn, t)
            light = _laid(light, drawn, depth, veil)
        return self._rising(light, t)

    def _place(
        self, x: float, y: float, depth: float, camera: tuple[float, float, float]
    ) -> tuple[float, float]:
        near = 1.4 - depth
        height = self._shape.height
        zoom = 1 / (1 - (1 - camera[2]) * near)
        px = (x - camera[0] * near) * zoom * height + self._shape.width / 2
        py = ((y - 0.55 - camera[1] * near) * zoom + 0.55) * height
        return px, py

    def _strand(
        self,
        drawn: NDArray[np.uint8],
        strand: Strand,
        t: float,
        depth: float,
        camera: tuple[float, float, float],
    ) -> None:
        points = []
        for step in range(9):
            u = step / 8
            sway = (
                strand.limp
                * (
                    0.06 * math.sin(1.1 * t + strand.phase + 2.2 * u)
                    + 0.03 * math.sin(2.3 * t + strand.phase * 2)
                )
                * u
                * u
            )
            x = (
                strand.x
                + strand.lean * strand.length * u**1.4
                + sway
                + 0.006 * math.sin(14 * u + strand.phase)
            )
            y = strand.y - strand.length * u * (1 - 0.18 * abs(strand.lean) * u)
            points.append(self._place(x, y, depth, camera))
        thick = max(1, round(strand.wide * strand.length * self._shape.height * 1.4))
        for step in range(8):
            wide = max(1, round(thick * (1 - 0.55 * step / 8)))
            shade = 0.62 + 0.38 * step / 7
            colour = tuple(int(c * shade) for c in strand.colour)
            a, b = (tuple(round(v * 8) for v in points[n]) for n in (step, step + 1))
            cv2.line(drawn, a, b, (*colour, 255), wide, cv2.LINE_AA, 3)
        if strand.limp < 0.5:
            end = tuple(round(v * 8) for v in points[-1])
            cv2.circle(drawn, end, round(thick * 4.4), (*strand.colour, 255), -1, cv2.LINE_AA, 3)

    def _fishes(self, drawn: NDArray[np.uint8], t: float) -> None:
        """Draw a shoal that swims through, each fish a little behind and beside the next."""
        height, width = drawn.shape[:2]
        aspect = width / height
        for one in self._shoal:
            along = (t * 0.16 + one[0] * 0.5) % (aspect + 0.9) - 0.45
            x = along * height
            y = (0.32 + 0.16 * one[1] + 0.03 * math.sin(1.7 * t + 9 * one[2])) * height
            size = (0.012 + 0.012 * one[3]) * height
            beat = math.sin(11 * t + 20 * one[4])
            tint = CORALS[1] if one[4] < 0.7 else (120, 190, 230)
            body = (round(x * 8), round(y * 8)), (round(size * 8), round(size * 3.4))
            cv2.ellipse(drawn, *body, 4 * beat, 0, 360, (*tint, 255), -1, cv2.LINE_AA, 3)
            tail = [
                (x - size * 0.8, y),
                (x - size * 1.7, y - size * (0.5 + 0.25 * beat)),
                (x - size * 1.7, y + size * (0.5 - 0.25 * beat)),
            ]
            points = np.array([[round(a * 8), round(b * 8)] for a, b in tail], np.int32)
            cv2.fillPoly(drawn, [points], (*tint, 255), cv2.LINE_AA, 3)

    def _rising(self, light: Field, t: float) -> Field:
        """Return the light with bubbles that rise, or with what glows in the dark."""
        height, width = light.shape[:2]
        drawn = np.zeros((height, width), np.uint8)
        for one in self._bubbles:
            x = (one[0] + 0.012 * math.sin(3 * t + 20 * one[2])) * width
            y = ((one[1] - t * (0.05 + 0.07 * one[3])) % 1.1) * height
            radius = (0.002 + 0.006 * one[3] ** 2) * height
            at = (round(x * 8), round(y * 8))
            fill = -1 if self._glow else 1
            cv2.circle(drawn, at, max(6, round(radius * 8)), 150, fill, cv2.LINE_AA, 3)
        soft = cv2.GaussianBlur(drawn, (0, 0), 1.6 if self._glow else 0.7)
        glow = np.array([0.15, 1.0, 0.9] if self._glow else [0.55, 0.75, 0.8], np.float32)
        return np.asarray(light + (soft.astype(np.float32) / 255)[..., None] * glow, np.float32)


def _laid(light: Field, drawn: NDArray[np.uint8], depth: float, veil: Field) -> Field:
    alpha = drawn[..., 3:].astype(np.float32) / 255
    paint = to_light(np.ascontiguousarray(drawn[..., :3]))
    seen = paint * veil[0] * (1 - depth) * 1.5 + veil[1] * depth
    return np.asarray(light * (1 - alpha) + seen * alpha, np.float32)


def frames(view: View, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield the reef; by night and in black it is the deep sea, in which things glow."""
    dark = view.light in ("night", "dusk") or view.palette == "black"
    name = "night" if dark else "green" if view.palette == "green" else "blue"
    waters = np.array(WATERS[name], np.float32)
    veil = np.stack([waters[0] * 1.1 + (0.02 if dark else 0.30), waters[0] * 0.30 + waters[1]])
    reef = Reef(view, shape, seed)
    for number in range(shape.frames):
        t = number / max(1, shape.fps) * view.speed
        x, y, zoom = moved(view, t, number / max(1, shape.frames - 1))
        look = np.array([t + seed % 89, x, y, zoom, 0.18 if dark else 1.0], np.float32)
        light = _water(shape.height, shape.width, look, waters, seed % 9973)
        light = reef.over(light, t, (x, y, zoom), np.asarray(veil, np.float32))
        yield finish(light, exposure=1.25, seed=seed + number, grain=3.0)
