"""Styles: each is itself, none flickers, what is drawn goes with the picture, faces stay faces."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from kinora.catalog.restyles import load_restyles, restyle_by_words
from kinora.domain.errors import Invalid
from kinora.engines.studio.picture.faces import Face, find_faces
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles.grain import Grain
from kinora.engines.studio.styles.room import still, styled
from kinora.engines.studio.styles.sites import Sites
from kinora.engines.studio.styles.steady import Steady
from kinora.engines.studio.styles.table import STYLES
from kinora.engines.studio.styles.watched import Watched
from kinora.ports.engine import Shape

WIDE = Shape(width=480, height=270, frames=8, fps=24)
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


PATTERNED = (
    "mosaic",
    "stained_glass",
    "low_poly",
    "comic",
    "pop_art",
    "pencil",
    "pixel",
    "clay",
    "oil",
    "watercolor",
)


@pytest.mark.parametrize("style", PATTERNED)
def test_patterns_go_with_what_they_are_on(face: Picture, style: str) -> None:
    """Over an exact pan of 6 pixels a frame, what is drawn stays where it is on the picture."""
    wide = cv2.resize(face, (960, 540))
    pan = [np.ascontiguousarray(wide[100:370, 40 + 6 * n : 520 + 6 * n]) for n in range(8)]
    seen = drawn(iter(pan), style, WIDE)
    assert apart(seen, 6) < 0.5 * apart(seen, 0)


STEADY, ALIKE_STEADY = 0.5, 0.7
"""A film is to flicker at most this much of what its frames do when each is drawn by itself."""

ALIKE = ("anime", "3d_animation", "cyberpunk", "neon", "ukiyo_e")
"""Styles without chance in them are steadier when drawn one by one, too."""


@pytest.mark.parametrize("style", STYLES)
def test_a_film_is_steadier_than_its_frames_one_by_one(face: Picture, style: str) -> None:
    """A noisy film that goes 2.5 pixels a frame, measured along the way that it is known to go."""
    rng = np.random.default_rng(2)
    large = cv2.resize(face, (960, 540)).astype(np.float32)
    film = []
    for number in range(4):
        move = np.array([[1, 0, -60 - 2.5 * number], [0, 1, -100]], np.float32)
        seen = cv2.warpAffine(large, move, (480, 270))
        noisy = seen + rng.normal(0, 4, seen.shape)
        film.append(np.clip(noisy, 0, 255).astype(np.uint8))
    together = drawn(iter(film), style, WIDE)
    alone = [still(frame, style, seed=number) for number, frame in enumerate(film)]
    # Two frames on, the way is a whole number of pixels.
    steady, naive = (apart(each[1:], 5, step=2) for each in (together, alone))
    assert steady < (ALIKE_STEADY if style in ALIKE else STEADY) * naive, (steady, naive)


def apart(film: list[Picture], move: int, *, step: int = 1) -> float:
    """Return by how many levels a film changes where it goes `move` pixels to the left."""
    changes = [
        np.abs(one[40:230, 60 + move : 400 + move].astype(int) - other[40:230, 60:400]).mean()
        for one, other in zip(film, film[step:], strict=False)
    ]
    return float(np.mean(changes))


def test_a_new_shot_is_shown_at_once() -> None:
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


@pytest.fixture(scope="module")
def portrait() -> Picture:
    path = Path(__file__).parents[3] / "src/kinora/cli/pictures/astronaut.jpg"
    return cover(load(path), 768, 432, focus=(0.5, 0.25))


def features(picture: Picture, face: Face) -> NDArray[np.float32]:
    """Return light and dark within a face: eyes, nose and mouth, without what is all over it."""
    x, y, wide = int(face.x), int(face.y), int(face.width)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    soft = cv2.GaussianBlur(grey, (0, 0), wide / 40)
    inner = soft[y + wide // 5 : y + wide * 19 // 20, x + wide // 8 : x + wide * 7 // 8]
    return np.asarray(inner - cv2.GaussianBlur(inner, (0, 0), wide / 6), np.float32)


NEGATIVE = ("neon",)
"""Styles whose lines are bright."""


@pytest.mark.parametrize("style", STYLES)
def test_faces_stay_faces(portrait: Picture, style: str) -> None:
    """A detector still finds the face, and its features are where and as strong as they were."""
    made = still(portrait, style)
    seen = 255 - made if style in NEGATIVE else made
    (face,) = find_faces(portrait)
    before, after = features(portrait, face), features(seen, face)
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.55
    assert after.std() > 0.6 * before.std()
    if style not in NEGATIVE:
        assert find_faces(made)


def test_faces_are_followed_between_looks(portrait: Picture) -> None:
    watched, steady = Watched(), Steady(480, 270, 1)
    places = []
    for number in range(5):
        seen = np.ascontiguousarray(portrait[40:310, 100 + 4 * number : 580 + 4 * number])
        calm = steady.step(seen)
        (each,) = watched.step(calm, steady.grain)
        places.append(each.face.x)
    assert places[0] - places[-1] == pytest.approx(16, abs=2)


def test_points_go_with_the_picture_and_keep_their_traits() -> None:
    size = (200, 120)
    room = np.full((60, 100), 6.0, np.float32)
    flat = np.zeros_like(room)
    sites = Sites()
    nothing = np.zeros((4, 4, 2), np.float32)
    sites.step(room, 2.0, flat, Grain(1, nothing, nothing, size=size))
    before = {tuple(trait): point for trait, point in zip(sites.traits, sites.points, strict=True)}
    gone = nothing + np.array([-5, 0], np.float32)
    later = Grain(1, gone, gone, size=size)
    later.cut = False
    sites.step(room, 2.0, flat, later)
    after = {tuple(trait): point for trait, point in zip(sites.traits, sites.points, strict=True)}
    same = [trait for trait in after if trait in before]
    assert len(same) > 0.9 * len(before)
    assert all(np.allclose(after[trait] - before[trait], (5, 0)) for trait in same)
    # What came into sight at the left is filled.
    assert (sites.points[:, 0] < 12).any()


@pytest.mark.parametrize("style", ["pencil", "ink_wash", "watercolor"])
def test_a_film_by_night_is_seen(portrait: Picture, style: str) -> None:
    """On paper, a face that was lit at a fourth still has its features."""
    night = cv2.convertScaleAbs(portrait, alpha=0.25)
    (face,) = find_faces(portrait)
    before, after = features(portrait, face), features(still(night, style), face)
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.5
    assert after.std() > 0.25 * before.std()


def test_a_texture_sticks_to_what_it_lies_on() -> None:
    texture = np.zeros((40, 60), np.float32)
    texture[20, 30] = 1
    gone = np.zeros((10, 15, 2), np.float32) + np.array([7, -3], np.float32)
    laid = Grain(1, gone, gone, size=(60, 40)).on(texture)
    assert laid[17, 37] == laid.max() == 1


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
