"""From words to a film: which scene, which land, which light, which camera."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from kinora.domain.order import Motion, Words
from kinora.engines.studio.imagevideo.air import make_air
from kinora.engines.studio.imagevideo.grade import grade
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes import city, ink, planet, terrain
from kinora.engines.studio.scenes.land import CLOUDS, KINDS
from kinora.engines.studio.scenes.light import LIGHTS
from kinora.engines.studio.scenes.titles import with_title
from kinora.engines.studio.words.cues import read_cues
from kinora.ports.engine import Shape

SPEEDS = {"slow": 0.6, "fast": 1.7}
FAST = 1.7
ZOOMS = {"zoom_in": 1.0, "smooth_zoom_in": 0.7, "quickly_zoom_in": 1.6, "zoom_out": -0.8}
LANDS = tuple(KINDS)
SHELTERED = {"ink", "planet"}
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


def read_plan(words: Words, *, seed: int) -> Plan:
    """Return the plan for a prompt; what the words leave open, the seed decides."""
    cues = read_cues(words)
    rng = np.random.default_rng(seed)
    land = cues.get("land") or LANDS[int(rng.integers(len(LANDS)))]
    scene = cues.get("scene") or "terrain"
    light = (
        cues.get("light")
        or ("night" if scene == "city" and cues.get("weather") != "snow" else "")
        or WEATHER_LIGHTS.get(cues.get("weather"))
        or DAYLIGHTS[int(rng.integers(len(DAYLIGHTS)))]
    )
    named = words.camera if words.camera != "auto_camera" else ""
    speed = SPEEDS.get(cues.get("speed"), 1.0)
    return Plan(
        scene=scene,
        land=land,
        light=light,
        weather=cues.get("weather"),
        palette=cues.get("palette"),
        camera=named or cues.get("camera"),
        speed=speed * (FAST if words.motion is Motion.FAST else 1.0),
        style=words.style,
        lettering=cues.lettering,
        subject=cues.get("subject"),
    )


def text_frames(words: Words, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield the film that the words ask for, frame by frame."""
    plan = read_plan(words, seed=seed)
    air = make_air("" if plan.scene in SHELTERED else plan.weather, seed=seed)
    graded = (grade(frame, light="", style=plan.style) for frame in _scene(plan, shape, seed))
    titled = with_title(graded, plan.lettering, shape=shape)
    for number, frame in enumerate(titled):
        yield np.ascontiguousarray(air.blend(frame, number / max(1, shape.fps)))


def text_still(words: Words, *, shape: Shape, seed: int) -> Picture:
    """Return one picture for the words."""
    still = replace(shape, frames=1, fps=0)
    return next(text_frames(words, shape=still, seed=seed))


def warm() -> None:
    """Compile every scene by rendering it very small."""
    tiny = Shape(width=64, height=36, frames=1, fps=24)
    for prompt in ("an island", "abstract ink", "a planet in space", "a city"):
        for _ in text_frames(Words(prompt=prompt), shape=tiny, seed=1):
            pass


def _scene(plan: Plan, shape: Shape, seed: int) -> Iterator[Picture]:
    zoom = ZOOMS.get(plan.camera, 0.25)
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
