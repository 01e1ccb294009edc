"""A flight over land: six kinds of it, in five lights."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.finish import finish
from kinora.engines.studio.kernels.jit import F
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.land import CELL, CLOUDS, Land, build_land
from kinora.engines.studio.scenes.landmark import Lighthouse, Sight, place_lighthouse
from kinora.engines.studio.scenes.light import LIGHTS, Light
from kinora.engines.studio.scenes.marching import march, march_mirrored, shade
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
FOV = 1.15
REACH = 9.0
CLOUD_SIDE = 512
CANDIDATES = 14
TRIES = 12
"""How many ways are looked at for one that sees a place for a lighthouse."""


@dataclass(frozen=True, slots=True)
class Eye:
    """Where the camera is and looks: x, up, z, heading and pitch in radians, field of view."""

    x: float
    up: float
    z: float
    heading: float
    pitch: float = -0.10
    fov: float = FOV


@dataclass(frozen=True, slots=True)
class Journey:
    """How a film moves: a camera name of the wire, or empty, and a speed."""

    camera: str
    speed: float


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is looked at."""

    land: Land
    light: Light
    cloud: Field
    cover: float
    haze: float
    stars: float
    detail: float

    @property
    def sky(self) -> Field:
        """The light's vectors as the kernels want them."""
        light = self.light
        return np.array([light.sun, light.colour, light.horizon, light.zenith], np.float32)


def build_world(land: str, light: str, weather: str, *, seed: int) -> World:
    """Return a world from names: see `KINDS` and `LIGHTS`; weather `fog`, `rain` or none."""
    cover = {"day": 0.50, "golden": 0.52, "dusk": 0.55, "night": 0.34, "overcast": 0.80}[light]
    haze = {"fog": 0.30, "rain": 0.10, "snow": 0.12}.get(weather, 0.018)
    haze = max(haze, 0.07) if land == CLOUDS else haze
    return World(
        land=build_land(land, LIGHTS[light], seed=seed % 9973),
        light=LIGHTS[light],
        cloud=_clouds(LIGHTS[light], seed),
        cover=cover,
        haze=haze,
        stars=1.0 if light == "night" else 0.0,
        detail=0.0 if land == CLOUDS else 0.55,
    )


def fly(
    world: World, journey: Journey, *, shape: Shape, seed: int, lighthouse: str = ""
) -> Iterator[Picture]:
    """Yield the flight, frame by frame; `lighthouse` names the light that one stands in."""
    buffers = _buffers(shape)
    eyes, tower = _route(world, journey, shape, seed, lighthouse)
    for number, eye in enumerate(eyes):
        t = number / max(1, shape.fps) * journey.speed
        picture = look(world, eye, shape=shape, t=t, buffers=buffers, seed=seed + number)
        if tower is not None:
            picture = tower.draw(picture, sight_of(eye, shape), buffers[0], t=t)
        yield picture


