"""Parts of a picture move by themselves: the right ones, where they are, and only these."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from kinora.domain.order import Words
from kinora.engines.studio.imagevideo.eyes import blinked, find_eyes
from kinora.engines.studio.imagevideo.living import Living, find_living, read_things, read_verbs
from kinora.engines.studio.imagevideo.room import frames
from kinora.engines.studio.picture.faces import find_faces
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.stage import text_still
from kinora.ports.engine import Shape

STILL = Shape(width=640, height=360, frames=1, fps=0)


def scenery(prompt: str) -> Picture:
    return text_still(Words(prompt=prompt), shape=STILL, seed=4)


def alive(picture: Picture, prompt: str = "") -> Living:
    nothing = np.zeros(picture.shape[:2], np.float32)
    masks, eyes, named = find_living(picture, nothing, tuple(find_faces(picture)), prompt)
    return Living(picture, masks, eyes, named, seed=3)


def portrait(photos: Path) -> Picture:
    return cover(load(photos / "astronaut.jpg"), 640, 360, focus=(0.5, 0.3))


def test_sky_and_water_of_a_coast_move_and_the_land_does_not() -> None:
    picture = scenery("an island at noon")
    living = alive(picture)
    assert "clouds" in living.kinds
    early, late = (living.at(t).astype(int) for t in (0.4, 2.3))
    moved = np.abs(late - early).max(-1) > 6
    assert 0.01 < moved.mean() < 0.7
    assert moved[: STILL.height // 3].mean() > 0.02


@pytest.mark.parametrize("name", ["coffee", "cat", "rocket"])
def test_what_does_not_move_stands_still(photos: Path, name: str) -> None:
    picture = cover(load(photos / f"{name}.jpg"), 640, 360)
    assert np.array_equal(alive(picture).at(1.3), picture)


@pytest.mark.parametrize("prompt", ["nothing moves", "still", "静止"])
def test_words_hold_everything(photos: Path, prompt: str) -> None:
    picture = portrait(photos)
    assert all(np.array_equal(alive(picture, prompt).at(t), picture) for t in (0.5, 1.5, 2.5))


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("leaves rustle in the wind", "foliage"),
        ("waves roll in", "water"),
        ("clouds drift by", "clouds"),
        ("her hair in the wind", "hair"),
        ("她眨眼", "blink"),
        ("le feu crépite", "fire"),
    ],
)
def test_verbs_are_read(prompt: str, kind: str) -> None:
    assert kind in read_verbs(prompt)


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("she waves", "water"),
        ("her flowing dress", "water"),
        ("drifting petals", "clouds"),
        ("the sky is pale", "clouds"),
    ],
)
def test_words_that_may_mean_others_open_no_gate(prompt: str, kind: str) -> None:
    assert kind not in read_things(prompt)


@pytest.mark.parametrize("prompt", ["a still life", "she is still smiling", "a frozen lake"])
def test_still_is_not_always_still(prompt: str) -> None:
    assert "still" not in read_verbs(prompt)


def test_what_flows_in_is_the_regions_own() -> None:
    """A dark ridge below a bright sky is not drawn into it, however far the sky has moved."""
    picture = np.full((180, 320, 3), (120, 170, 235), np.uint8)
    ridge = 90 + 30 * np.abs(np.sin(np.arange(320) / 25))
    below = np.arange(180)[:, None] > ridge[None]
    picture[below] = (30, 26, 24)
    sky = np.asarray(~below, np.float32)
    living = Living(picture, {"clouds": sky}, (), frozenset({"clouds"}), seed=1)
    for t in (1.0, 2.5, 4.0):
        seen = living.at(t)
        inside = cv2.erode((~below).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        assert seen[inside].min(0).min() > 90, t
        assert np.array_equal(seen[below], picture[below])


def test_eyes_blink_by_the_clock(photos: Path) -> None:
    picture = portrait(photos)
    eyes = find_eyes(picture, tuple(find_faces(picture)))
    living = Living(picture, {}, eyes, frozenset(), seed=3)
    for clock in np.arange(0, 4, 1 / 12):
        assert np.array_equal(living.at(clock, clock), living.at(3 * clock, clock))
    often = Living(picture, {}, eyes, frozenset({"blink"}), seed=3)
    changes = [
        sum(
            not np.array_equal(each.at(0.0, c), each.at(0.0, c + 1 / 12))
            for c in np.arange(0, 20, 1 / 12)
        )
        for each in (living, often)
    ]
    assert changes[1] > 1.3 * changes[0]


def test_named_parts_move_more() -> None:
    picture = scenery("an island at noon")
    shifts = [
        np.abs(alive(picture, prompt).at(1.1).astype(int) - alive(picture, prompt).at(0.6)).mean()
        for prompt in ("", "the clouds drift")
    ]
    assert shifts[1] > shifts[0]


def test_flames_move_up_in_their_place() -> None:
    living = alive(scenery("a campfire at night"))
    assert living.kinds == ("fire",)
    early, late = (living.at(t).astype(int) for t in (0.3, 0.5))
    moved = np.abs(late - early).max(-1) > 8
    assert 0.0005 < moved.mean() < 0.15


def test_eyes_close_and_open_again(photos: Path) -> None:
    picture = portrait(photos)
    eyes = find_eyes(picture, tuple(find_faces(picture)))
    assert len(eyes) == 2

    def contrast(frame: Picture) -> float:
        eye = eyes[0]
        rows = slice(int(eye.y - eye.tall * 0.5), int(eye.y + eye.tall * 0.5) + 1)
        columns = slice(int(eye.x - eye.half * 0.7), int(eye.x + eye.half * 0.7) + 1)
        return float(frame[rows, columns].astype(float).std())

    shut = picture.copy()
    for eye in eyes:
        blinked(shut, picture, eye, 1.0)
    assert contrast(shut) < 0.7 * contrast(picture)
    far = np.abs(shut.astype(int) - picture).max(-1)
    assert (far > 0).mean() < 0.01
    living = alive(picture)
    seen = [contrast(living.at(t)) for t in np.arange(0, 5, 1 / 24)]
    assert min(seen) < 0.8 * contrast(picture)
    assert np.median(seen) > 0.9 * contrast(picture)


def test_without_a_face_nothing_blinks(photos: Path) -> None:
    assert not alive(cover(load(photos / "coffee.jpg"), 320, 180)).blinks


@pytest.mark.parametrize("size", [(1, 1), (17, 300), (64, 64)])
def test_odd_pictures_work(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size, (90, 140, 210)).save(tmp_path / "a.png")
    shape = Shape(width=64, height=64, frames=3, fps=3)
    words = Words(prompt="clouds and waves")
    assert len(list(frames(tmp_path / "a.png", words, shape=shape, seed=1))) == 3


def test_the_film_is_the_same_again(photos: Path) -> None:
    shape = Shape(width=320, height=180, frames=6, fps=2)
    words = Words(prompt="her hair in the wind, she blinks")
    films = [list(frames(photos / "astronaut.jpg", words, shape=shape, seed=2)) for _ in range(2)]
    assert all(np.array_equal(a, b) for a, b in zip(*films, strict=True))
