"""Northern lights over snowy mountains and a still lake, under stars."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.finish import finish
from kinora.engines.studio.kernels.jit import F, inline, kernel, rows
from kinora.engines.studio.kernels.noise import fbm, hash01, ridged, value
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.view import View
from kinora.ports.engine import Shape

Field = NDArray[np.float32]
FOOT = 0.94
CURTAINS = 3
SHORE = 0.70
"""Where the lake begins, in frame heights from the top."""

COLOURS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "green": ((0.10, 0.95, 0.42), (0.48, 0.12, 0.72)),
    "violet": ((0.52, 0.22, 0.98), (0.95, 0.20, 0.62)),
    "blue": ((0.12, 0.62, 0.98), (0.30, 0.16, 0.80)),
    "red": ((0.95, 0.24, 0.28), (0.62, 0.10, 0.50)),
    "gold": ((0.86, 0.90, 0.30), (0.95, 0.36, 0.30)),
}
"""Linear light of a curtain's foot and of its top."""


@inline
def _wave(x: float, number: int, t: float, seed: int) -> float:
    """Return how high the foot of a curtain hangs at a place along it, from -1 to 1."""
    slow = value(x * F(0.55) + F(number) * F(7.3), t * F(0.10) + F(number), seed + number)
    fast = value(x * F(1.9) - t * F(0.06), F(number) * F(3.1) + t * F(0.16), seed + 40 + number)
    return (slow - F(0.5)) * F(1.5) + (fast - F(0.5)) * F(0.5)


@inline
def _curtain(x: float, y: float, number: int, t: float, seed: int) -> tuple[float, float]:
    """Return a curtain's light at a place, and how far up in it the place lies, 0 to 1."""
    # Folds: the same curtain comes to lie over itself where it turns.
    fold = (value(x * F(1.3) + t * F(0.05), F(number) * F(5), seed + 9) - F(0.5)) * F(0.9)
    u = x + fold
    foot = F(0.25) + F(0.14) * F(number) + F(0.26) * _wave(u, number, t, seed)
    tall = F(0.15) + F(0.16) * value(u * F(0.8) + t * F(0.08), F(number), seed + 20)
    up = (foot - y) / tall
    if up < F(-0.12) or up > F(3.2):
        return F(0), F(0)
    rays = value(u * F(26) + up * F(0.8), t * F(0.45) + F(number) * F(9), seed + 60)
    rays = F(0.10) + F(1.5) * rays * rays * value(u * F(7) - t * F(0.2), F(number), seed + 70)
    edge = min(F(1), max(F(0), (up + F(0.12)) * F(7)))
    fall = np.exp(-max(F(0), up) * F(1.5))
    alive = value(u * F(0.9) - t * F(0.17), F(number) * F(2), seed + 80)
    lively = max(F(0), alive - F(0.22)) * F(1.9)
    return edge * fall * rays * lively, min(F(1), max(F(0), up * F(0.55)))


@inline
def _star(x: float, y: float, size: float, seed: int) -> float:
    cx, cy = np.floor(x), np.floor(y)
    chance = hash01(int(cx), int(cy), seed)
    dx, dy = x - cx - F(0.5), y - cy - F(0.5)
    return max(F(0), F(1) - (dx * dx + dy * dy) * size) * max(F(0), chance - F(0.965)) * F(26)


@inline
def _sky(out: Field, x: float, y: float, look: Field, colours: Field, seed: int) -> None:
    """Write the sky's light at a place into a row of three; y is 0 at the top."""
    t = look[0]
    low = min(F(1), max(F(0), y / F(SHORE)))
    veil = fbm(x * F(1.1) + y * F(0.9) + F(3), y * F(2.6) - x * F(0.4), seed + 5, 4)
    milky = max(F(0), F(1) - abs(y - F(0.34) + x * F(0.34)) * F(4.2)) * max(F(0), veil - F(0.3))
    light = _star(x * F(150), y * F(150), F(9), seed) + _star(x * F(64), y * F(64), F(26), seed + 2)
    for k in range(3):
        night = F(0.006) + F(0.012) * low + F(0.007) * F(k)
        out[k] = night + milky * F(0.10) + light * (F(0.55) + F(0.12) * F(k))
    for number in range(CURTAINS):
        glow, up = _curtain(x, y, number, t, seed)
        near = F(0.85) - F(0.16) * F(number)
        for k in range(3):
            tint = colours[0, k] + (colours[1, k] - colours[0, k]) * up
            out[k] += glow * near * tint


