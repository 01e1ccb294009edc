"""What moves with a film: how far its picture has gone, and what is carried along with it."""

from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.warping import grid

Field = NDArray[np.float32]
NOISE_SIGMA = 1.0


class Grain:
    """Where the picture of a frame has come from.

    `shift` is how far most of it has gone since the shot began, in pixels across and down; `cut`
    tells that a shot begins. Textures that are laid on with `on` stick to what they lie on.
    """

    def __init__(self, seed: int, flow: Field, gone: Field, *, size: tuple[int, int]) -> None:
        """Take fields of any size, height x width x 2, in pixels of the film (width, height).

        `flow` tells where each place was in the frame before; `gone` how far what is there has
        gone since the shot began.
        """
        self.seed = seed
        self.size = size
        self.shift = (0.0, 0.0)
        self.cut = True
        self._flow, self._gone = flow, gone

    @cached_property
    def noise(self) -> Field:
        """Noise of mean 0 and deviation 1, smooth to about a pixel."""
        return self.on(white(*self.size, self.seed))

    def on(self, texture: Field) -> Field:
        """Return a texture of the film's size that goes on at its edges, laid on the picture."""
        width, height = self.size
        x, y = np.mod(self.places[0], width), np.mod(self.places[1], height)
        taken = cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        return np.asarray(taken, np.float32)

    def taken(self, points: Field) -> Field:
        """Return points (n x 2: across, down) where the picture has taken them since."""
        if self.cut or not len(points):
            return points
        return np.asarray(points - self._at(self._flow, points), np.float32)

    @cached_property
    def places(self) -> tuple[Field, Field]:
        """Where what is seen at each pixel was when the shot began: across and down."""
        gone = cv2.resize(self._gone, self.size, interpolation=cv2.INTER_LINEAR)
        began = grid(*self.size)
        return began.x - gone[..., 0], began.y - gone[..., 1]

    def _at(self, field: Field, points: Field) -> Field:
        high, wide = field.shape[:2]
        x = np.clip(points[:, 0] * (wide / self.size[0]), 0, wide - 1).astype(np.intp)
        y = np.clip(points[:, 1] * (high / self.size[1]), 0, high - 1).astype(np.intp)
        return np.asarray(field[y, x], np.float32)


@lru_cache(maxsize=4)
def white(width: int, height: int, seed: int) -> Field:
    """Return noise of deviation 1 that goes on at its edges, smooth to about a pixel."""
    fresh = np.random.default_rng(seed + 21).standard_normal((height, width)).astype(np.float32)
    return wrapped(fresh, NOISE_SIGMA)


def wrapped(texture: Field, sigma: float) -> Field:
    """Return a texture that goes on at its edges, smoothed by `sigma` pixels, of deviation 1."""
    edge = min(round(3 * sigma) + 1, *texture.shape)
    wide = cv2.GaussianBlur(np.pad(texture, edge, mode="wrap"), (0, 0), sigma)
    inner = wide[edge:-edge, edge:-edge]
    return np.asarray(inner / max(1e-6, float(inner.std())), np.float32)
