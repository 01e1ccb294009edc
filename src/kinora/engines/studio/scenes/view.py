"""How a scene is to be seen: what every renderer of a place is told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """What the words chose for a scene; empty where they left it open, and the seed decides.

    `palette`, `light`, `weather` and `camera` are names of the vocabulary's groups; `speed` is 1
    for a usual pace; `zoom` is above 0 when the camera goes closer, below when it draws back.
    """

    palette: str = ""
    light: str = ""
    weather: str = ""
    camera: str = ""
    speed: float = 1.0
    zoom: float = 0.25
