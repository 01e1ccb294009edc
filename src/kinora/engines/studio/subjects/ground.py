"""The ground under a figure: a near strip of meadow, sand, snow, rock or water."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.noise import fbm_map
from kinora.engines.studio.picture.tone import to_light, to_pixels
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.subjects.lighting import Surroundings
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
TILE = 512


@dataclass(frozen=True, slots=True)
class Soil:
    """A ground's two colours in linear light, how coarse it is and how much it mirrors."""

    dark: tuple[float, float, float]
    light: tuple[float, float, float]
    coarse: float
    mirror: float = 0.0


GROUNDS = {
    "green": Soil((0.050, 0.100, 0.020), (0.21, 0.30, 0.075), 1.0),
    "alpine": Soil((0.060, 0.085, 0.040), (0.21, 0.22, 0.15), 1.3),
    "desert": Soil((0.36, 0.22, 0.11), (0.62, 0.42, 0.24), 0.5),
    "canyon": Soil((0.24, 0.095, 0.05), (0.46, 0.22, 0.12), 0.9),
    "arctic": Soil((0.55, 0.62, 0.72), (0.86, 0.89, 0.94), 0.5),
    "island": Soil((0.42, 0.31, 0.19), (0.66, 0.53, 0.36), 0.5),
    "water": Soil((0.012, 0.045, 0.065), (0.10, 0.22, 0.27), 1.0, 0.55),
    "studio": Soil((0.16, 0.16, 0.17), (0.20, 0.20, 0.21), 0.2, 0.25),
}


class Ground:
    """A strip at the foot of the frame, seen in perspective, that can be rolled along."""

    def __init__(self, name: str, shape: Shape, seed: int) -> None:
        """Draw the ground once; `foot` is where figures stand, in frame heights from the top."""
        self._soil = GROUNDS[name]
        self._shape = shape
        self.foot = 0.83
        self._horizon = 0.70
        noise = fbm_map(TILE, 26.0, seed % 9973, 5)
        fine = fbm_map(TILE, 120.0, seed % 9973 + 7, 2)
        self._tile = np.asarray(_seamless(noise * 0.6 + fine * 0.4), np.float32)
        self._maps = self._perspective()

    def under(self, frame: Picture, around: Surroundings, rolled: float) -> Picture:
        """Return a frame with the ground, lit, its far edge soft; `rolled` in frame heights."""
        x, depth, fade = self._maps
        first = self._first
        step = np.float32(TILE / 1.1 * self._soil.coarse)
        source_x, source_y = (x + np.float32(rolled)) * step, depth * step
        rough = cv2.remap(
            self._tile, source_x, source_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
        )
        rough = np.clip((rough - np.float32(0.30)) * np.float32(2.2), 0, 1)[..., None]
        dark, light = (np.asarray(each, np.float32) for each in (self._soil.dark, self._soil.light))
        fallen = around.above * 1.2 + around.key * max(0.25, -float(around.towards[1])) * 0.9
        fallen = np.asarray(fallen, np.float32)
        linear = rough * ((light - dark) * fallen) + dark * fallen
        out = frame.copy()
        below = to_light(out[first:])
        if self._soil.mirror:
            linear = linear + self._mirrored(frame, first) * self._soil.mirror
        mixed = below * (1 - fade) + linear * fade
        out[first:] = to_pixels(mixed)
        return out

    @property
    def _first(self) -> int:
        return int(self._horizon * self._shape.height)

    def _perspective(self) -> tuple[Field, Field, Field]:
        """Return for each ground pixel: place along, place in depth, and how much it covers."""
        height, width = self._shape.height, self._shape.width
        first = self._first
        rows = np.arange(first, height, dtype=np.float32) / height
        columns = (np.arange(width, dtype=np.float32) - width / 2) / height
        near = (rows - self._horizon + 0.10)[:, None]
        x = columns[None, :] * (0.34 / near)
        depth = np.broadcast_to(0.34 / near, x.shape)
        # The edge is not a ruler's line: the ground rises and falls a little.
        wavy = 0.012 * np.sin(columns * 5.0) + 0.006 * np.sin(columns * 13.0 + 1)
        fade = np.clip((rows[:, None] - self._horizon - 0.02 - wavy[None, :]) / 0.045, 0, 1)
        smooth = fade * fade * (3 - 2 * fade)
        return (
            np.asarray(x, np.float32),
            np.asarray(depth, np.float32),
            np.asarray(smooth, np.float32)[..., None],
        )

    def _mirrored(self, frame: Picture, first: int) -> Field:
        """Return what still water shows: the scene above, upside down and blurred."""
        deep = self._shape.height - first
        above = frame[max(0, first - deep) : first][::-1]
        blurred = cv2.GaussianBlur(above, (0, 0), self._shape.height / 70)
        sized = cv2.resize(blurred, (self._shape.width, deep))
        return to_light(np.asarray(sized, np.uint8))


def _seamless(tile: Field) -> Field:
    """Return a tile whose borders meet, by blending it with itself moved by half."""
    half = np.roll(tile, (TILE // 2, TILE // 2), (0, 1))
    ramp = np.abs(np.linspace(-1, 1, TILE, dtype=np.float32))
    weight = np.clip(1.6 * (1 - np.maximum(ramp[:, None], ramp[None, :])), 0, 1)
    return np.asarray(tile * weight + half * (1 - weight), np.float32)
