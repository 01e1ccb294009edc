"""Every template of the catalog is made, is the same for a seed, and changes the picture."""

from pathlib import Path

import numpy as np
import pytest

from kinora.catalog.templates import Template, load_templates
from kinora.engines.studio.effects.room import frames
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.stills.room import picture
from kinora.ports.engine import Shape

FILMS = [template for template in load_templates() if template.kind == "video"]
STILLS = [template for template in load_templates() if template.kind == "image"]
CLIP = Shape(width=160, height=96, frames=7, fps=2)
LATE = {
    "hologram",
    "snow-globe",
    "hug",
    "cheers",
    "face-to-face",
    "glitch",
    "timelapse",
    "neon-trace",
    "video-tape",
}
"""Effects that do not begin with the picture as it is."""


def given(photos: Path, count: int) -> list[Path]:
    return [photos / "astronaut.jpg", photos / "coffee.jpg"][:count]


def made(photos: Path, template: Template, shape: Shape = CLIP) -> list[Picture]:
    return list(frames(template.name, given(photos, template.images), shape=shape, seed=3))


def apart(a: Picture, b: Picture) -> float:
    return float(np.abs(a.astype(int) - b).mean())


def test_there_are_enough_of_them_and_their_numbers_and_names_are_their_own() -> None:
    assert len(FILMS) >= 24
    assert len(STILLS) >= 12
    every = load_templates()
    assert len({template.id for template in every}) == len(every)
    assert len({template.name for template in every}) == len(every)
    assert len({template.display_name for template in every}) == len(every)
    assert {template.images for template in every} == {1, 2}


@pytest.mark.parametrize("template", FILMS, ids=lambda template: template.name)
def test_a_film_template_changes_the_picture(photos: Path, template: Template) -> None:
    film = made(photos, template)
    assert len(film) == CLIP.frames
    assert {frame.shape for frame in film} == {(96, 160, 3)}
    assert {frame.dtype for frame in film} == {np.dtype(np.uint8)}
    assert max(apart(film[0], frame) for frame in film) > 4
    plain = next(frames("pixelate", given(photos, 1), shape=CLIP, seed=3))
    if template.name not in LATE and template.images == 1:
        assert apart(film[0], plain) < 14


@pytest.mark.parametrize("template", FILMS[::6], ids=lambda template: template.name)
def test_the_same_seed_gives_the_same_film(photos: Path, template: Template) -> None:
    once, again = made(photos, template), made(photos, template)
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))


@pytest.mark.parametrize(
    "template", [each for each in FILMS if each.images == 2], ids=lambda each: each.name
)
def test_both_pictures_are_seen(photos: Path, template: Template) -> None:
    one = made(photos, template)
    same = list(frames(template.name, [photos / "astronaut.jpg"] * 2, shape=CLIP, seed=3))
    other = list(frames(template.name, [photos / "coffee.jpg"] * 2, shape=CLIP, seed=3))
    assert max(apart(a, b) for a, b in zip(one, same, strict=True)) > 4
    assert max(apart(a, b) for a, b in zip(one, other, strict=True)) > 4


@pytest.mark.parametrize("template", FILMS[:: max(1, len(FILMS) // 9)], ids=lambda each: each.name)
def test_upright_pictures_work_too(photos: Path, template: Template) -> None:
    tall = Shape(width=90, height=160, frames=2, fps=1)
    assert [frame.shape for frame in made(photos, template, tall)] == [(160, 90, 3)] * 2


@pytest.mark.parametrize("template", STILLS, ids=lambda template: template.name)
def test_a_still_template_changes_the_picture(photos: Path, template: Template) -> None:
    shape = Shape(width=160, height=160, frames=1, fps=0)
    paths = given(photos, template.images)
    once, again = (picture(template.name, paths, shape=shape) for _ in range(2))
    assert once.shape == (160, 160, 3)
    assert np.array_equal(once, again)
    assert apart(once, cover(load(paths[0]), 160, 160)) > 4
