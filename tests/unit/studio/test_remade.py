"""Pictures from pictures and words: a change, a style, or a new scene."""

from pathlib import Path

import numpy as np
import pytest

from kinora.domain.order import Words
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.stills.remade import MOST_SUBJECTS, _cast, remade
from kinora.ports.engine import Shape

SHAPE = Shape(width=192, height=108, frames=1, fps=0)


def made(prompt: str, paths: list[Path], folder: Path) -> Picture:
    making = remade(Words(prompt=prompt), paths, shape=SHAPE, seed=3, folder=folder)
    while True:
        try:
            next(making)
        except StopIteration as end:
            picture: Picture = end.value
            assert picture.shape == (108, 192, 3)
            assert picture.dtype == np.dtype(np.uint8)
            return picture


def apart(one: Picture, other: Picture) -> float:
    return float(np.abs(one.astype(np.float32) - other).mean())


@pytest.fixture
def cat(photos: Path) -> Picture:
    return cover(load(photos / "cat.jpg"), 192, 108)


def test_a_change_keeps_the_picture(photos: Path, tmp_path: Path, cat: Picture) -> None:
    night = made("make it night", [photos / "cat.jpg"], tmp_path)
    assert night.mean() < cat.mean() * 0.8
    still = night.astype(np.float32).mean(axis=2)
    assert np.corrcoef(still.ravel(), cat.mean(axis=2).ravel())[0, 1] > 0.6


def test_a_style_keeps_the_picture(photos: Path, tmp_path: Path, cat: Picture) -> None:
    drawn = made("a portrait as a pencil sketch", [photos / "cat.jpg"], tmp_path)
    assert apart(drawn, cat) > 10
    assert drawn.std(axis=2).mean() < cat.std(axis=2).mean() / 2


def test_both_together(photos: Path, tmp_path: Path) -> None:
    one = made("make it night as a pencil sketch", [photos / "cat.jpg"], tmp_path)
    assert apart(one, made("a pencil sketch", [photos / "cat.jpg"], tmp_path)) > 5


def test_a_described_scene_is_a_new_one(photos: Path, tmp_path: Path, cat: Picture) -> None:
    beach = made("a sunny beach with palm trees", [photos / "cat.jpg"], tmp_path)
    desert = made("replace the background with a desert", [photos / "cat.jpg"], tmp_path)
    # The sky is above, where the cat's fur was.
    assert min(apart(each[:20], cat[:20]) for each in (beach, desert)) > 25
    assert apart(beach, desert) > 8


def test_several_pictures(photos: Path, tmp_path: Path) -> None:
    paths = [photos / "cat.jpg", photos / "coffee.jpg"]
    both = made("a sunny beach", paths, tmp_path)
    assert apart(both, made("a sunny beach", paths[:1], tmp_path)) > 5
    assert len(_cast(paths * 7)) == MOST_SUBJECTS
