"""A lighthouse on the land: placed where it is seen, lit as the land is, with a turning beam."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.land import CELL, Land

Field = NDArray[np.float32]
TALL = 0.17
"""Height of the tower in the land's units."""

FOOT, NECK = 0.021, 0.012
STRIPS = 9
BANDS = 5
FIXED = 4
TONES = {
    "day": (1.0, 1.0, 0.98),
    "golden": (1.0, 0.86, 0.70),
    "dusk": (0.66, 0.46, 0.46),
    "night": (0.20, 0.25, 0.38),
    "overcast": (0.72, 0.74, 0.78),
}
GLOWS = {"day": 0.25, "golden": 0.55, "dusk": 1.0, "night": 1.0, "overcast": 0.6}
TURN = 1.5
"""Radians that the beam turns in a second."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a camera needs to know: place, heading, focal length and horizon in pixels."""

    x: float
    up: float
    z: float
    heading: float
    focal: float
    horizon: float

    def project(self, x: float, up: float, z: float, width: int) -> tuple[float, float, float]:
        """Return the column and row of a point, and how far away it is along the view."""
        ahead = (x - self.x) * math.sin(self.heading) + (z - self.z) * math.cos(self.heading)
        aside = (x - self.x) * math.cos(self.heading) - (z - self.z) * math.sin(self.heading)
        near = max(ahead, 1e-3)
        column = aside / near * self.focal + width / 2
        return column, self.horizon - (up - self.up) / near * self.focal, ahead


@dataclass(frozen=True, slots=True)
class Lighthouse:
    """A tower standing at a place of the land, in one of the lights by name."""

    x: float
    base: float
    z: float
    light: str
    from_right: bool

    def draw(self, picture: Picture, sight: Sight, depth: Field, *, t: float) -> Picture:
        """Return a view with the tower in it, behind whatever ground is nearer."""
        height, width = depth.shape
        column, foot, far = sight.project(self.x, self.base - 0.02, self.z, width)
        _, top, _ = sight.project(self.x, self.base + TALL, self.z, width)
        scale = sight.focal / max(far, 1e-3)
        if far < 0.12 or not -width * 0.2 < column < width * 1.2 or foot - top < 4:
            return picture
        hidden = (np.abs(depth) < far * 0.985).astype(np.uint8) * 255
        tower, mask = self._tower((height, width), (column, foot, top), scale)
        seen = cv2.subtract(mask, hidden)
        share = cv2.merge([seen] * 3)
        kept = cv2.multiply(picture, 255 - share, scale=1 / 255)
        built = cv2.add(kept, cv2.multiply(tower, share, scale=1 / 255))
        return self._shine(np.asarray(built), (column, top), scale, t)

    def _tower(
        self, size: tuple[int, int], place: tuple[float, float, float], scale: float
    ) -> tuple[Picture, NDArray[np.uint8]]:
        """Return the tower's colours and its mask."""
        column, foot, top = place
        colours, mask = np.zeros((*size, 3), np.uint8), np.zeros(size, np.uint8)
        tone = np.array(TONES[self.light])
        for band in range(BANDS):
            paint = np.array([196, 40, 36]) if band % 2 else np.array([240, 236, 228])
            low, high = band / BANDS, (band + 1) / BANDS
            for strip in range(STRIPS):
                across = (strip + 0.5) / STRIPS * 2 - 1
                lit = 0.62 + 0.38 * (across if self.from_right else -across)
                edges = strip / STRIPS * 2 - 1, (strip + 1) / STRIPS * 2 - 1
                shape = _quad(column, foot, top, scale, (low, high), edges)
                _fill(colours, mask, shape, paint * tone * lit)
        self._lantern(colours, mask, (column, top), scale)
        return colours, mask

    def _lantern(
        self, colours: Picture, mask: NDArray[np.uint8], at: tuple[float, float], scale: float
    ) -> None:
        """Put the gallery, the lamp room and the cap on the tower."""
        tone = np.array(TONES[self.light])
        dark = np.array([44, 40, 46]) * tone + 6
        column, top = at
        wide, unit = NECK * 1.5 * scale, 0.010 * scale
        boxes = (
            (wide, top + unit * 0.3, top - unit * 0.3, dark),
            (wide * 0.55, top - unit * 0.3, top - unit * 2.0, np.array([255, 226, 150])),
            (wide * 0.70, top - unit * 2.0, top - unit * 2.5, dark),
        )
        for half, low, high, paint in boxes:
            corners = [(-half, low), (half, low), (half, high), (-half, high)]
            _fill(colours, mask, [(column + x, y) for x, y in corners], paint)
        cap = [(-0.6 * wide, top - 2.5 * unit), (0.6 * wide, top - 2.5 * unit), (0, top - 4 * unit)]
        _fill(colours, mask, [(column + x, y) for x, y in cap], dark)

    def _shine(self, picture: Picture, at: tuple[float, float], scale: float, t: float) -> Picture:
        """Add the lamp's glow and the two beams that turn."""
        height, width = picture.shape[:2]
        light = np.zeros((height, width), np.uint8)
        column, row = at[0], at[1] - 0.012 * scale
        for side in (0.0, math.pi):
            angle = t * TURN + side
            reach = math.cos(angle) * width * 1.6
            spread = abs(reach) * 0.05 + 0.01 * scale
            far = (column + reach, row + 0.02 * height)
            shape = [(column, row), (far[0], far[1] - spread), (far[0], far[1] + spread)]
            strength = 46 * GLOWS[self.light] * (1 - 0.45 * abs(math.sin(angle)))
            cv2.fillPoly(light, [_points(shape)], strength, cv2.LINE_AA, FIXED)
        flash = max(0.0, math.sin(t * TURN)) ** 16 + max(0.0, -math.sin(t * TURN)) ** 16
        radius = max(1.0, (0.012 + 0.020 * flash) * scale)
        beam = _soft(light, height / 140)
        lamp = np.zeros((height, width), np.uint8)
        centre = int(column * 16), int(row * 16)
        cv2.circle(lamp, centre, int(radius * 16), 255, -1, cv2.LINE_AA, FIXED)
        glow, wide = _soft(lamp, radius), _soft(lamp, radius * 4)
        total = cv2.add(beam, cv2.add(glow, wide))
        warm = [cv2.multiply(total, GLOWS[self.light] * part) for part in (1.0, 0.86, 0.58)]
        return np.asarray(cv2.add(picture, cv2.merge(warm)))


