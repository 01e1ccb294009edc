"""What a prompt names is what is seen: scenes, light, weather and camera leave their mark."""

import numpy as np
import pytest

from kinora.domain.order import Words
from kinora.engines.studio.imagevideo.air import make_air
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.city import Drive, frames
from kinora.engines.studio.scenes.stage import read_plan, text_frames
from kinora.ports.engine import Shape

SMALL = Shape(width=160, height=90, frames=2, fps=1)


def drive(
    *,
    seed: int = 3,
    shape: Shape = SMALL,
    light: str = "night",
    weather: str = "",
    camera: str = "",
) -> list[Picture]:
    way = Drive(light=light, weather=weather, camera=camera)
    return list(frames(way, shape=shape, seed=seed))


def brightness(pictures: list[Picture]) -> float:
    return float(np.mean(pictures))


def test_a_city_is_the_same_for_a_seed_and_another_for_another() -> None:
    assert np.array_equal(drive(seed=3), drive(seed=3))
    assert not np.array_equal(drive(seed=3), drive(seed=4))


def test_a_city_by_day_is_brighter_than_at_dusk_and_at_night() -> None:
    day, dusk, night = (brightness(drive(light=light)) for light in ("day", "dusk", "night"))
    assert day > dusk > night


def test_rain_makes_the_street_mirror_the_lights() -> None:
    wet, dry = (drive(weather=weather)[0][60:, 40:120] for weather in ("rain", ""))
    assert wet.std() > 1.2 * dry.std()


def test_snow_lies_on_the_street() -> None:
    assert brightness(drive(light="day", weather="snow")) > brightness(drive(light="day"))


@pytest.mark.parametrize("size", [(90, 160), (128, 128), (210, 90)])
def test_a_city_fits_every_aspect_ratio(size: tuple[int, int]) -> None:
    shape = Shape(width=size[0], height=size[1], frames=1, fps=24)
    (picture,) = drive(shape=shape)
    assert picture.shape == (size[1], size[0], 3)
    assert picture.std() > 10


def test_a_camera_that_stands_still_sees_less_change_than_one_that_drives() -> None:
    def change(camera: str) -> float:
        first, last = (frame.astype(float) for frame in drive(camera=camera, light="day"))
        return float(np.abs(first - last).mean())

    assert change("fix_bg") < 0.5 * change("quickly_zoom_in")


@pytest.mark.parametrize(
    ("prompt", "scene"),
    [
        ("a rainy neon city street at night", "city"),
        ("a lighthouse at dusk", "terrain"),
        ("a planet in space", "planet"),
        ("ink in water, abstract", "ink"),
        ("above the clouds", "clouds"),
    ],
)
def test_a_prompt_chooses_its_scene(prompt: str, scene: str) -> None:
    assert read_plan(Words(prompt=prompt), seed=1).scene == scene


@pytest.mark.parametrize("kind", ["rain", "snow", "fog", "dust", "embers", "petals", ""])
@pytest.mark.parametrize("size", [(90, 160), (45, 33)])
def test_everything_that_floats_can_be_drawn(kind: str, size: tuple[int, int]) -> None:
    """Fog once broke every prompt that named it."""
    picture = np.full((*size, 3), 90, np.uint8)
    air = make_air(kind, seed=2)
    early, late = air.blend(picture, 0.0), air.blend(picture, 2.0)
    assert early.shape == picture.shape
    assert np.array_equal(early, picture) == (kind == "")
    assert np.array_equal(early, late) == (kind == "")


def test_fog_has_no_seam_where_it_comes_round() -> None:
    fog = make_air("fog", seed=2).fog
    assert fog is not None
    steps = np.abs(np.diff(fog, axis=1)).mean()
    assert np.abs(fog[:, 0] - fog[:, -1]).mean() < 3 * steps


def test_fog_in_a_prompt_is_seen() -> None:
    clear, foggy = (
        list(text_frames(Words(prompt=f"a mountain {word} at noon"), shape=SMALL, seed=3))
        for word in ("peak", "in fog")
    )
    assert np.std(foggy) < np.std(clear)
