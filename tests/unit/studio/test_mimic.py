"""A picture moves as the person in a film does."""

import itertools
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from kinora.engines.studio.mimic.driving import Drive, measure
from kinora.engines.studio.mimic.room import frames
from kinora.engines.studio.mimic.warp import bent
from kinora.engines.studio.picture.faces import find_faces
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import Picture
from kinora.ports.engine import CannotMake, Shape

COUNT = 36


@pytest.fixture
def driver(photos: Path) -> list[Picture]:
    """A person who leans to the right and comes back."""
    still = cover(load(photos / "astronaut.jpg"), 400, 300, focus=(0.5, 0.3))
    film = []
    for number in range(COUNT):
        aside = 24 * np.sin(np.pi * number / (COUNT - 1))
        turn = cv2.getRotationMatrix2D((200, 150), -aside / 4, 1.0)
        turn[0, 2] += aside
        moved = cv2.warpAffine(still, turn, (400, 300), borderMode=cv2.BORDER_REFLECT)
        film.append(np.asarray(moved, np.uint8))
    return film


def finished(making: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(making)
        except StopIteration as ended:
            return ended.value


def test_motion_is_measured_without_drift(driver: list[Picture]) -> None:
    drive: Drive = finished(measure(iter(driver), count=COUNT))
    whole = np.median(drive.moved, axis=1)
    face = max(find_faces(driver[0]), key=lambda each: each.width).width
    assert whole[COUNT // 2, 0] * face == pytest.approx(24, abs=6)
    assert np.abs(whole[-1]).max() * face < 2
    assert np.abs(whole[0]).max() == 0


@pytest.mark.parametrize("name", ["astronaut", "coffee", "cat"])
def test_the_picture_goes_and_comes_back(photos: Path, driver: list[Picture], name: str) -> None:
    shape = Shape(width=320, height=240, frames=COUNT, fps=12)
    made = list(finished(frames(iter(driver), photos / f"{name}.jpg", shape=shape)))
    assert len(made) == COUNT
    away = [float(np.abs(frame.astype(int) - made[0]).mean()) for frame in made]
    assert max(away) > 4
    assert away[-1] < 0.4 * max(away)
    steps = [float(np.abs(a.astype(int) - b).mean()) for a, b in itertools.pairwise(made)]
    assert max(steps) < 5 * (np.median(steps) + 0.5)


def test_the_face_goes_where_the_face_went(photos: Path, driver: list[Picture]) -> None:
    shape = Shape(width=400, height=400, frames=COUNT, fps=12)
    made = list(finished(frames(iter(driver), photos / "astronaut.jpg", shape=shape)))
    places = [find_faces(made[n])[0].centre[0] for n in (0, COUNT // 2)]
    assert places[1] - places[0] > 8


def test_without_a_person_it_says_so(photos: Path) -> None:
    def grey() -> Iterator[Picture]:
        for _ in range(COUNT):
            yield np.full((120, 160, 3), 99, np.uint8)

    shape = Shape(width=160, height=120, frames=COUNT, fps=12)
    with pytest.raises(CannotMake, match="video needs a person"):
        finished(frames(grey(), photos / "astronaut.jpg", shape=shape))


def test_without_a_subject_it_says_so(tmp_path: Path, driver: list[Picture]) -> None:
    cv2.imwrite(str(tmp_path / "plain.png"), np.full((200, 300, 3), 140, np.uint8))
    shape = Shape(width=160, height=120, frames=COUNT, fps=12)
    with pytest.raises(CannotMake, match="image needs a clear subject"):
        finished(frames(iter(driver), tmp_path / "plain.png", shape=shape))


def test_bending_keeps_what_does_not_move_and_follows_what_does() -> None:
    points = np.array([[20, 20], [80, 20], [50, 80]], np.float32)
    places = np.array([[20, 20], [50, 50], [80, 20]], np.float32)
    assert np.allclose(bent(places, points, points), places, atol=1e-2)
    shifted = bent(places, points, points + np.float32(7))
    assert np.allclose(shifted, places + 7, atol=1e-2)
