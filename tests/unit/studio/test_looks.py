"""Words, cameras and odd inputs have the effect that they should."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kinora.domain.order import Motion, Words
from kinora.engines.studio.effects.room import EFFECTS
from kinora.engines.studio.effects.room import frames as effect
from kinora.engines.studio.imagevideo.room import frames as alive
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.stage import read_plan, text_frames
from kinora.engines.studio.stills.room import LOOKS
from kinora.engines.studio.stills.room import picture as still
from kinora.engines.studio.transition.room import frames as join
from kinora.engines.studio.words.cues import read_cues
from kinora.ports.engine import Shape

CLIP = Shape(width=128, height=80, frames=8, fps=24)


def apart(a: Picture, b: Picture) -> float:
    return float(np.abs(a.astype(np.int16) - b).mean())


def last(frames: Iterator[Picture]) -> Picture:
    return list(frames)[-1]


@pytest.mark.parametrize(
    ("prompt", "scene", "land", "light"),
    [
        ("a lighthouse at dusk", "terrain", "island", "dusk"),
        ("snowy mountains at night", "terrain", "alpine", "night"),
        ("Desert dunes at noon", "terrain", "desert", "day"),
        ("a nebula in deep space", "planet", "", ""),
        ("gold ink on black", "ink", "", ""),
    ],
)
def test_prompts_choose(prompt: str, scene: str, land: str, light: str) -> None:
    plan = read_plan(Words(prompt=prompt), seed=1)
    assert plan.scene == scene
    assert land in ("", plan.land)
    assert light in ("", plan.light)


def test_negative_words_take_choices_away() -> None:
    wanted = Words(prompt="a city street in the rain at night", negative_prompt="rain, night")
    cues = read_cues(wanted)
    assert cues.get("weather") == ""
    assert cues.get("light") != "night"


def test_quoted_words_become_lettering() -> None:
    assert read_cues(Words(prompt='silk, "Hello there"')).lettering == "Hello there"


def test_seed_style_camera_motion_and_negative_words_are_seen() -> None:
    base = Words(prompt="mountains, snow")
    plain = last(text_frames(base, shape=CLIP, seed=3))
    others = {
        "seed": last(text_frames(base, shape=CLIP, seed=4)),
        "style": last(text_frames(Words(prompt=base.prompt, style="comic"), shape=CLIP, seed=3)),
        "camera": last(
            text_frames(Words(prompt=base.prompt, camera="pan_left"), shape=CLIP, seed=3)
        ),
        "motion": last(
            text_frames(Words(prompt=base.prompt, motion=Motion.FAST), shape=CLIP, seed=3)
        ),
        "negative": last(
            text_frames(Words(prompt=base.prompt, negative_prompt="snow"), shape=CLIP, seed=3)
        ),
    }
    assert {name: apart(plain, other) > 1.0 for name, other in others.items()} == dict.fromkeys(
        others, True
    )


CAMERAS = ("zoom_in", "zoom_out", "pan_left", "pan_right", "crane_up", "camera_rotation", "fix_bg")


def test_each_camera_moves_a_picture_its_own_way(photos: Path) -> None:
    ends = {
        name: last(alive(photos / "cat.jpg", Words(prompt="", camera=name), shape=CLIP, seed=1))
        for name in CAMERAS
    }
    pairs = [(a, b) for i, a in enumerate(CAMERAS) for b in CAMERAS[i + 1 :]]
    assert [pair for pair in pairs if apart(ends[pair[0]], ends[pair[1]]) < 1.0] == []


@pytest.mark.parametrize("name", ["astronaut.jpg", "cat.jpg", "coffee.jpg", "rocket.jpg"])
def test_no_black_borders(photos: Path, name: str) -> None:
    path = photos / name
    for camera in ("pan_left", "camera_rotation", "zoom_out"):
        frames = list(alive(path, Words(prompt="", camera=camera), shape=CLIP, seed=2))
        first = frames[0].astype(int)
        for frame in frames:
            rim = np.concatenate([frame[0], frame[-1], frame[:, 0], frame[:, -1]])
            assert rim.mean() > first.mean() * 0.2


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (40, 40)])
def test_odd_pictures_work(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "odd.png"
    Image.new("RGBA", size, (200, 80, 40, 90)).save(path)
    for frames in (
        alive(path, Words(prompt="rain"), shape=CLIP, seed=1),
        effect("dust", [path], shape=CLIP, seed=1),
        join(path, path, Words(prompt=""), shape=CLIP, seed=1),
    ):
        assert last(frames).shape == (80, 128, 3)


def test_a_transition_begins_and_ends_with_the_pictures(photos: Path) -> None:
    for prompt in ("ink", "zoom", "whip", ""):
        made = list(
            join(
                photos / "cat.jpg", photos / "rocket.jpg", Words(prompt=prompt), shape=CLIP, seed=1
            )
        )
        again = list(
            join(
                photos / "rocket.jpg", photos / "cat.jpg", Words(prompt=prompt), shape=CLIP, seed=1
            )
        )
        assert np.array_equal(made[0], again[-1])
        assert np.array_equal(made[-1], again[0])


def test_every_effect_is_its_own_and_changes(photos: Path) -> None:
    ends = {}
    for name in [*EFFECTS, "explode"]:
        frames = list(effect(name, [photos / "astronaut.jpg"], shape=CLIP, seed=1))
        assert max(apart(frames[0], frame) for frame in frames) > 0.8, name
        ends[name] = frames[4]
    names = list(ends)
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    assert all(apart(ends[a], ends[b]) > 1.0 for a, b in pairs)


def test_every_look_is_its_own(photos: Path) -> None:
    shape = Shape(width=150, height=100, frames=1, fps=0)
    made = {name: still(name, [photos / "cat.jpg"], shape=shape) for name in LOOKS}
    names = list(made)
    assert all(apart(made[a], made[b]) > 2.0 for i, a in enumerate(names) for b in names[i + 1 :])
