"""What floats in front of a picture: rain, snow, fog, dust, embers, petals."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
COUNTS = {"rain": 420, "snow": 380, "dust": 90, "embers": 110, "petals": 46}
COLOURS = {
    "rain": (205, 215, 230),
    "snow": (250, 252, 255),
    "dust": (255, 226, 170),
    "embers": (255, 140, 50),
    "petals": (246, 170, 190),
}
SEAM = 12
FOG_PACE = 3.0
"""Cells of the fog's 64 that drift by in a second."""

FIXED = 3
"""Bits of fraction in the coordinates that OpenCV draws at."""


@dataclass(frozen=True, slots=True)
class Air:
    """Particles of one kind; each has a place, a nearness and a phase, all from the seed."""

    kind: str
    particles: NDArray[np.float64]
    fog: Field | None

    def blend(self, picture: Picture, t: float) -> Picture:
        """Return a picture with what floats at second `t`."""
        if self.fog is not None:
            return self._mist(picture, t)
        if not len(self.particles):
            return picture
        height, width = picture.shape[:2]
        h, w = (height + 1) // 2, (width + 1) // 2
        light = np.zeros((h, w), np.uint8)
        for particle in self.particles:
            _draw(light, self.kind, particle, t)
        soft = cv2.GaussianBlur(light, (0, 0), 0.8 if self.kind == "rain" else 1.3)
        alpha = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
        colour = np.empty_like(picture)
        colour[:] = COLOURS[self.kind]
        alpha3 = cv2.merge([alpha] * 3)
        kept = cv2.multiply(picture, 255 - alpha3, scale=1 / 255)
        return np.asarray(cv2.add(kept, cv2.multiply(colour, alpha3, scale=1 / 255)))

    def _mist(self, picture: Picture, t: float) -> Picture:
        height, width = picture.shape[:2]
        fog = self.fog if self.fog is not None else np.zeros((1, 1), np.float32)
        # Sampled between its cells, or it would stand still and then jump, cell by cell.
        x = (np.arange(width, dtype=np.float32) + 0.5) * (fog.shape[1] / width) - 0.5
        y = (np.arange(height, dtype=np.float32) + 0.5) * (fog.shape[0] / height) - 0.5
        across = np.tile((x - np.float32(t * FOG_PACE)) % fog.shape[1], (height, 1))
        down = np.tile(np.clip(y, 0, fog.shape[0] - 1)[:, None], (1, width))
        around = np.hstack([fog, fog[:, :1]])
        thick = cv2.remap(around, across, down, cv2.INTER_LINEAR)
        low = np.linspace(0.25, 1.0, height, dtype=np.float32)[:, None]
        alpha = np.clip(thick * low * 170, 0, 200).astype(np.uint8)
        alpha3 = cv2.merge([alpha] * 3)
        white = np.full_like(picture, 214)
        kept = cv2.multiply(picture, 255 - alpha3, scale=1 / 255)
        return np.asarray(cv2.add(kept, cv2.multiply(white, alpha3, scale=1 / 255)))


def make_air(kind: str, *, seed: int) -> Air:
    """Return what floats; nothing for an empty or unknown kind."""
    rng = np.random.default_rng(seed + 77)
    if kind == "fog":
        rough = rng.random((24, 64)).astype(np.float32)
        # OpenCV cannot blur around the corner itself; fog that drifts must have no seam.
        wide = np.pad(rough, SEAM, mode="wrap")
        smooth = cv2.GaussianBlur(wide, (0, 0), 3)[SEAM:-SEAM, SEAM:-SEAM]
        low, high = float(smooth.min()), float(smooth.max())
        return Air(kind, np.zeros((0, 5)), ((smooth - low) / (high - low)).astype(np.float32))
    return Air(kind, rng.random((COUNTS.get(kind, 0), 5)), None)


def _draw(light: NDArray[np.uint8], kind: str, particle: NDArray[np.float64], t: float) -> None:
    height, width = light.shape
    x, y, near, phase, size = (float(value) for value in particle)
    unit = height / 270
    if kind == "rain":
        fall = 0.9 + 1.1 * near
        py = ((y + t * fall) % 1.1) * height
        px = ((x + t * 0.06) % 1.0) * width
        length = (6 + 16 * near) * unit
        _line(light, (px, py), (px - length * 0.10, py - length), 40 + 90 * near)
        return
    drift = {"snow": (0.03, 0.10), "petals": (0.10, 0.08), "embers": (0.02, -0.16)}
    dx, dy = drift.get(kind, (0.008, -0.015))
    px = ((x + t * dx * (0.4 + near) + 0.02 * math.sin(t * 0.9 + phase * 6.3)) % 1.0) * width
    py = ((y + t * dy * (0.5 + near) + 0.006 * math.sin(t * 2 + phase * 9)) % 1.0) * height
    radius = (0.6 + 2.4 * near * near * (0.5 + size)) * unit
    glow = 0.55 + 0.45 * math.sin(t * 2.4 + phase * 9) if kind in ("dust", "embers") else 0.85
    _disc(light, (px, py), radius, glow * (230 - 110 * near))


def _disc(light: NDArray[np.uint8], at: tuple[float, float], radius: float, value: float) -> None:
    scale = 1 << FIXED
    centre = (int(at[0] * scale), int(at[1] * scale))
    cv2.circle(light, centre, max(1, int(radius * scale)), value, -1, cv2.LINE_AA, FIXED)


def _line(
    light: NDArray[np.uint8], a: tuple[float, float], b: tuple[float, float], value: float
) -> None:
    scale = 1 << FIXED
    start, end = (int(a[0] * scale), int(a[1] * scale)), (int(b[0] * scale), int(b[1] * scale))
    cv2.line(light, start, end, value, 1, cv2.LINE_AA, FIXED)
