"""A drive through a city: by night in neon and rain, or by day."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.finish import finish
from kinora.engines.studio.kernels.jit import F
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.blocks import towers
from kinora.engines.studio.scenes.ink import PALETTES
from kinora.engines.studio.scenes.streets import see
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
Colour = tuple[float, float, float]
CARS = 14
AHEAD = 14.0
FINER = 1.02
"""How many times finer than the film the picture is traced, against stairs at edges."""

FIELD_OF_VIEW = 1.12
LANES = ((0.24, -1.0), (0.40, -1.0), (0.60, 1.0), (0.76, 1.0))
"""Middle and heading of each lane; -1 comes towards us."""


@dataclass(frozen=True, slots=True)
class Mood:
    """The light over a city: haze, sky and sun, share of lit windows, neon, ambient light."""

    fog: Colour
    zenith: Colour
    sun: Colour
    glow: Colour
    windows: float
    neon: float
    ambient: float
    exposure: float


NIGHTS: tuple[tuple[Colour, Colour], ...] = (
    ((0.115, 0.035, 0.150), (0.010, 0.010, 0.030)),
    ((0.022, 0.070, 0.125), (0.006, 0.014, 0.032)),
    ((0.150, 0.070, 0.035), (0.016, 0.012, 0.022)),
)
MOODS = {
    "dusk": Mood(
        (0.62, 0.30, 0.22),
        (0.10, 0.12, 0.30),
        (0.3, 0.16, -0.8),
        (1.0, 0.5, 0.3),
        0.26,
        0.75,
        1.1,
        1.15,
    ),
    "golden": Mood(
        (0.95, 0.62, 0.36),
        (0.26, 0.38, 0.62),
        (0.75, 0.55, -0.5),
        (1.5, 0.95, 0.5),
        0.06,
        0.12,
        1.0,
        0.95,
    ),
    "day": Mood(
        (0.66, 0.76, 0.88),
        (0.20, 0.40, 0.78),
        (0.6, 0.9, -0.5),
        (1.25, 1.15, 1.0),
        0.03,
        0.08,
        1.25,
        0.9,
    ),
    "overcast": Mood(
        (0.55, 0.58, 0.62),
        (0.40, 0.44, 0.50),
        (0.2, 0.5, -0.3),
        (0.4, 0.4, 0.4),
        0.12,
        0.30,
        1.0,
        0.9,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a camera moves: forward, and how much it rises, turns, rolls and widens to the end.

    A rise is 0 at `start`, so a descent that ends on the street starts at 1; `middle` is
    when a turn looks straight ahead.
    """

    drive: float = 1.0
    back: float = 0.0
    rise: float = 0.0
    start: float = 0.0
    turn: float = 0.0
    middle: float = 0.0
    roll: float = 0.0
    widen: float = 0.0


