"""A camera that goes left sees the picture go right: the signs of every move, by what is seen."""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from kinora.domain.order import Words
from kinora.engines.studio.imagevideo.room import frames as picture_frames
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.city import Drive
from kinora.engines.studio.scenes.city import frames as city_frames
from kinora.engines.studio.scenes.stage import text_frames
from kinora.ports.engine import Shape

CLIP = Shape(width=192, height=108, frames=9, fps=4)
RIGHTWARD = ("pan_left", "horizontal_left", "left_follow")
LEFTWARD = ("pan_right", "horizontal_right", "right_follow")


def drift(first: Picture, last: Picture) -> tuple[float, float]:
    """Return how far the picture went, right and down, in pixels: the median of its flow."""
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (first, last)]
    flow = cv2.calcOpticalFlowFarneback(*grey, None, 0.5, 4, 21, 3, 7, 1.5, 0)
    return float(np.median(flow[..., 0])), float(np.median(flow[..., 1]))


def total(film: list[Picture]) -> tuple[float, float]:
    steps = [drift(a, b) for a, b in pairwise(film)]
    return sum(step[0] for step in steps), sum(step[1] for step in steps)


def photo_film(photos: Path, camera: str) -> list[Picture]:
    words = Words(prompt="", camera=camera)
    return list(picture_frames(photos / "coffee.jpg", words, shape=CLIP, seed=1))


@pytest.mark.parametrize("camera", RIGHTWARD)
def test_a_camera_that_goes_left_sees_a_photo_go_right(photos: Path, camera: str) -> None:
    assert total(photo_film(photos, camera))[0] > 4


@pytest.mark.parametrize("camera", LEFTWARD)
def test_a_camera_that_goes_right_sees_a_photo_go_left(photos: Path, camera: str) -> None:
    assert total(photo_film(photos, camera))[0] < -4


@pytest.mark.parametrize(("camera", "sign"), [("vertical_up", 1), ("crane_up", 1)])
def test_a_camera_that_rises_sees_a_photo_go_down(photos: Path, camera: str, sign: int) -> None:
    assert sign * total(photo_film(photos, camera))[1] > 3


def test_a_camera_that_sinks_sees_a_photo_go_up(photos: Path) -> None:
    assert total(photo_film(photos, "vertical_down"))[1] < -3


@pytest.mark.parametrize(("camera", "sign"), [("pan_left", 1), ("pan_right", -1)])
def test_pans_over_land_and_city(camera: str, sign: int) -> None:
    land = text_frames(Words(prompt="mountains at noon", camera=camera), shape=CLIP, seed=3)
    city = city_frames(Drive(light="day", camera=camera), shape=CLIP, seed=3)
    for film in (list(land), list(city)):
        assert sign * total(film)[0] > 4


@pytest.mark.parametrize(("camera", "sign"), [("zoom_in", 1), ("zoom_out", -1)])
def test_a_zoom_in_makes_a_photo_larger(photos: Path, camera: str, sign: int) -> None:
    film = photo_film(photos, camera)
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (film[3], film[5])]
    flow = cv2.calcOpticalFlowFarneback(*grey, None, 0.5, 4, 21, 3, 7, 1.5, 0)
    left, right = flow[:, :50, 0].mean(), flow[:, -50:, 0].mean()
    assert sign * (right - left) > 0.5
