"""From words to a film: which scene, which land, which light, which camera."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from kinora.domain.order import Motion, Words
from kinora.engines.studio.imagevideo.air import make_air
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes import (
    aurora,
    city,
    fields,
    fire,
    fluid,
    forest,
    ink,
    planet,
    terrain,
    underwater,
)
from kinora.engines.studio.scenes.land import CLOUDS, KINDS
from kinora.engines.studio.scenes.light import LIGHTS
from kinora.engines.studio.scenes.titles import with_title
from kinora.engines.studio.scenes.view import View
from kinora.engines.studio.styles.room import styled
from kinora.engines.studio.subjects.naming import Subject, find_subjects, read_action
from kinora.engines.studio.subjects.staging import Stage, staged
from kinora.engines.studio.words.cues import Cues, read_cues
from kinora.ports.engine import Shape

Place = Callable[..., Iterator[Picture]]
SPEEDS = {"slow": 0.6, "fast": 1.7}
FAST = 1.7
ZOOMS = {"zoom_in": 1.0, "smooth_zoom_in": 0.7, "quickly_zoom_in": 1.6, "zoom_out": -0.8}
LANDS = tuple(KINDS)
LIT = {"terrain", "city", CLOUDS, "forest", "fields", "fire", "aurora"}
"""Scenes whose light falls on the subjects as it does outdoors."""

SHELTERED = {"ink", "planet", "underwater", "fluid", "aurora"}
"""Scenes in which no weather of the earth can be."""

WEATHER_LIGHTS = {"rain": "overcast", "fog": "overcast"}
DAYLIGHTS = ("golden", "day", "dusk", "overcast")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a film from words will be."""

    scene: str
    land: str
    light: str
    weather: str
    palette: str
    camera: str
    speed: float
    style: str
    lettering: str
    subject: str
    actors: tuple[Subject, ...]
    action: str
    ground: str


PLACES: dict[str, Place] = {
    "forest": forest.frames,
    "fields": fields.frames,
    "underwater": underwater.frames,
    "aurora": aurora.frames,
    "fire": fire.frames,
    "fluid": fluid.frames,
}
"""Scenes that are told by a view alone."""

NAMED = {"terrain": "an island", "ink": "a guitar", "planet": "a planet in space"}
"""Words for a scene, where its own name is none."""

HOMES = {
    "vehicle": ("city", ""),
    "rocket": ("planet", ""),
    "swimmer": ("underwater", ""),
    "vessel": ("terrain", "water"),
    "thing": ("ink", "studio"),
    "flyer": ("clouds", ""),
}
"""The scene and the ground for a kind of subject, when the prompt names no place."""

DEFOCUS = 1 / 300
"""How soft what is behind a subject is, in frame heights."""

BEHIND = 0.7
"""How large what is behind a subject is made, as a part of the film's size."""

DEEP_SEA = "blue"


def read_plan(words: Words, *, seed: int) -> Plan:
    """Return the plan for a prompt; what the words leave open, the seed decides."""
    cues = read_cues(words)
    rng = np.random.default_rng(seed)
    actors = () if cues.get("subject") else find_subjects(words.prompt)
    home, ground = HOMES.get(actors[0].kind, ("terrain", "")) if actors else ("terrain", "")
    scene = cues.get("scene") or home
    if actors and scene == CLOUDS and cues.get("land"):
        scene = "terrain"
    open_land = "green" if actors else LANDS[int(rng.integers(len(LANDS)))]
    land = cues.get("land") or ("island" if ground == "water" else open_land)
    light = cues.get("light") or _light(cues, scene, rng)
    named = words.camera if words.camera != "auto_camera" else ""
    speed = SPEEDS.get(cues.get("speed"), 1.0)
    swims = bool(actors) and actors[0].kind == "swimmer" and scene in ("ink", "underwater")
    return Plan(
        scene=scene,
        land=land,
        light=light,
        weather=cues.get("weather"),
        palette=cues.get("palette") if not swims else DEEP_SEA,
        camera=named or cues.get("camera"),
        speed=speed * (FAST if words.motion is Motion.FAST else 1.0),
        style=words.style,
        lettering=cues.lettering,
        subject=cues.get("subject"),
        actors=actors,
        action=read_action(words.prompt) if actors else "",
        ground=_ground(actors, scene, land=land, home=home, ground=ground),
    )


