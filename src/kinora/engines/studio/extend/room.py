"""A film goes on: first as it is, then as it might be, with what the words add.

Which way fits is measured: a film that comes back to where it was (a face, waves, leaves before a
camera that stands) runs again from its likest place; any other goes on with the movement of its
camera and of what flows in it.
"""

from collections.abc import Iterator
from itertools import islice, tee
from pathlib import Path

import cv2
import numpy as np

from kinora.domain.order import Motion as Pace
from kinora.domain.order import Words
from kinora.engines.studio.extend import camera, drift, loop
from kinora.engines.studio.extend.past import Past
from kinora.engines.studio.imagevideo.air import make_air
from kinora.engines.studio.imagevideo.grade import grade
from kinora.engines.studio.picture.warping import ease
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.source import reading
from kinora.engines.studio.styles.room import styled
from kinora.engines.studio.words.cues import Cues, read_cues
from kinora.ports.engine import Shape

SPEEDS = {"slow": 0.7, "fast": 1.6}
COMES = 1.6
"""Seconds in which weather and light come."""

DARK = 78.0
"""Mean level below which it is night already, and no darker night is made of it."""

WARM = 1.25
"""How much more red than blue a picture has that is golden already."""


def frames(
    film: Path, words: Words, *, shape: Shape, seed: int, source_frames: int
) -> Iterator[Picture]:
    """Yield a film's own `source_frames` frames, and then as many as the shape still asks."""
    size = shape.width, shape.height
    own = min(source_frames, shape.frames)
    past = Past()
    for picture in reading.frames(film, size=size, fps=shape.fps, count=own):
        past.keep(picture)
        yield picture
    more = shape.frames - own
    if more and past.last is not None:
        going = _going_on(film, past, past.last, words, shape=shape, seed=seed)
        yield from islice(_dressed(going, words, past.last, shape=shape, seed=seed), more)


def warm() -> None:
    """Nothing is compiled here; the first use reads the vocabulary."""
    read_cues(Words(prompt=""))


def _going_on(
    film: Path, past: Past, last: Picture, words: Words, *, shape: Shape, seed: int
) -> Iterator[Picture]:
    cues = read_cues(words)
    asked = _asked_camera(words, cues)
    chosen = loop.places_to_go_on(past, fps=shape.fps)
    if not chosen:
        recent = list(past.recent)
        yield from drift.frames_on(recent, last, fps=shape.fps, asked=asked, seed=seed)
        return
    again = loop.runs(film, chosen, last, shape=shape, past=past.frames, seed=seed)
    path = camera.Path(camera.Motion(), asked, shape.fps)
    for number, picture in enumerate(again, 1):
        if asked == camera.Motion():
            yield picture
            continue
        seconds = number / shape.fps
        seen = camera.framed(path.at(number), seconds, width=shape.width, height=shape.height)
        yield _seen(picture, seen)


def _asked_camera(words: Words, cues: Cues) -> camera.Motion:
    name = words.camera if words.camera not in ("", "auto_camera") else cues.get("camera")
    speed = SPEEDS.get(cues.get("speed"), 1.0) * (1.5 if words.motion is Pace.FAST else 1.0)
    return camera.asked(name, speed=speed)


def _seen(picture: Picture, motion: camera.Motion) -> Picture:
    x, y = camera.places(motion, picture.shape[1], picture.shape[0])
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT))


def _dressed(
    going: Iterator[Picture], words: Words, last: Picture, *, shape: Shape, seed: int
) -> Iterator[Picture]:
    """Bring in the weather, the light and the look that the words ask for, little by little."""
    cues = read_cues(words)
    light = _new_light(cues, last)
    air = make_air(cues.get("weather"), seed=seed)
    plain = not light and not words.style and not cues.get("weather")
    if plain:
        yield from map(np.ascontiguousarray, going)
        return
    own, given = tee(going)
    drawn = styled(
        (grade(each, light=light) for each in given), words.style, shape=shape, seed=seed
    )
    for number, (picture, styled_one) in enumerate(zip(own, drawn, strict=True), 1):
        seconds = number / shape.fps
        made = air.blend(styled_one, seconds)
        share = ease(seconds / COMES)
        yield np.ascontiguousarray(cv2.addWeighted(made, share, picture, 1 - share, 0))


def _new_light(cues: Cues, last: Picture) -> str:
    """Return the light that the words ask for, empty when the film has it already."""
    red, green, blue = (float(value) for value in last.reshape(-1, 3).mean(0))
    light = cues.get("light")
    if light in ("", "day"):
        return "overcast" if cues.get("weather") in ("rain", "snow") else ""
    if light in ("night", "dusk") and (red + green + blue) / 3 < DARK:
        return ""
    if light in ("golden", "dusk") and red > WARM * blue:
        return ""
    return light
