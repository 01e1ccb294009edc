"""Things and animals that a prompt names are found, drawn in relief, lit and moved."""

from collections.abc import Iterator

import numpy as np
import pytest

from kinora.domain.order import Words
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.stage import read_plan, text_frames
from kinora.engines.studio.subjects.inflate import make_figure
from kinora.engines.studio.subjects.lighting import lit, look_around, turned
from kinora.engines.studio.subjects.naming import find_subjects, nouns, read_action
from kinora.engines.studio.subjects.staging import Stage, staged
from kinora.ports.engine import Shape

CLIP = Shape(width=240, height=136, frames=6, fps=2)


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("a cat", ["cat"]),
        ("two cats", ["cat", "cat"]),
        ("three birds and a fish", ["bird", "bird", "bird"]),
        ("a dog and a cat", ["dog", "cat"]),
        ("butterflies over a meadow", ["butterfly"]),
        ("a kitten", ["cat"]),
        ("wolves howling", ["wolf"]),
        ("a catalog of cartoons", []),
        ("a lighthouse at dusk", []),
        ("mountains", []),
        ("", []),
        ("A RED CAR", ["car"]),
        ("a hot-air balloon", ["balloon"]),
        ("boats on the sea", ["boat"]),
    ],
)
def test_subjects_are_found(prompt: str, found: list[str]) -> None:
    assert [subject.noun for subject in find_subjects(prompt)] == found


def test_a_colour_belongs_to_the_noun_that_follows_it() -> None:
    red, plain = find_subjects("a red car beside an elephant")
    assert (red.material, plain.material) == ("red", "grey")
    (shining,) = find_subjects("a shiny golden guitar")
    assert shining.material == "golden"


@pytest.mark.parametrize(
    ("prompt", "action"),
    [
        ("a cat walking home", "walk"),
        ("a rabbit jumps", "jump"),
        ("an eagle soaring", "fly"),
        ("a cat", ""),
    ],
)
def test_actions_are_read(prompt: str, action: str) -> None:
    assert read_action(prompt) == action


@pytest.mark.parametrize("noun", sorted(nouns().nouns))
def test_every_noun_has_a_figure_and_a_material(noun: str) -> None:
    sign, _, material = nouns().nouns[noun]
    figure = make_figure(sign, height=48, outlined=False)
    assert 0.12 < figure.alpha.mean() < 0.97
    assert figure.up.max() > 3
    assert material in nouns().materials


def test_synonyms_and_colours_lead_somewhere() -> None:
    assert set(nouns().synonyms.values()) <= set(nouns().nouns)


def test_a_figure_is_lit_by_its_surroundings() -> None:
    figure = make_figure("🐈", height=80, outlined=False)
    scenes = [np.full((9, 16, 3), colour, np.uint8) for colour in ((200, 90, 60), (20, 30, 60))]
    warm, dark = (
        lit(figure, "white", look_around(scene, "day"), yaw=0.0)[figure.alpha > 0.9].mean(0)
        for scene in scenes
    )
    assert warm.sum() > dark.sum()
    assert warm[0] > warm[2]
    assert dark[2] > dark[0]


def test_a_turned_figure_is_narrower_and_a_full_turn_brings_it_back() -> None:
    figure = make_figure("🚗", height=80, outlined=True)
    side = turned(figure, 1.1)
    assert side.alpha.sum() < 0.75 * figure.alpha.sum()
    again = turned(figure, 2 * np.pi)
    assert np.abs(again.alpha - figure.alpha).mean() < 0.02


def backdrop() -> Iterator[Picture]:
    for _ in range(CLIP.frames):
        yield np.full((CLIP.height, CLIP.width, 3), 120, np.uint8)


def act(prompt: str, action: str, *, ground: str = "", seed: int = 1) -> list[Picture]:
    stage = Stage(scene="terrain", light="day", ground=ground, speed=1.0)
    subjects = find_subjects(prompt)
    return list(staged(backdrop(), subjects, action, stage=stage, shape=CLIP, seed=seed))


def middle(picture: Picture) -> float:
    """Return the mean column of what is not backdrop."""
    seen = np.abs(picture[:100].astype(int) - 120).max(2) > 20
    return float(np.nonzero(seen)[1].mean())


def highest(picture: Picture) -> int:
    """Return the first row of what is not backdrop."""
    return int(np.nonzero((np.abs(picture.astype(int) - 120).max(2) > 20).any(1))[0][0])


def test_a_walk_goes_one_way() -> None:
    places = [middle(frame) for frame in act("a cat", "walk")]
    steps = np.diff([places[0], places[-1]])
    assert abs(steps[0]) > 5


def test_who_flies_is_higher_than_who_walks() -> None:
    walks, flies = (min(map(highest, act("an eagle", action))) for action in ("walk", "fly"))
    assert flies < walks - 20


def test_the_same_seed_gives_the_same_film_and_several_subjects_stand_apart() -> None:
    once, again = act("two cats", "rest"), act("two cats", "rest")
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    seen = (np.abs(once[0].astype(int) - 120).max(2) > 20).any(0)
    assert not seen[110:130].all()
    assert seen[:100].any()
    assert seen[140:].any()


@pytest.mark.parametrize("ground", ["green", "water", "arctic", "studio"])
def test_the_ground_is_under_the_figure_only(ground: str) -> None:
    frame = act("a cat", "rest", ground=ground)[0]
    assert np.abs(frame[:8].astype(int) - 120).max() <= 1
    assert np.abs(frame[-8:].astype(int) - 120).mean() > 3


@pytest.mark.parametrize(
    ("prompt", "scene", "ground"),
    [
        ("a cat", "terrain", "green"),
        ("a cat in the snow", "terrain", "arctic"),
        ("a red car", "city", ""),
        ("a rocket", "planet", ""),
        ("a boat on the sea", "terrain", "water"),
        ("a guitar", "ink", "studio"),
        ("a bird flying over a valley", "terrain", ""),
        ("a bird", "clouds", ""),
    ],
)
def test_subjects_are_at_home(prompt: str, scene: str, ground: str) -> None:
    plan = read_plan(Words(prompt=prompt), seed=1)
    assert (plan.scene, plan.ground) == (scene, ground)


@pytest.mark.parametrize("size", [(136, 240), (136, 136), (280, 120)])
def test_a_subject_fits_every_aspect_ratio(size: tuple[int, int]) -> None:
    shape = Shape(width=size[0], height=size[1], frames=1, fps=24)
    with_cat, without = (
        next(text_frames(Words(prompt=prompt), shape=shape, seed=4)).astype(int)
        for prompt in ("a cat in a meadow at noon", "a meadow at noon")
    )
    assert with_cat.shape == (size[1], size[0], 3)
    changed = np.abs(with_cat - without).max(2) > 40
    assert changed.any(1).sum() > 0.25 * min(size)