def _route(
    world: World, journey: Journey, shape: Shape, seed: int, lighthouse: str
) -> tuple[list[Eye], Lighthouse | None]:
    """Return the camera's way, and the lighthouse that it passes when one is wanted."""
    eyes = plan(world, journey, shape=shape, seed=seed)
    if not lighthouse:
        return eyes, None
    sun = math.atan2(world.light.sun[0], world.light.sun[2])
    small = Shape(width=256, height=max(32, 256 * shape.height // shape.width), frames=1, fps=0)
    for turn in range(TRIES):
        tried = eyes if turn == 0 else plan(world, journey, shape=shape, seed=seed + 101 * turn)
        sights = [sight_of(each, small) for each in (tried[0], tried[-1])]
        buffers = _buffers(small)
        look(world, tried[0], shape=small, t=0.0, buffers=buffers, seed=0)
        tower = place_lighthouse(world.land, sights, buffers[0], light=lighthouse, sun_at=sun)
        if tower is not None:
            return tried, tower
    return eyes, None


def sight_of(eye: Eye, shape: Shape) -> Sight:
    """Return an eye as pixels have it."""
    focal = max(shape.width, shape.height) / 2 / math.tan(eye.fov / 2)
    horizon = shape.height / 2 + math.tan(eye.pitch) * focal
    return Sight(eye.x, eye.up, eye.z, eye.heading, focal, horizon)


def look(
    world: World,
    eye: Eye,
    *,
    shape: Shape,
    t: float,
    buffers: tuple[Field, Field, Field],
    seed: int,
) -> Picture:
    """Return one view."""
    depth, mirrored, light = buffers
    land = world.land
    sight = sight_of(eye, shape)
    place = np.array([eye.x, eye.up, eye.z, eye.heading], np.float32)
    lens = np.array([sight.focal, sight.horizon, CELL], np.float32)
    march(land.height, place, lens, F(land.sea), F(REACH), depth)
    if (depth < 0).any():
        march_mirrored(land.height, place, lens, F(land.sea), F(REACH * 0.75), mirrored)
    air = np.array([t, world.cover, world.haze, world.stars, world.detail], np.float32)
    shade(depth, mirrored, land.colour, place, lens, world.sky, world.cloud, air, light)
    return finish(light, exposure=world.light.exposure, seed=seed)


def plan(world: World, journey: Journey, *, shape: Shape, seed: int) -> list[Eye]:
    """Return the camera of each frame: the best of some candidate starts, then a flight."""
    start = _best_start(world, shape, seed)
    frames = max(1, shape.frames)
    u = np.linspace(0, 1, frames)
    eased = u * u * (3 - 2 * u)
    seconds = max(1.0, shape.seconds)
    pace = 0.20 * journey.speed * seconds
    eyes = [_moved(start, journey, float(a), float(e), pace) for a, e in zip(u, eased, strict=True)]
    floor = np.array([_clearance(world.land, eye) for eye in eyes])
    # The land ahead lifts the camera early and gently.
    span = max(3, frames // 3)
    lifted = np.array([floor[max(0, i - span) : i + span].max() for i in range(frames)])
    kernel = np.ones(2 * (span // 2) + 1) / (2 * (span // 2) + 1)
    smooth = np.convolve(np.pad(lifted, span // 2, "edge"), kernel, "valid")[:frames]
    return [
        replace(eye, up=max(eye.up, float(least))) for eye, least in zip(eyes, smooth, strict=True)
    ]


def _moved(start: Eye, journey: Journey, u: float, e: float, pace: float) -> Eye:
    """Return the eye at `u` (even) and `e` (eased) of a journey of `pace` units."""
    ahead, side, up, turn, pitch, fov = _course(journey.camera, u, e)
    heading = start.heading + turn * min(1.6, journey.speed)
    sin, cos = math.sin(start.heading), math.cos(start.heading)
    return Eye(
        x=start.x + (sin * ahead + cos * side) * pace,
        up=start.up + up,
        z=start.z + (cos * ahead - sin * side) * pace,
        heading=heading,
        pitch=start.pitch + pitch,
        fov=start.fov * fov,
    )


def _course(camera: str, u: float, e: float) -> tuple[float, float, float, float, float, float]:
    """Return ahead, side, up, turn, pitch and lens of a camera move at a moment."""
    bend = 0.10 * math.sin(u * 2.4)
    courses = {
        "horizontal_left": (0.1, -e, 0.0, 0.0, 0.0, 1.0),
        "horizontal_right": (0.1, e, 0.0, 0.0, 0.0, 1.0),
        "left_follow": (0.7 * u, -0.6 * e, 0.0, 0.25 * e, 0.0, 1.0),
        "right_follow": (0.7 * u, 0.6 * e, 0.0, -0.25 * e, 0.0, 1.0),
        "vertical_up": (0.15 * u, 0.0, 0.45 * e, 0.0, 0.0, 1.0),
        "vertical_down": (0.15 * u, 0.0, 0.45 * (1 - e), 0.0, 0.0, 1.0),
        "crane_up": (0.3 * e, 0.0, 0.5 * e, 0.0, -0.22 * e, 1.0),
        "zoom_in": (0.4 * u, 0.0, 0.0, 0.0, 0.0, 1 - 0.40 * e),
        "smooth_zoom_in": (0.4 * u, 0.0, 0.0, 0.0, 0.0, 1 - 0.26 * u),
        "quickly_zoom_in": (0.4 * u, 0.0, 0.0, 0.0, 0.0, 1 - 0.55 * min(1.0, 2.4 * e)),
        "zoom_out": (-0.4 * u, 0.0, 0.06 * e, 0.0, 0.0, 0.66 + 0.34 * e),
        "quickly_zoom_out": (-0.5 * u, 0.0, 0.1 * e, 0.0, 0.0, 0.5 + 0.5 * min(1.0, 2.4 * e)),
        "super_dolly_out": (-1.6 * e, 0.0, 0.3 * e, 0.0, -0.05 * e, 1.0),
        "camera_rotation": (0.1 * u, 0.0, 0.05, 1.1 * e, 0.0, 1.0),
        "robo_arm": (0.6 * e, 0.35 * math.sin(u * 4), 0.12 * math.sin(u * 3), 0.25 * e, 0.0, 1.0),
        "whip_pan": (0.2 * u, 0.0, 0.0, 1.2 * min(1.0, max(0.0, (u - 0.4) * 6)), 0.0, 1.0),
        "hitchcock": (1.2 * e, 0.0, 0.0, 0.0, 0.0, 0.72 + 0.5 * e),
        "pan_left": (0.05 * u, 0.0, 0.0, -0.7 * e, 0.0, 1.0),
        "pan_right": (0.05 * u, 0.0, 0.0, 0.7 * e, 0.0, 1.0),
        "fix_bg": (0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    }
    return courses.get(camera, (u * 1.4, 0.0, 0.02 * math.sin(u * 3), bend, 0.0, 1.0))


def _best_start(world: World, shape: Shape, seed: int) -> Eye:
    """Return the best of some random views: enough sky, no wall in front, contrast."""
    rng = np.random.default_rng(seed)
    small = Shape(width=96, height=max(32, 96 * shape.height // shape.width), frames=1, fps=0)
    best, best_score = Eye(3.5, 1.0, 0.5, 0.0), -1e9
    for _ in range(CANDIDATES):
        x, z, heading = rng.uniform(0.5, 6.5), rng.uniform(0.5, 6.5), rng.uniform(0, 2 * math.pi)
        eye = Eye(x, 0.0, z, heading)
        eye = replace(eye, up=_clearance(world.land, eye) + rng.uniform(0.02, 0.12))
        merit = _score(world, eye, small)
        if merit > best_score:
            best, best_score = eye, merit
    return best


def _score(world: World, eye: Eye, small: Shape) -> float:
    depth, _, _ = buffers = _buffers(small)
    picture = look(world, eye, shape=small, t=0.0, buffers=buffers, seed=0)
    sky = float((depth > 1e8).mean())
    water = float((depth < 0).mean())
    near = float((np.abs(depth) < 0.25).mean())
    contrast = float(picture.astype(np.float32).mean(2).std()) / 64
    toward_sun = math.cos(eye.heading - math.atan2(world.light.sun[0], world.light.sun[2]))
    wet = -abs(water - 0.25) if world.land.sea > 0 else 0.0
    return contrast - 3.0 * abs(sky - 0.36) - 2.0 * near + wet + 0.35 * toward_sun


def _clearance(land: Land, eye: Eye) -> float:
    """Return the lowest height at which the land ahead is not in the way."""
    side = land.height.shape[0]
    least = land.sea + 0.12
    for k in range(14):
        x = int((eye.x + math.sin(eye.heading) * k * 0.06) / CELL) % (2 * side)
        z = int((eye.z + math.cos(eye.heading) * k * 0.06) / CELL) % (2 * side)
        x, z = min(x, 2 * side - 1 - x), min(z, 2 * side - 1 - z)
        least = max(least, float(land.height[z, x]) + 0.14 - k * 0.008)
    return least


def _clouds(light: Light, seed: int) -> Field:
    """Return a cloud map that repeats without a seam: thickness, and light from the sun's side."""
    rng = np.random.default_rng(seed)
    side = CLOUD_SIDE
    power = np.fft.fftfreq(side)[:, None] ** 2 + np.fft.rfftfreq(side)[None] ** 2
    power[0, 0] = 1
    noise = np.fft.rfft2(rng.standard_normal((side, side))) * power**-0.82
    field = np.fft.irfft2(noise, s=(side, side))
    thick = (1 / (1 + np.exp(-1.2 * (field - field.mean()) / field.std()))).astype(np.float32)
    shade_ = np.zeros_like(thick)
    for k in range(1, 7):
        shift = (int(-light.sun[2] * k * 3), int(-light.sun[0] * k * 3))
        shade_ += np.clip(np.roll(thick, shift, (0, 1)) - 0.45, 0, 1)
    return np.ascontiguousarray(np.stack([thick, np.exp(-shade_ * 0.9)], -1), np.float32)


def _buffers(shape: Shape) -> tuple[Field, Field, Field]:
    size = shape.height, shape.width
    mirrored = np.full(size, 1e9, np.float32)
    return np.empty(size, np.float32), mirrored, np.empty((*size, 3), np.float32)