def _ground(actors: tuple[Subject, ...], scene: str, *, land: str, home: str, ground: str) -> str:
    """Return what is under the subjects: what floats needs water, what flies needs nothing."""
    if actors and actors[0].kind == "flyer" and actors[0].action in ("", "fly"):
        return ""
    if scene == "terrain":
        return "water" if ground == "water" else land
    return ground if scene == home else ""


def _light(cues: Cues, scene: str, rng: np.random.Generator) -> str:
    """Return the light that weather or place suggest, else one by chance."""
    weather = cues.get("weather")
    if scene in ("fire", "aurora") or (scene == "city" and weather != "snow"):
        return "night"
    if scene == "underwater":
        return "day"
    # Above the clouds an overcast sky would be grey on grey.
    open_lights = DAYLIGHTS[:3] if scene == CLOUDS else DAYLIGHTS
    return WEATHER_LIGHTS.get(weather) or open_lights[int(rng.integers(len(open_lights)))]


def text_frames(words: Words, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield the film that the words ask for, frame by frame."""
    plan = read_plan(words, seed=seed)
    # A forest has mist of its own, which lies between its trees.
    own = plan.scene in SHELTERED or (plan.scene == "forest" and plan.weather == "fog")
    air = make_air("" if own else plan.weather, seed=seed)
    acted = _acted(plan, shape, seed) if plan.actors else _scene(plan, shape, seed)
    drawn = styled(acted, plan.style, shape=shape, seed=seed)
    titled = with_title(drawn, plan.lettering, shape=shape)
    for number, frame in enumerate(titled):
        yield np.ascontiguousarray(air.blend(frame, number / max(1, shape.fps)))


def text_still(words: Words, *, shape: Shape, seed: int) -> Picture:
    """Return one picture for the words."""
    still = replace(shape, frames=1, fps=0)
    return next(text_frames(words, shape=still, seed=seed))


def warm(scenes: Iterable[str]) -> None:
    """Compile scenes by rendering them very small."""
    tiny = Shape(width=64, height=36, frames=1, fps=24)
    for scene in scenes:
        for _ in text_frames(Words(prompt=NAMED.get(scene, scene)), shape=tiny, seed=1):
            pass


def _acted(plan: Plan, shape: Shape, seed: int) -> Iterator[Picture]:
    """Return the scene with the subjects that the prompt names.

    What is behind them is out of focus, so it is made smaller than the film, which is faster.
    """
    size = shape.width, shape.height
    behind = replace(
        shape, width=max(2, round(size[0] * BEHIND)), height=max(2, round(size[1] * BEHIND))
    )
    blur = max(0.6, shape.height * DEFOCUS)
    soft = (
        np.asarray(cv2.GaussianBlur(cv2.resize(frame, size), (0, 0), blur), np.uint8)
        for frame in _scene(plan, behind, seed)
    )
    light = plan.light if plan.scene in LIT else "day"
    stage = Stage(scene=plan.scene, light=light, ground=plan.ground, speed=plan.speed)
    return staged(soft, plan.actors, plan.action, stage=stage, shape=shape, seed=seed)


def _scene(plan: Plan, shape: Shape, seed: int) -> Iterator[Picture]:
    zoom = ZOOMS.get(plan.camera, 0.25)
    if plan.scene in PLACES:
        view = View(
            palette=plan.palette,
            light=plan.light,
            weather=plan.weather,
            camera=plan.camera,
            speed=plan.speed,
            zoom=zoom,
        )
        return PLACES[plan.scene](view, shape=shape, seed=seed)
    match plan.scene:
        case "ink":
            return ink.flow(plan.palette, zoom=zoom, speed=plan.speed, shape=shape, seed=seed)
        case "planet":
            return planet.orbit(plan.palette, zoom=zoom, speed=plan.speed, shape=shape, seed=seed)
        case "city":
            drive = city.Drive(
                palette=plan.palette,
                light=plan.light,
                weather=plan.weather,
                camera=plan.camera,
                speed=plan.speed,
            )
            return city.frames(drive, shape=shape, seed=seed)
        case _:
            light = plan.light if plan.light in LIGHTS else "day"
            land = CLOUDS if plan.scene == CLOUDS else plan.land
            world = terrain.build_world(land, light, plan.weather, seed=seed)
            tower = light if plan.subject == "lighthouse" else ""
            camera = plan.camera or ("smooth_zoom_in" if tower else "")
            journey = terrain.Journey(camera, plan.speed)
            return terrain.fly(world, journey, shape=shape, seed=seed, lighthouse=tower)
