"""Places that a view alone tells: each is itself, moves, and follows light, palette and camera."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from kinora.domain.order import Words
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.stage import PLACES, read_plan
from kinora.engines.studio.scenes.view import View
from kinora.ports.engine import Shape

CLIP = Shape(width=160, height=90, frames=8, fps=8)


def made(place: str, view: View = View(), *, shape: Shape = CLIP, seed: int = 3) -> list[Picture]:  # noqa: B008 - frozen
    return list(PLACES[place](view, shape=shape, seed=seed))


@pytest.mark.parametrize("place", PLACES)
def test_it_is_the_same_again_and_another_by_another_seed(place: str) -> None:
    first, again, other = made(place), made(place), made(place, seed=8)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert np.abs(first[0].astype(int) - other[0]).mean() > 2


@pytest.mark.parametrize("place", PLACES)
def test_it_moves_without_jumps(place: str) -> None:
    film = made(place)
    assert len(film) == CLIP.frames
    steps = [np.abs(a.astype(int) - b).mean() for a, b in itertools.pairwise(film)]
    assert min(steps) > 0.3
    assert max(steps) < 4 * np.median(steps)
    assert np.std(film[0].astype(float)) > 10


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("size", [(64, 36), (90, 160), (128, 128), (210, 90), (34, 18)])
def test_every_size_works(place: str, size: tuple[int, int]) -> None:
    shape = replace(CLIP, width=size[0], height=size[1], frames=2)
    for frame in made(place, shape=shape):
        assert frame.shape == (size[1], size[0], 3)
        assert frame.dtype == np.uint8


def brightness(place: str, **told: str) -> float:
    return float(made(place, View(**told))[0].mean())  # type: ignore[arg-type]


@pytest.mark.parametrize("place", ["forest", "fields", "underwater"])
def test_night_is_dark(place: str) -> None:
    assert brightness(place, light="night") < 0.75 * brightness(place, light="day")


@pytest.mark.parametrize(
    ("place", "palette", "channel"),
    [
        ("fire", "blue", 2),
        ("fire", "gold", 0),
        ("aurora", "green", 1),
        ("aurora", "violet", 2),
        ("fields", "violet", 2),
        ("fluid", "red", 0),
        ("fluid", "blue", 2),
        ("underwater", "blue", 2),
    ],
)
def test_the_palette_is_seen(place: str, palette: str, channel: int) -> None:
    means = made(place, View(palette=palette))[-1].reshape(-1, 3).mean(0)
    assert means.argmax() == channel


def test_flames_rise() -> None:
    shape = replace(CLIP, width=240, height=160, frames=10, fps=24)
    film = [frame.astype(np.float32).mean(-1) for frame in made("fire", shape=shape)]
    rising = falling = 0.0
    for before, after in itertools.pairwise(film):
        part = (slice(20, 110), slice(90, 150))
        shifted = [np.roll(before, by, 0)[part] for by in (-3, 3)]
        rising += float(np.abs(after[part] - shifted[0]).mean())
        falling += float(np.abs(after[part] - shifted[1]).mean())
    assert rising < falling


@pytest.mark.parametrize("place", ["forest", "aurora", "fields", "fire"])
def test_a_standing_camera_stands(place: str) -> None:
    still = made(place, View(camera="fix_bg", zoom=0.25))
    panned = made(place, View(camera="pan_left", zoom=0.25))
    away = [np.abs(film[0].astype(int) - film[-1]).mean() for film in (still, panned)]
    assert away[0] < away[1] + 0.5


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("a misty forest at dawn", "forest"),
        ("a field of wheat in the wind", "fields"),
        ("a coral reef underwater", "underwater"),
        ("aurora borealis over a lake", "aurora"),
        ("a campfire at night", "fire"),
        ("abstract fluid art, colourful", "fluid"),
        ("a lavender field at sunset", "fields"),
    ],
)
def test_prompts_lead_there(prompt: str, place: str) -> None:
    assert read_plan(Words(prompt=prompt), seed=1).scene == place
