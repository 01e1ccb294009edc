"""Masks are found, followed through films, and something else takes their place."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from kinora.engines.studio.masks.finding import (
    BACKGROUND,
    OBJECT,
    PERSON,
    find_main,
    find_masks,
)
from kinora.engines.studio.masks.tracking import Track, follow
from kinora.engines.studio.picture.faces import find_faces
from kinora.engines.studio.picture.fill import fill_from_around
from kinora.engines.studio.picture.load import load
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.swap.plate import clean_plate, with_feet
from kinora.engines.studio.swap.room import Swapping, damped, frames
from kinora.ports.engine import CannotMake, Progress, Shape

SIZE = 240, 136
SHAPE = Shape(width=SIZE[0], height=SIZE[1], frames=20, fps=10)
T = TypeVar("T")


def meadow() -> Picture:
    noise = np.random.default_rng(3).integers(40, 90, (17, 30, 3)).astype(np.uint8)
    green = cv2.resize(noise, SIZE, interpolation=cv2.INTER_CUBIC)
    green[..., 1] = np.clip(green[..., 1].astype(int) + 70, 0, 255)
    return np.asarray(green, np.uint8)


def disc_at(number: int) -> NDArray[np.bool_]:
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    return np.asarray((x - 60 - 5 * number) ** 2 + (y - 70) ** 2 < 26**2)


def rolling() -> Iterator[Picture]:
    """A spotted red disc that rolls over a meadow from left to right."""
    spots = np.random.default_rng(5).integers(0, 70, (9, 9, 1)).astype(np.uint8)
    skin = cv2.resize(np.dstack([spots + 170, spots // 2, spots // 2]), (52, 52))
    for number in range(SHAPE.frames):
        frame = meadow()
        left = 60 + 5 * number - 26
        patch = np.zeros_like(frame)
        patch[44:96, left : left + 52] = skin[:, : SIZE[0] - left]
        inside = disc_at(number)
        frame[inside] = patch[inside]
        yield frame


def finished(making: Generator[Progress, None, T]) -> T:
    done = -1.0
    while True:
        try:
            step = next(making)
        except StopIteration as ended:
            value: T = ended.value
            return value
        assert step.done >= done
        done = step.done


def tracked(folder: Path, at: int = 0) -> Track:
    mask = disc_at(at).astype(np.float32)
    return finished(follow(rolling, mask, at, count=SHAPE.frames, folder=folder))


@pytest.mark.parametrize("at", [0, 9, 19])
def test_a_mask_is_followed_to_both_ends(tmp_path: Path, at: int) -> None:
    track = tracked(tmp_path, at)
    for number in (0, 10, 19):
        seen, true = track.mask(number, SIZE) > 0.5, disc_at(number)
        assert (seen & true).sum() / (seen | true).sum() > 0.8, number
    moved = track.body[19] @ np.linalg.inv(track.body[0])
    middle = moved @ np.array([0.25, 70 / SIZE[0], 1])
    assert middle[0] * SIZE[0] == pytest.approx(60 + 5 * 19, abs=7)
    assert moved[0, 0] == pytest.approx(1.0, abs=0.06)
    assert np.allclose(track.camera[19], np.eye(3), atol=0.01)


def passing(count: int) -> Iterator[Picture]:
    """A spotted disc that stays, before rocks of nearly its own colours that pass by."""
    draw = np.random.default_rng(8)
    rocks = cv2.resize(
        draw.integers(60, 200, (20, 110, 3)).astype(np.uint8), (880, SIZE[1]), None, 0, 0, 2
    )
    skin = cv2.resize(draw.integers(90, 220, (12, 16, 3)).astype(np.uint8), SIZE, None, 0, 0, 2)
    skin[..., 2] = skin[..., 2] // 2
    inside = disc_at(12)[..., None]
    for number in range(count):
        left = 6 * number
        yield np.asarray(np.where(inside, skin, rocks[:, left : left + SIZE[0]]), np.uint8)


def test_a_mask_does_not_drift_with_what_passes_behind_it(tmp_path: Path) -> None:
    true = disc_at(12)
    track = finished(
        follow(lambda: passing(90), true.astype(np.float32), 0, count=90, folder=tmp_path)
    )
    for number in (30, 60, 89):
        seen = track.mask(number, SIZE) > 0.5
        assert (seen & true).sum() / (seen | true).sum() > 0.9, number


def test_what_was_behind_is_seen_again(tmp_path: Path) -> None:
    plate = clean_plate(rolling(), tracked(tmp_path), count=SHAPE.frames)
    assert np.abs(plate.astype(int) - meadow()).mean() < 4


def swapped(folder: Path, image: Path, name: str, mask: NDArray[np.float32]) -> list[Picture]:
    work = Swapping(read=rolling, mask=mask, name=name, image=image, at=0)
    return list(finished(frames(work, shape=SHAPE, folder=folder)))


@pytest.fixture
def blue(tmp_path: Path) -> Path:
    y, x = np.mgrid[0:200, 0:200]
    inside = ((x - 100) ** 2 + (y - 100) ** 2 < 70**2)[..., None]
    shown = np.where(inside, (30, 40, 220), (200, 200, 200)).astype(np.uint8)
    Image.fromarray(shown).save(tmp_path / "blue.png")
    return tmp_path / "blue.png"


def test_another_thing_moves_as_the_first_did(tmp_path: Path, blue: Path) -> None:
    film = swapped(tmp_path, blue, OBJECT, disc_at(0).astype(np.float32))
    assert len(film) == SHAPE.frames
    places = []
    for frame in (film[0], film[-1]):
        values = frame.astype(int)
        seen = values[..., 2] > values[..., :2].max(-1) + 30
        assert seen.sum() > 400
        places.append(np.nonzero(seen)[1].mean())
        red = values[..., 0] > values[..., 1:].max(-1) + 60
        assert red.mean() < 0.01
    assert places[1] - places[0] == pytest.approx(95, abs=14)


def test_another_background_leaves_the_thing(tmp_path: Path, blue: Path) -> None:
    mask = 1 - disc_at(0).astype(np.float32)
    film = swapped(tmp_path, blue, BACKGROUND, np.asarray(mask, np.float32))
    last = film[-1].astype(int)
    core = last[60:80, 145:165]
    assert (core[..., 0] > core[..., 1:].max(-1)).mean() > 0.9
    green = last[..., 1] > last[..., [0, 2]].max(-1) + 25
    assert green.mean() < 0.06


def test_an_empty_mask_cannot_be_swapped(tmp_path: Path, blue: Path) -> None:
    with pytest.raises(CannotMake, match="mask is empty"):
        swapped(tmp_path, blue, PERSON, np.zeros(SIZE[::-1], np.float32))


def test_a_face_makes_a_person(photos: Path) -> None:
    found = find_masks(load(photos / "astronaut.jpg"))
    assert PERSON in found
    assert 0.1 < float(found[PERSON].mean()) < 0.7
    total = np.sum(list(found.values()), axis=0)
    assert float(total.min()) > 0.6


def test_every_picture_has_a_background() -> None:
    for picture in (np.full((64, 96, 3), 90, np.uint8), np.zeros((2, 2, 3), np.uint8)):
        assert set(find_masks(picture)) >= {BACKGROUND}


def test_a_far_background_moves_less() -> None:
    zoomed = np.diag([2.0, 2.0, 1.0])
    assert 1.0 < damped(zoomed)[0, 0] < 1.4
    assert np.allclose(damped(np.eye(3)), np.eye(3))


def test_what_a_frame_is_about_hangs_together_with_a_face(photos: Path) -> None:
    picture = load(photos / "astronaut.jpg")
    main, found = find_main(picture), find_masks(picture)
    assert main is not None
    parts, _ = cv2.connectedComponents((main > 0.5).astype(np.uint8))
    assert parts == 2
    x, y = (round(value) for value in find_faces(picture)[0].centre)
    assert main[y, x] > 0.9
    beside = found[OBJECT] > 0.5
    assert float(main[beside].mean()) < 0.1


def test_nothing_is_the_main_thing_of_a_plain_frame() -> None:
    assert find_main(np.full((120, 160, 3), 140, np.uint8)) is None


def test_what_is_hidden_is_made_of_what_is_around_it() -> None:
    stripes = np.zeros((120, 200, 3), np.uint8)
    stripes[:, ::10] = stripes[:, 1::10] = stripes[:, 2::10] = (200, 180, 90)
    hidden = np.zeros((120, 200), np.float32)
    hidden[40:80, 80:120] = 1
    spoiled = stripes.copy()
    spoiled[hidden > 0] = (255, 0, 255)
    made = fill_from_around(spoiled, hidden)[40:80, 80:120].astype(float)
    # Smeared colours would be the same everywhere; stripes go on as stripes.
    assert made.std(axis=1).mean() > 0.6 * stripes[40:80, 80:120].std(axis=1).mean()
    assert np.abs(made.mean((0, 1)) - stripes.mean((0, 1))).max() < 25
    everything = np.ones((120, 200), np.float32)
    assert np.array_equal(fill_from_around(spoiled, everything), spoiled)


def test_what_goes_takes_its_feet_and_shade_along() -> None:
    mask = np.zeros((100, 100), np.float32)
    mask[20:70, 40:60] = 1
    gone = with_feet(mask)
    assert gone[70:77, 50].all()
    assert gone[70:76, 32:68].all()
    assert not gone[80:].any()
    assert not gone[:20].any()
    assert not gone[20:50, :40].any()
    assert not with_feet(np.zeros((10, 10), np.float32)).any()
