"""Camera moves over a picture, by the names that the wire has for them."""

import math
from dataclasses import dataclass, replace

from kinora.engines.studio.picture.warping import ease


@dataclass(frozen=True, slots=True)
class View:
    """Where the camera is: shifts in parts of the picture, zoom, roll in radians.

    `x` and `y` say how far what is seen has moved to the right and down, so a camera that goes
    left or up has them growing. `push` is how much more the near moves than the far when the
    camera zooms; `still_behind` holds the background.
    """

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.10
    behind_zoom: float = 0.0
    roll: float = 0.0
    push: float = 1.4
    still_behind: bool = False


def view(name: str, u: float, *, seconds: float, speed: float) -> View:
    """Return the camera of a move at `u` from 0 to 1 of a film of `seconds`."""
    base = _moves(name, u, speed)
    t = u * seconds
    if name == "fix_bg":
        return base
    # A hand that holds a camera is never quite still.
    x = base.x + 0.0025 * math.sin(t * 1.7) + 0.0015 * math.sin(t * 3.1 + 1)
    return replace(base, x=x, y=base.y + 0.002 * math.sin(t * 1.3 + 2))


def _moves(name: str, u: float, speed: float) -> View:
    e = ease(u)
    quick = ease(min(1.0, u * 2.6))
    side = (e - 0.5) * 0.14 * speed
    sweep = (e - 0.5) * 0.22 * speed
    whip = math.sin(min(1.0, max(0.0, (u - 0.35) / 0.3)) * math.pi) * 0.30
    moves = {
        "zoom_in": View(zoom=1.03 + 0.26 * e * speed),
        "smooth_zoom_in": View(zoom=1.03 + 0.18 * u * speed),
        "quickly_zoom_in": View(zoom=1.03 + 0.48 * quick),
        "zoom_out": View(zoom=1.30 - 0.26 * e),
        "quickly_zoom_out": View(zoom=1.52 - 0.48 * quick),
        "super_dolly_out": View(zoom=1.62 - 0.58 * e, push=2.2),
        "horizontal_left": View(x=side, zoom=1.14),
        "horizontal_right": View(x=-side, zoom=1.14),
        "left_follow": View(x=side * 1.3, zoom=1.16, still_behind=False, push=2.0),
        "right_follow": View(x=-side * 1.3, zoom=1.16, still_behind=False, push=2.0),
        "pan_left": View(x=sweep, zoom=1.20, push=0.3),
        "pan_right": View(x=-sweep, zoom=1.20, push=0.3),
        "vertical_up": View(y=(e - 0.5) * 0.15, zoom=1.15),
        "vertical_down": View(y=(0.5 - e) * 0.15, zoom=1.15),
        "crane_up": View(y=(e - 0.5) * 0.18, zoom=1.12 + 0.08 * e),
        "camera_rotation": View(zoom=1.24, roll=(e - 0.5) * 0.22 * speed),
        "robo_arm": View(
            x=0.05 * math.sin(u * 5.2), y=0.04 * math.sin(u * 3.7 + 1), zoom=1.18 + 0.12 * e
        ),
        "whip_pan": View(x=whip, zoom=1.26, push=0.2),
        "hitchcock": View(zoom=1.06 + 0.04 * u, behind_zoom=1.34 - 0.28 * e),
        "fix_bg": View(x=0.012 * math.sin(u * 6.3), zoom=1.04, still_behind=True),
        "orbit": View(x=0.085 * math.sin((e - 0.5) * 2.2) * speed, zoom=1.11 + 0.05 * e),
    }
    return moves.get(name, moves["orbit"])
