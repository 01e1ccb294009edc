"""Styles: each is itself, none flickers on a film that stands still, and faces stay faces."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from kinora.catalog.restyles import load_restyles, restyle_by_words
from kinora.domain.errors import Invalid
from kinora.engines.studio.picture.faces import find_faces
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles.room import styled
from kinora.engines.studio.styles.steady import Steady
from kinora.engines.studio.styles.table import STYLES
from kinora.ports.engine import Shape

SMALL = Shape(width=240, height=136, frames=6, fps=24)
FLICKER = 20.0
"""Levels by which a place of the picture may change while it is carried along."""

NAMED = ("anime", "3d_animation", "clay", "comic", "cyberpunk")


@pytest.fixture(scope="module")
def face() -> Picture:
    path = Path(__file__).parents[3] / "src/kinora/cli/pictures/astronaut.jpg"
    return cover(load(path), 480, 270, focus=(0.5, 0.25))


def panned(face: Picture, count: int = 6) -> Iterator[Picture]:
    for number in range(count):
        yield np.ascontiguousarray(face[40:176, 100 + 2 * number : 340 + 2 * number])


def drawn(frames: Iterator[Picture], style: str, shape: Shape = SMALL) -> list[Picture]:
    return list(styled(frames, style, shape=shape, seed=1))


def steps(film: list[Picture]) -> float:
    return float(np.mean([np.abs(a.astype(int) - b).mean() for a, b in pairwise(film)]))


def test_the_list_and_the_engine_know_the_same_styles() -> None:
    assert {each.name for each in load_restyles()} == set(STYLES)
    assert len({each.id for each in load_restyles()}) == len(STYLES)
    assert set(NAMED) <= set(STYLES)


@pytest.mark.parametrize("style", STYLES)
def test_a_still_film_stands_still(face: Picture, style: str) -> None:
    still = np.ascontiguousarray(face[40:176, 100:340])
    film = drawn(iter([still] * 5), style)
    assert all(np.array_equal(frame, film[0]) for frame in film)


@pytest.mark.parametrize("style", STYLES)
def test_it_is_the_same_again_and_flickers_little(face: Picture, style: str) -> None:
    first, again = (drawn(panned(face), style) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    # What went two pixels to the left is compared with where it came from.
    moved = pairwise(first)
    apart = [np.abs(a[:, 12:230].astype(int) - b[:, 10:228]).mean() for a, b in moved]
    assert np.mean(apart) < FLICKER, np.mean(apart)


PATTERNED = ("mosaic", "stained_glass", "low_poly", "comic", "pop_art", "pencil", "pixel")


@pytest.mark.parametrize("style", PATTERNED)
def test_patterns_go_with_what_they_are_on(face: Picture, style: str) -> None:
    """Over an exact pan of 6 pixels a frame, what is drawn stays where it is on the picture."""
    wide = cv2.resize(face, (960, 540))
    pan = [np.ascontiguousarray(wide[100:370, 40 + 6 * n : 520 + 6 * n]) for n in range(8)]
    shape = Shape(width=480, height=270, frames=8, fps=24)
    seen = drawn(iter(pan), style, shape)

    def apart(move: int) -> float:
        pairs = pairwise(seen)
        return float(
            np.mean(
                [
                    np.abs(a[:, 60 + move : 400 + move].astype(int) - b[:, 60:400]).mean()
                    for a, b in pairs
                ]
            )
        )

    assert apart(6) < 0.5 * apart(0)


def test_a_held_style_shows_a_new_shot_at_once() -> None:
    dark, light = (np.full((64, 96, 3), level, np.uint8) for level in (20, 230))
    shape = Shape(width=96, height=64, frames=4, fps=24)
    seen = drawn(iter([dark, light, light, light]), "clay", shape)
    assert seen[1].mean() > 150


def test_a_still_film_keeps_its_light() -> None:
    rng = np.random.default_rng(4)
    calm = np.full((64, 96, 3), 120.0)
    noisy = [
        np.clip(calm + rng.normal(0, 6, calm.shape), 0, 255).astype(np.uint8) for _ in range(24)
    ]
    steady = Steady(96, 64, 1)
    seen = [steady.step(frame).mean() for frame in noisy]
    assert abs(np.mean(seen[8:]) - np.mean([frame.mean() for frame in noisy])) < 0.25


def test_every_style_is_another(face: Picture) -> None:
    pictures = {style: drawn(panned(face, 1), style)[0].astype(int) for style in STYLES}
    pictures["none"] = next(panned(face)).astype(int)
    names = list(pictures)
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            assert np.abs(pictures[one] - pictures[other]).mean() > 4, (one, other)


@pytest.mark.parametrize(
    "style", ["anime", "3d_animation", "comic", "oil", "vintage", "noir", "ukiyo_e"]
)
def test_faces_stay_faces(face: Picture, style: str) -> None:
    shape = Shape(width=480, height=270, frames=1, fps=24)
    assert find_faces(drawn(iter([face]), style, shape)[0])


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("size", [(16, 16), (64, 36), (35, 70), (2, 2)])
def test_every_size_works(style: str, size: tuple[int, int]) -> None:
    shape = Shape(width=size[0], height=size[1], frames=2, fps=2)
    grey = np.full((size[1], size[0], 3), 120, np.uint8)
    other = np.random.default_rng(1).integers(0, 255, grey.shape, np.uint8)
    for frame in drawn(iter([grey, other]), style, shape):
        assert frame.shape == grey.shape
        assert frame.dtype == np.uint8


def test_a_cut_begins_anew(face: Picture) -> None:
    other = np.full((136, 240, 3), 250, np.uint8)
    film = drawn(iter([*panned(face, 3), other, other]), "3d_animation")
    assert np.abs(film[3].astype(int) - film[4]).max() == 0


@pytest.mark.parametrize(
    ("prompt", "style"),
    [
        ("as a watercolour painting", "watercolor"),
        ("Van Gogh style", "oil"),
        ("变成水墨画", "ink_wash"),
        ("en noir et blanc", "noir"),
        ("pixel art, 8-bit game", "pixel"),
    ],
)
def test_words_choose(prompt: str, style: str) -> None:
    assert restyle_by_words(prompt).name == style


def test_unknown_words_are_refused_with_the_list() -> None:
    with pytest.raises(Invalid, match="Watercolour"):
        restyle_by_words("make it nicer")