@kernel
def _render(height: int, width: int, look: Field, colours: Field, seed: int) -> Field:
    """Return linear light; `look` is time, shift aside, shift up, zoom."""
    out = np.empty((height, width, 3), np.float32)
    for j in rows(height):
        for i in range(width):
            x = (F(i) - F(width) * F(0.5)) / F(height) * look[3] + look[1]
            y = (F(j) / F(height) - F(0.55)) * look[3] + F(0.55) + look[2]
            _place(out[j, i], x, y, look, colours, seed)
    return out


@inline
def _place(out: Field, x: float, y: float, look: Field, colours: Field, seed: int) -> None:
    """Write the light of a place: sky, mountain, or the lake that mirrors both."""
    shore = F(SHORE) + F(0.006) * (value(x * F(9), F(1), seed + 12) - F(0.5))
    if y <= shore:
        _above(out, x, y, look, colours, seed)
        return
    deep = (y - shore) / F(1 - SHORE)
    t = look[0]
    ripple = value(x * F(14) / (F(0.15) + deep), y * F(90) + t * F(1.3), seed + 33) - F(0.5)
    ripple += F(0.5) * (value(x * F(40), y * F(210) - t * F(1.9), seed + 34) - F(0.5))
    _above(
        out,
        x + ripple * F(0.012) * deep,
        shore - (y - shore) * F(1.25) - ripple * F(0.045),
        look,
        colours,
        seed,
    )
    for k in range(3):
        out[k] = out[k] * (F(0.62) - F(0.28) * deep) + F(0.002)


@inline
def _above(out: Field, x: float, y: float, look: Field, colours: Field, seed: int) -> None:
    """Write the light of the sky, or of the mountain that hides it."""
    far = F(SHORE) - F(0.02) - F(0.25) * ridged(x * F(0.9) + F(8), F(2), seed + 14, 5)
    near = F(SHORE) - F(0.005) - F(0.10) * ridged(x * F(1.7) + F(3), F(7), seed + 15, 5)
    if y < min(far, near):
        _sky(out, x, y, look, colours, seed)
        return
    ahead = y >= near
    top = near if ahead else far
    high = min(F(1), max(F(0), (F(SHORE) - top) * F(5)))
    below = y - top
    rough = fbm(x * F(16), y * F(26) + x * F(6), seed + 16, 4)
    snow = min(F(1), max(F(0), (rough - F(0.24) - below * F(1.6)) * F(7))) * min(
        F(1), high + F(0.3)
    )
    slope = F(0.5) + (fbm(x * F(9) + F(0.06), y * F(13), seed + 17, 3) - F(0.4)) * F(1.6)
    pulse = F(0.75) + F(0.25) * value(look[0] * F(0.5), F(2), seed + 18)
    lit = (F(0.010) + F(0.26) * snow * max(F(0), slope)) * pulse * (F(0.65) if ahead else F(1))
    for k in range(3):
        out[k] = lit * (F(0.30) + F(0.70) * colours[0, k]) + F(0.002) + F(0.001) * F(k)


def frames(view: View, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield the night; an unknown palette is green."""
    colours = np.array(COLOURS.get(view.palette, COLOURS["green"]), np.float32)
    for number in range(shape.frames):
        t = number / max(1, shape.fps) * view.speed
        u = number / max(1, shape.frames - 1)
        x, y, zoom = moved(view, t, u)
        look = np.array([t * 1.6 + seed % 97, x, y, zoom], np.float32)
        light = _render(shape.height, shape.width, look, colours, seed % 9973)
        yield finish(light, exposure=1.15, seed=seed + number, grain=3.0)


def moved(view: View, t: float, u: float) -> tuple[float, float, float]:
    """Return how far a camera has gone aside and up, and how much of the scene it sees."""
    x = {"pan_right": 0.05, "horizontal_right": 0.05, "right_follow": 0.08}.get(view.camera, 0.0)
    x -= {"pan_left": 0.05, "horizontal_left": 0.05, "left_follow": 0.08}.get(view.camera, 0.0)
    y = {"crane_up": -0.10, "vertical_up": -0.08, "vertical_down": 0.08}.get(view.camera, 0.0)
    still = view.camera == "fix_bg"
    drift = 0.0 if still or x else 0.012
    zoom = 1.0 if still else 1.0 - 0.14 * view.zoom * u
    sway = 0.05 * math.sin(0.4 * t) if view.camera == "camera_rotation" else 0.0
    return (x + drift) * t + sway, y * u, zoom