def place_lighthouse(
    land: Land, sights: Sequence[Sight], depth: Field, *, light: str, sun_at: float
) -> Lighthouse | None:
    """Return a lighthouse where the first view sees dry ground well, or None.

    `depth` is that first view's; `sun_at` the sun's heading in radians.
    """
    first, last = sights[0], sights[-1]
    best, best_merit = None, 0.0
    for x, z in _candidates(first):
        base = height_at(land, x, z)
        column, row, far = first.project(x, base, z, depth.shape[1])
        if base < land.sea + 0.012 or not _is_seen(depth, column, row, far):
            continue
        _, _, left = last.project(x, base, z, depth.shape[1])
        merit = _merit(land, (x, z, base), (column, row), depth) * (1.0 if left > 0.45 else 0.1)
        if merit > best_merit:
            right = math.sin(sun_at - first.heading) > 0
            best, best_merit = Lighthouse(x, base, z, light, right), merit
    return best


def height_at(land: Land, x: float, z: float) -> float:
    """Return the land's height at a place; the map goes on mirrored beyond its edges."""
    side = land.height.shape[0]
    i, j = int(x / CELL) % (2 * side), int(z / CELL) % (2 * side)
    return float(land.height[min(j, 2 * side - 1 - j), min(i, 2 * side - 1 - i)])


def _candidates(sight: Sight) -> list[tuple[float, float]]:
    places = []
    for far in np.arange(0.55, 1.9, 0.05):
        for angle in np.arange(-0.42, 0.43, 0.02):
            turned = sight.heading + float(angle)
            places.append(
                (sight.x + math.sin(turned) * float(far), sight.z + math.cos(turned) * float(far))
            )
    return places


def _is_seen(depth: Field, column: float, row: float, far: float) -> bool:
    height, width = depth.shape
    if not (0.12 * width < column < 0.88 * width and 0.30 * height < row < 0.86 * height):
        return False
    there = abs(float(depth[int(row), int(column)]))
    return abs(there - far) < 0.05 * far


def _merit(
    land: Land, place: tuple[float, float, float], at: tuple[float, float], depth: Field
) -> float:
    """Prefer heads of land: high over the sea near by, near the thirds of the view."""
    x, z, base = place
    around = [height_at(land, x + 0.12 * math.cos(k), z + 0.12 * math.sin(k)) for k in range(6)]
    stands = base - float(np.mean(around))
    wet = sum(value < land.sea for value in around) / len(around)
    third = min(abs(at[0] / depth.shape[1] - part) for part in (0.34, 0.66))
    return 0.4 + 3.0 * stands + 0.9 * wet - 1.2 * third


def _soft(light: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    """Blur by `sigma` pixels; wide blurs on a small copy, where they cost the same as narrow."""
    height, width = light.shape
    shrunk = max(1, min(16, round(sigma / 2)))
    size = max(1, width // shrunk), max(1, height // shrunk)
    small = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), min(12.0, max(1.0, sigma / shrunk)))
    return np.asarray(cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR))


def _quad(
    column: float,
    foot: float,
    top: float,
    scale: float,
    rows: tuple[float, float],
    edges: tuple[float, float],
) -> list[tuple[float, float]]:
    """Return one strip of one band of the tower, which grows narrower upwards."""
    corners = []
    for up, edge in ((0, 0), (0, 1), (1, 1), (1, 0)):
        height = rows[up]
        half = (FOOT + (NECK - FOOT) * height**0.8) * scale
        corners.append((column + edges[edge] * half, foot + (top - foot) * height))
    return corners


def _points(shape: Sequence[tuple[float, float]]) -> NDArray[np.int32]:
    return np.round(np.array(shape) * (1 << FIXED)).astype(np.int32)


def _fill(
    colours: Picture,
    mask: NDArray[np.uint8],
    shape: Sequence[tuple[float, float]],
    paint: NDArray[np.floating],
) -> None:
    points = _points(shape)
    cv2.fillConvexPoly(colours, points, [float(value) for value in paint], cv2.LINE_8, FIXED)
    cv2.fillConvexPoly(mask, points, 255, cv2.LINE_AA, FIXED)
