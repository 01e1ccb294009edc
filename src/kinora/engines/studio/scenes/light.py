"""Times of day: where the sun stands, and the colours of sun, sky, horizon and zenith."""

from dataclasses import dataclass

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Light:
    """Linear colours; `sun` is a unit vector (x, up, z); `exposure` suits the whole."""

    sun: Colour
    colour: Colour
    sky: Colour
    horizon: Colour
    zenith: Colour
    exposure: float


def _light(
    sun: Colour, colour: Colour, sky: Colour, horizon: Colour, zenith: Colour, exposure: float
) -> Light:
    length = sum(part * part for part in sun) ** 0.5
    unit = (sun[0] / length, sun[1] / length, sun[2] / length)
    return Light(unit, colour, sky, horizon, zenith, exposure)


LIGHTS = {
    "golden": _light(
        (0.75, 0.26, 0.55),
        (1.35, 0.80, 0.45),
        (0.26, 0.36, 0.60),
        (0.77, 0.54, 0.40),
        (0.10, 0.21, 0.48),
        0.85,
    ),
    "day": _light(
        (0.5, 0.75, 0.3),
        (1.15, 1.05, 0.92),
        (0.38, 0.55, 0.85),
        (0.56, 0.67, 0.81),
        (0.10, 0.25, 0.62),
        0.8,
    ),
    "dusk": _light(
        (0.25, 0.07, 0.9),
        (1.4, 0.42, 0.25),
        (0.28, 0.25, 0.48),
        (0.85, 0.38, 0.34),
        (0.10, 0.10, 0.30),
        1.1,
    ),
    "night": _light(
        (-0.4, 0.5, 0.6),
        (0.16, 0.20, 0.34),
        (0.05, 0.08, 0.16),
        (0.045, 0.072, 0.144),
        (0.008, 0.014, 0.04),
        1.6,
    ),
    "overcast": _light(
        (0.3, 0.8, 0.2),
        (0.55, 0.56, 0.58),
        (0.5, 0.54, 0.6),
        (0.56, 0.58, 0.61),
        (0.42, 0.47, 0.52),
        0.95,
    ),
}