LEFT, RIGHT = Way(turn=-0.55), Way(turn=0.55)
WAYS = {
    "pan_left": LEFT,
    "horizontal_left": LEFT,
    "left_follow": LEFT,
    "pan_right": RIGHT,
    "horizontal_right": RIGHT,
    "right_follow": RIGHT,
    "whip_pan": Way(turn=0.9),
    "crane_up": Way(rise=1.5),
    "vertical_up": Way(rise=0.9),
    "vertical_down": Way(rise=-1.2, start=1.0),
    "zoom_out": Way(drive=-1.2, back=4.0),
    "quickly_zoom_out": Way(drive=-2.0, back=6.0),
    "super_dolly_out": Way(drive=-2.0, back=6.0, rise=0.8),
    "zoom_in": Way(drive=1.4, widen=-0.22),
    "smooth_zoom_in": Way(drive=1.2, widen=-0.15),
    "quickly_zoom_in": Way(drive=2.2, widen=-0.25),
    "hitchcock": Way(drive=1.6, widen=0.5),
    "camera_rotation": Way(roll=0.18, turn=0.4, middle=0.5),
    "robo_arm": Way(roll=0.12, turn=0.3, middle=0.5, rise=0.4),
    "fix_bg": Way(drive=0.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """What a film of the city is to be: palette, light, weather and camera by name, and a speed."""

    palette: str = ""
    light: str = "night"
    weather: str = ""
    camera: str = ""
    speed: float = 1.0


def frames(drive: Drive, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield the drive, frame by frame."""
    mood = _mood(drive, seed)
    look = _look(mood, drive)
    heights = towers(seed)
    traffic = np.random.default_rng(seed + 5).random((CARS, 3))
    for number in range(shape.frames):
        t = number / max(1, shape.fps) * drive.speed
        u = number / max(1, shape.frames - 1)
        eye = _eye(drive.camera, t, u, shape, seed)
        cars = _cars(traffic, float(eye[2]), t)
        size = round(shape.height * FINER), round(shape.width * FINER)
        light = see(*size, eye, look, cars, heights, seed % 9973)
        light = cv2.resize(light, (shape.width, shape.height), interpolation=cv2.INTER_AREA)
        yield finish(_bloom(light), exposure=mood.exposure, seed=seed + number, grain=3.5)


def _mood(drive: Drive, seed: int) -> Mood:
    if drive.light in MOODS:
        return MOODS[drive.light]
    fog, zenith = NIGHTS[seed % len(NIGHTS)]
    if drive.palette in PALETTES:
        middle = PALETTES[drive.palette][1]
        fog = (middle[0] * 0.24 + 0.01, middle[1] * 0.24 + 0.01, middle[2] * 0.24 + 0.02)
    return Mood(fog, zenith, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.40, 1.0, 0.9, 1.35)


def _look(mood: Mood, drive: Drive) -> Field:
    wet = {"rain": 1.0, "snow": 0.25, "fog": 0.55}.get(drive.weather, 0.0)
    wet = max(wet, 0.30 if drive.light == "night" else 0.0)
    clear = 0.05 if drive.light in ("night", "dusk") else 0.022
    haze = {"fog": 0.30, "rain": 0.095, "snow": 0.13}.get(drive.weather, clear)
    snow = 1.0 if drive.weather == "snow" else 0.0
    terms = (mood.windows, mood.neon, wet)
    rest = (haze, snow, mood.ambient)
    return np.array([mood.fog, mood.zenith, mood.sun, mood.glow, terms, rest], np.float32)


def _eye(camera: str, t: float, u: float, shape: Shape, seed: int) -> Field:
    """Return the camera's place, direction, field of view and time; see `streets.see`."""
    ease = u * u * (3 - 2 * u)
    way = WAYS.get(camera, Way())
    sway = 0.05 * way.drive
    up = 0.155 + 0.01 * math.sin(t * 0.7) * way.drive + way.rise * (ease - way.start)
    heading = sway * math.sin(t * 0.4 + seed) + way.turn * (ease - way.middle)
    pitch = 0.115 - 0.21 * way.rise * (ease - way.start)
    # Upright pictures look at more of the sky, or the street would be a sliver.
    pitch += 0.16 * max(0.0, shape.height / shape.width - 1.0)
    x = 0.5 + sway * math.sin(t * 0.5 + seed)
    z = 1.0 + seed % 40 + (way.back + 0.42 * way.drive * t)
    fov = FIELD_OF_VIEW * (1 + way.widen * ease)
    return np.array(
        [x, up, z, heading, pitch, way.roll * (ease - 0.5), fov, t + seed % 50], np.float32
    )


def _cars(traffic: NDArray[np.float64], here: float, t: float) -> Field:
    """Return place, heading and paint of the cars around; each keeps its lane and its speed."""
    found = np.empty((CARS, 4), np.float32)
    for n, (along, pace, paint) in enumerate(traffic):
        x, heading = LANES[n % len(LANES)]
        own = heading * (0.75 + 0.35 * pace) * t + along * AHEAD
        found[n] = x, here + 0.35 + (own - here * (heading > 0) + here) % AHEAD, heading, paint
    return found


def _bloom(light: Field) -> Field:
    """Return light with the glow that lamps have in wet air and in lenses."""
    height, width = light.shape[:2]
    bright = cv2.max(light - F(0.55), 0.0)
    small = cv2.resize(bright, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(small, (0, 0), height / 200)
    far = cv2.GaussianBlur(small, (0, 0), height / 40)
    glow = cv2.resize(near * 0.42 + far * 0.38, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(light + glow, np.float32)
