"""The ground under a figure: a near strip of meadow, sand, snow, rock or water."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.noise import fbm_map
from kinora.engines.studio.picture.tone import LIGHT, PIXELS, to_light
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.subjects.lighting import Surroundings
from kinora.engines.studio.subjects.painting import strew
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
TILE = 512
MIRRORED = 68
"""Rows that a whole frame would have in which a mirrored scene is kept."""

BLUR = 1.0
"""How soft it is there, in those rows."""


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
        self._step = TILE / 1.1 * self._soil.coarse
        self._places = self._perspective()

    def under(self, frame: Picture, around: Surroundings, rolled: float) -> Picture:
        """Return a frame with the ground, lit, its far edge soft; `rolled` in frame heights."""
        first = self._first
        fallen = around.above * 1.2 + around.key * max(0.25, -float(around.towards[1])) * 0.9
        soil = np.array([self._soil.dark, self._soil.light], np.float32)
        soil[1] -= soil[0]
        out = frame.copy()
        strew(
            out[first:],
            self._tile,
            self._places,
            np.asarray(soil * fallen, np.float32),
            self._mirrored(frame, first),
            np.array([(rolled * self._step) % TILE], np.float32),
            (LIGHT, PIXELS),
        )
        return out

    @property
    def mirror(self) -> float:
        """How much of what stands on it is seen in it, 0 to 1."""
        return self._soil.mirror

    @property
    def _first(self) -> int:
        return int(self._horizon * self._shape.height)

    def _perspective(self) -> tuple[Field, Field, Field]:
        """Return for each ground pixel where in the tile it lies, and how much it covers."""
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
            np.asarray(x * self._step, np.float32),
            np.asarray(depth * self._step, np.float32),
            np.asarray(smooth, np.float32),
        )

    def _mirrored(self, frame: Picture, first: int) -> Field:
        """Return the light of still water: the scene above, upside down and blurred."""
        if not self._soil.mirror:
            return np.zeros((0, 0, 3), np.float32)
        height, width = self._shape.height - first, self._shape.width
        above = frame[max(0, first - height) : first][::-1]
        # What is blurred needs few pixels.
        few = cv2.resize(
            above, (max(2, width // 8), max(2, height // 8)), None, 0, 0, cv2.INTER_AREA
        )
        light = to_light(np.asarray(cv2.GaussianBlur(few, (0, 0), BLUR), np.uint8))
        sized = cv2.resize(light * np.float32(self._soil.mirror), (width, height))
        return np.asarray(sized, np.float32)


def _seamless(tile: Field) -> Field:
    """Return a tile whose borders meet, by blending it with itself moved by half."""
    half = np.roll(tile, (TILE // 2, TILE // 2), (0, 1))
    ramp = np.abs(np.linspace(-1, 1, TILE, dtype=np.float32))
    weight = np.clip(1.6 * (1 - np.maximum(ramp[:, None], ramp[None, :])), 0, 1)
    return np.asarray(tile * weight + half * (1 - weight), np.float32)
