"""A larger film is nearer to the truth than a plain enlargement, and exactly as asked."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from kinora.engines.studio.film import write_film
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.upscale import room
from kinora.engines.studio.upscale.enlarge import Enlarger, planes
from kinora.engines.studio.upscale.sampling import blur_of, lanczos, undo
from kinora.engines.studio.upscale.steady import noise, steadied
from kinora.ports.engine import Shape

WIDTH, HEIGHT = 320, 192
TIMES = 4


def drawing(shift: float = 0.0) -> Picture:
    """Return discs, bars at many angles and a soft ground, drawn finely and averaged."""
    fine = 4
    picture = np.full((HEIGHT * fine, WIDTH * fine, 3), 70, np.uint8)
    picture[:] += np.linspace(0, 60, WIDTH * fine).astype(np.uint8)[None, :, None]
    for number in range(14):
        angle = number * 0.45
        x = int((24 + 21 * number + shift) * fine)
        tip = (x + int(260 * np.cos(angle)), 340 + int(260 * np.sin(angle)))
        cv2.line(picture, (x, 340), tip, (230, 60 + 12 * number, 40), 6 + number, cv2.LINE_AA)
        cv2.circle(picture, (x, 620), 20 + 2 * number, (30, 90, 200), -1, cv2.LINE_AA)
    size = (WIDTH, HEIGHT)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def smaller(picture: Picture) -> Picture:
    size = (WIDTH // TIMES, HEIGHT // TIMES)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def likeness(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Return the ratio of peak to error in decibels."""
    return float(10 * np.log10(255**2 / np.square(a - b).mean()))


def film_of(path: Path, pictures: Iterator[Picture], *, frames: int) -> Path:
    first = next(pictures)
    height, width = first.shape[:2]
    shape = Shape(width=width, height=height, frames=frames, fps=12)

    def every() -> Iterator[Picture]:
        yield first
        yield from pictures

    list(write_film(path, every(), shape=shape, sound=None))
    return path


@pytest.mark.parametrize(("careful", "gain"), [(False, 0.3), (True, 0.6)])
def test_what_was_made_smaller_comes_back_better_than_by_lanczos(
    careful: bool, gain: float
) -> None:
    truth = drawing()
    small = smaller(truth)
    plain = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_LANCZOS4)
    enlarge = Enlarger((WIDTH // TIMES, HEIGHT // TIMES), (WIDTH, HEIGHT), careful, grain=0.0)
    made, by_lanczos, wanted = (
        planes(each)[0] for each in (enlarge(small, seed=1), np.asarray(plain), truth)
    )
    assert likeness(made, wanted) > likeness(by_lanczos, wanted) + gain


def test_edges_have_no_halos() -> None:
    step = np.full((24, 32, 3), 60, np.uint8)
    step[:, 16:] = 190
    made = Enlarger((32, 24), (128, 96), careful=True, grain=0.0)(step, seed=1)
    assert made.min() >= 54
    assert made.max() <= 196


def test_a_plain_colour_stays_as_it_is() -> None:
    plain = np.full((24, 32, 3), (200, 90, 40), np.uint8)
    made = Enlarger((32, 24), (100, 70), careful=True)(plain, seed=1)
    assert np.abs(made.reshape(-1, 3).mean(0) - (200, 90, 40)).max() < 1
    assert np.abs(made.astype(int) - plain[0, 0]).max() <= 4


def test_undoing_gives_means_back() -> None:
    plane = planes(smaller(drawing()))[0]
    height, width = plane.shape
    again = undo(plane, blur_of(width, width * 4))
    large = cv2.resize(again, (width * 4, height * 4), interpolation=cv2.INTER_CUBIC)
    given = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)
    plain = cv2.resize(plane, (width * 4, height * 4), interpolation=cv2.INTER_CUBIC)
    blurred = cv2.resize(plain, (width, height), interpolation=cv2.INTER_AREA)
    assert np.abs(given - plane).mean() < 0.35 * np.abs(blurred - plane).mean()


def test_weights_are_whole() -> None:
    told = lanczos(37, 100)
    assert told.taps.sum(1) == pytest.approx(1.0, abs=1e-5)
    assert blur_of(37, 111).sum() == pytest.approx(1.0, abs=1e-5)


def test_noise_goes_and_movement_stays() -> None:
    rng = np.random.default_rng(2)
    clean = [drawing(shift=2.0 * number) for number in range(3)]
    noisy = [
        np.clip(each + rng.normal(0, 4, each.shape), 0, 255).astype(np.uint8) for each in clean
    ]
    made = list(steadied(iter(noisy)))
    off = [np.abs(a.astype(float) - b).mean() for a, b in zip(noisy, clean, strict=True)]
    left = [np.abs(a.astype(float) - b).mean() for a, b in zip(made, clean, strict=True)]
    assert len(made) == 3
    assert left[1] < 0.75 * off[1]
    assert noise(noisy[1]) > 2.5 > noise(made[1])


@pytest.mark.parametrize(
    "shape",
    [
        Shape(width=256, height=144, frames=5, fps=12),
        Shape(width=144, height=256, frames=4, fps=24),
        Shape(width=64, height=36, frames=3, fps=12),
    ],
    ids=["larger", "upright and faster", "smaller"],
)
def test_a_film_is_as_large_and_as_long_as_asked(tmp_path: Path, shape: Shape) -> None:
    pictures = (smaller(drawing(shift=number)) for number in range(5))
    path = film_of(tmp_path / "a.mp4", pictures, frames=5)
    made = list(room.frames(path, shape=shape, seed=3))
    assert len(made) == shape.frames
    assert {each.shape for each in made} == {(shape.height, shape.width, 3)}
    assert all(each.dtype == np.uint8 and each.flags.c_contiguous for each in made)


def test_the_same_seed_gives_the_same_film_and_another_other_grain(tmp_path: Path) -> None:
    path = film_of(tmp_path / "a.mp4", (smaller(drawing()) for _ in range(3)), frames=3)
    shape = Shape(width=160, height=96, frames=3, fps=12)
    first, again, other = (
        np.stack(list(room.frames(path, shape=shape, seed=seed))) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert 0 < np.abs(first.astype(int) - other).mean() < 2
