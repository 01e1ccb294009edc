"""Fog over a picture: it does not break the film, and it drifts evenly."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kinora.domain.order import Words
from kinora.engines.studio.imagevideo.air import make_air
from kinora.engines.studio.imagevideo.room import frames
from kinora.ports.engine import Shape


@pytest.mark.parametrize("word", ["fog", "mist"])
@pytest.mark.parametrize(
    "shape",
    [
        Shape(width=160, height=90, frames=1, fps=0),
        Shape(width=101, height=57, frames=3, fps=24),
        Shape(width=33, height=33, frames=2, fps=24),
    ],
)
def test_a_picture_in_fog_is_a_whole_film(photos: Path, word: str, shape: Shape) -> None:
    film = list(frames(photos / "coffee.jpg", Words(prompt=word), shape=shape, seed=4))
    assert len(film) == shape.frames
    assert {frame.shape for frame in film} == {(shape.height, shape.width, 3)}


def test_fog_drifts_evenly_and_comes_round_without_a_jump() -> None:
    air = make_air("fog", seed=1)
    dark = np.full((144, 256, 3), 40, np.uint8)
    film = [air.blend(dark, number / 24).astype(np.float32) for number in range(24 * 22)]
    steps = np.array([np.abs(b - a).mean() for a, b in pairwise(film)])
    assert steps.min() > 0.05
    assert steps.max() < 2.0 * steps.mean()
