"""A film that goes on has no jump at the seam, never stands still and never falls apart."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from kinora.domain.order import Words
from kinora.engines.studio.extend import camera, loop, room
from kinora.engines.studio.extend.past import Past
from kinora.engines.studio.extend.sound import extended_sound
from kinora.engines.studio.film import write_film
from kinora.engines.studio.reel import RATE, Picture, Waves
from kinora.engines.studio.source import reading
from kinora.ports.engine import Shape

WIDTH, HEIGHT, FPS = 192, 112, 24
OWN, MORE = 36, 30
WHOLE = Shape(width=WIDTH, height=HEIGHT, frames=OWN + MORE, fps=FPS)
NO_WORDS = Words(prompt="")


def scenery(side: int = 420) -> Picture:
    """Return a picture with much to follow: soft spots of many sizes."""
    rng = np.random.default_rng(5)
    made = np.zeros((side, side, 3), np.float32)
    for size, weight in ((14, 1.0), (5, 0.5), (2, 0.25)):
        rough = rng.random((side, side, 3), np.float32) - 0.5
        soft = cv2.GaussianBlur(rough, (0, 0), size)
        made += soft / soft.std() * weight
    return np.clip(128 + 45 * made, 0, 255).astype(np.uint8)


def panned(number: int) -> Picture:
    return view(60 + 2.0 * number, 100)


def nearing(number: int) -> Picture:
    zoom = 1.008**number
    size = (int(WIDTH / zoom * 1.4) // 2 * 2, int(HEIGHT / zoom * 1.4) // 2 * 2)
    patch = cv2.getRectSubPix(scenery(), size, (210, 210))
    return np.asarray(cv2.resize(patch, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def swaying(number: int) -> Picture:
    return view(100 + 3 * float(np.sin(number * 2 * np.pi / 24)), 100)


def flowing(number: int) -> Picture:
    picture = view(60, 60).copy()
    picture[HEIGHT // 2 :] = view(250 - 1.0 * number, 140)[HEIGHT // 2 :]
    return picture


def still(_: int) -> Picture:
    return view(60, 60)


def view(x: float, y: float) -> Picture:
    centre = (x + WIDTH / 2, y + HEIGHT / 2)
    return np.asarray(cv2.getRectSubPix(SCENERY, (WIDTH, HEIGHT), centre), np.uint8)


SCENERY = scenery()
SCENES: list[Callable[[int], Picture]] = [panned, nearing, swaying, flowing]


def film_of(path: Path, scene: Callable[[int], Picture], sound: Waves | None = None) -> Path:
    shape = Shape(width=WIDTH, height=HEIGHT, frames=OWN, fps=FPS)
    pictures: Iterator[Picture] = (scene(number) for number in range(OWN))
    list(write_film(path, pictures, shape=shape, sound=sound))
    return path


def extended(path: Path, words: Words = NO_WORDS, *, seed: int = 3) -> list[Picture]:
    return list(room.frames(path, words, shape=WHOLE, seed=seed, source_frames=OWN))


def steps(frames: list[Picture]) -> list[float]:
    return [float(np.abs(a.astype(np.int16) - b).mean()) for a, b in pairwise(frames)]


def sharpness(picture: Picture) -> float:
    return float(cv2.Laplacian(picture, cv2.CV_32F).std())


def past_of(scene: Callable[[int], Picture]) -> Past:
    past = Past()
    for number in range(OWN):
        past.keep(scene(number))
    return past


@pytest.mark.parametrize("scene", SCENES)
def test_there_is_no_jump_and_no_standstill_and_no_mush(
    tmp_path: Path, scene: Callable[[int], Picture]
) -> None:
    frames = extended(film_of(tmp_path / "a.mp4", scene))
    moved = steps(frames)
    usual = float(np.median(moved[: OWN - 1]))
    assert len(frames) == WHOLE.frames
    assert moved[OWN - 1] <= 1.5 * usual
    assert max(moved[OWN:]) <= 2.5 * usual
    assert min(moved[OWN - 1 :]) > 0.05
    assert sharpness(frames[-1]) > 0.55 * sharpness(frames[OWN - 1])


def test_the_film_itself_comes_first(tmp_path: Path) -> None:
    path = film_of(tmp_path / "a.mp4", panned)
    own = reading.frames(path, size=(WIDTH, HEIGHT), fps=FPS, count=OWN)
    assert np.array_equal(np.stack(extended(path)[:OWN]), np.stack(list(own)))


def test_even_a_still_film_does_not_stand_still(tmp_path: Path) -> None:
    moved = steps(extended(film_of(tmp_path / "a.mp4", still)))
    assert float(np.median(moved[OWN + 8 :])) > 0.1


def test_what_comes_back_runs_again_and_what_moves_on_moves_on() -> None:
    assert loop.places_to_go_on(past_of(swaying), fps=FPS)
    assert not loop.places_to_go_on(past_of(panned), fps=FPS)
    assert not loop.places_to_go_on(past_of(still), fps=FPS)


def test_a_run_begins_in_the_same_phase() -> None:
    place = loop.places_to_go_on(past_of(swaying), fps=FPS)[0]
    assert (OWN - place) % 24 in {0, 1, 23}


def test_the_camera_is_measured() -> None:
    recent = [panned(number) for number in range(7)]
    found, follows = camera.measured(recent)
    assert found.x * WIDTH == pytest.approx(-2.0, abs=0.15)
    assert abs(found.zoom) < 0.002
    assert follows > 0.8
    nearer, _ = camera.measured([nearing(number) for number in range(7)])
    assert nearer.zoom == pytest.approx(np.log(1.008), rel=0.25)


def test_a_camera_that_goes_on_starts_at_its_own_speed() -> None:
    own = camera.Motion(x=-0.1, zoom=0.2)
    first = camera.Path(own, camera.Motion(), FPS).at(1)
    assert first.x * FPS == pytest.approx(own.x, rel=0.05)
    assert first.zoom * FPS == pytest.approx(own.zoom, rel=0.3)


@pytest.mark.parametrize(
    ("prompt", "sign"), [("pan to the left", 1), ("pan to the right", -1), ("a cup", 0)]
)
def test_words_move_the_camera(prompt: str, sign: int, tmp_path: Path) -> None:
    frames = extended(film_of(tmp_path / "a.mp4", still), Words(prompt=prompt))
    found, _ = camera.measured(frames[-7:])
    assert np.sign(round(found.x * WIDTH / 0.12)) == sign


def test_night_comes_slowly_and_only_once(tmp_path: Path) -> None:
    path = film_of(tmp_path / "a.mp4", still)
    frames = extended(path, Words(prompt="night falls"))
    levels = [float(frame.mean()) for frame in frames]
    assert levels[-1] < 0.75 * levels[0]
    assert abs(levels[OWN] - levels[OWN - 1]) < 2
    dark = film_of(tmp_path / "b.mp4", lambda number: np.asarray(still(number) // 3, np.uint8))
    kept = [float(frame.mean()) for frame in extended(dark, Words(prompt="night falls"))]
    assert kept[-1] > 0.9 * kept[0]


def test_the_same_seed_gives_the_same_film(tmp_path: Path) -> None:
    path = film_of(tmp_path / "a.mp4", flowing)
    first, again = (np.stack(extended(path, seed=4)[OWN:]) for _ in range(2))
    assert np.array_equal(first, again)


def hum(seconds: float) -> Waves:
    rng = np.random.default_rng(1)
    t = np.arange(round(seconds * RATE)) / RATE
    wave = 0.2 * np.sin(2 * np.pi * 220 * t) + 0.02 * rng.standard_normal(len(t))
    return np.stack([wave, wave], -1).astype(np.float32)


def test_sound_goes_on_without_a_gap_or_a_click(tmp_path: Path) -> None:
    own = OWN / FPS
    path = film_of(tmp_path / "a.mp4", still, hum(own))
    heard = extended_sound(path, seconds=own + 3, source_seconds=own, seed=2)
    assert heard is not None
    assert heard.shape == (round((own + 3) * RATE), 2)
    body = heard[RATE // 2 : -RATE // 2, 0]
    levels = np.sqrt(np.square(body[: len(body) // 2400 * 2400]).reshape(-1, 2400).mean(1))
    assert levels.min() > 0.6 * levels.max()
    clicks = np.abs(np.diff(body, 2))
    assert clicks.max() < 2.0 * clicks[:RATE].max()


def test_silence_stays_silence(tmp_path: Path) -> None:
    path = film_of(tmp_path / "a.mp4", still)
    assert extended_sound(path, seconds=3, source_seconds=1.5, seed=1) is None
    quiet = film_of(tmp_path / "b.mp4", still, np.zeros((round(1.5 * RATE), 2), np.float32))
    assert extended_sound(quiet, seconds=3, source_seconds=1.5, seed=1) is None
