"""Effects that move the subject: up, round, to the beat, larger and smaller."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.effects.table import Layer, Table
from kinora.engines.studio.picture.warping import ease, over, pull
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]


def levitate(table: Table, u: float) -> Picture:
    """The subject rises from the ground and hovers, its shadow shrinking below it."""
    e = ease(u / 0.5)
    lift = table.height * (0.16 * e + 0.015 * math.sin(u * 13) * e)
    turn = 0.05 * math.sin(u * 8) * e
    front = _posed(table, dy=-lift, turn=turn)
    return over(_glow(table, front, e), _shadowed(table, e))


def giant(table: Table, u: float) -> Picture:
    """The subject grows to a giant; the ground shakes at each step of it."""
    steps = 4
    at = u * steps
    e = (math.floor(at) + ease((at % 1.0) / 0.5)) / steps
    shake = math.exp(-(at % 1.0) * 5) * table.height * 0.012 * (u > 0.02)
    front = _posed(table, scale=1 + 0.95 * e, foot=True)
    seen = over(front, table.behind)
    dx, dy = shake * math.sin(at * 60), shake * math.cos(at * 47)
    return pull(seen, table.places.x + np.float32(dx), table.places.y + np.float32(dy))


def tiny(table: Table, u: float) -> Picture:
    """The subject shrinks to the size of a thumb, hops, and looks lost."""
    e = ease(u / 0.55)
    hop = abs(math.sin(max(0.0, u - 0.6) * 26)) * table.height * 0.05 * (u > 0.6)
    return over(_posed(table, scale=1 - 0.72 * e, dy=-hop, foot=True), table.behind)


def jelly(table: Table, u: float) -> Picture:
    """The subject wobbles like jelly after a push."""
    t = u * 5
    _, y0, _, y1 = table.box
    up = np.clip((y1 - table.places.y) / max(1.0, y1 - y0), 0, 1.2)
    force = math.exp(-((t % 2.5) * 0.9)) * table.width * 0.07 * ease(u * 12)
    x = table.places.x - force * np.sin(up * 3.0 - t * 9) * up
    y = table.places.y + force * 0.35 * np.sin(up * 5.0 + t * 11) * up
    return over(_take(table, x, y), table.behind)


def spin(table: Table, u: float) -> Picture:
    """The subject turns round and round like a figure on a music box."""
    angle = ease(u) * 4 * math.pi
    wide = math.cos(angle)
    wide = math.copysign(max(0.10, abs(wide)), wide)
    x = (table.places.x - table.centre[0]) / wide + table.centre[0]
    front = _take(table, np.asarray(x, np.float32), table.places.y)
    shade = 0.72 + 0.28 * abs(wide)
    lit = np.dstack([(front[..., :3] * shade).astype(np.uint8), front[..., 3]])
    return over(lit, table.behind)


def dance(table: Table, u: float) -> Picture:
    """The subject dances to the beat: bounce, lean, bounce."""
    beat = u * 5 * 2.0 * math.pi
    bounce = abs(math.sin(beat))
    lean = 0.16 * math.sin(beat * 0.5)
    tall, wide = 1 + 0.08 * bounce, 1 - 0.05 * bounce
    _, _, _, foot = table.box
    up = np.clip((foot - table.places.y) / table.height, 0, 1)
    x = (table.places.x - table.centre[0]) / wide + table.centre[0] - lean * up * table.height
    y = foot + (table.places.y - foot) / tall
    lights = _disco(table, u)
    return over(_take(table, np.asarray(x, np.float32), np.asarray(y, np.float32)), lights)


def clones(table: Table, u: float) -> Picture:
    """Copies step out of the subject to both sides and back again."""
    out = math.sin(math.pi * min(1.0, u * 1.15))
    seen = table.behind
    for step in (3, 2, 1):
        for side in (-1, 1):
            far = side * step * out * table.width * 0.17
            front = _posed(table, dx=far, scale=1 - 0.10 * step * out, foot=True)
            faded = front.copy()
            faded[..., 3] = (front[..., 3] * (0.95 - 0.18 * step)).astype(np.uint8)
            seen = over(faded, seen)
    return over(table.front, seen)


def zoom_away(table: Table, u: float) -> Picture:
    """The subject is drawn into a whirl of light and comes back out of it."""
    e = ease(u / 0.5) if u < 0.5 else ease((1 - u) / 0.5)
    dx, dy = table.places.x - table.centre[0], table.places.y - table.centre[1]
    reach = 0.5 * math.hypot(table.box[2] - table.box[0], table.box[3] - table.box[1])
    away = np.hypot(dx, dy) / max(1.0, reach)
    twist = e * 7 * np.exp(-away * 1.4)
    grow = 1 + 6 * e * e
    cos, sin = np.cos(twist), np.sin(twist)
    x = (dx * cos - dy * sin) * grow + table.centre[0]
    y = (dx * sin + dy * cos) * grow + table.centre[1]
    seen = over(_take(table, np.asarray(x), np.asarray(y)), table.behind).astype(np.float32)
    angle = np.arctan2(dy, dx)
    arms = (0.5 + 0.5 * np.sin(angle * 3 + away * 9 - u * 40)) ** 3
    ring = np.exp(-((away - 0.75) ** 2) * 8) * e
    light = (ring * (0.35 + arms))[..., None] * np.array([120, 150, 255])
    core = (np.exp(-(away**2) * 14) * e)[..., None] * 255
    return np.asarray(np.clip(seen + light + core, 0, 255), np.uint8)


def _posed(
    table: Table,
    *,
    dx: float = 0.0,
    dy: float = 0.0,
    scale: float = 1.0,
    turn: float = 0.0,
    foot: bool = False,
) -> Layer:
    """Return the subject moved, scaled about its middle or its foot, and turned."""
    pivot = (table.centre[0], table.box[3] if foot else table.centre[1])
    matrix = cv2.getRotationMatrix2D(pivot, math.degrees(turn), scale)
    matrix[0, 2] += dx
    matrix[1, 2] += dy
    size = (table.width, table.height)
    return np.asarray(cv2.warpAffine(table.front, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)


def _take(table: Table, x: Field, y: Field) -> Layer:
    return pull(table.front, x, y, edge=cv2.BORDER_CONSTANT)


def _shadowed(table: Table, e: float) -> Picture:
    soft = np.zeros((table.height, table.width), np.float32)
    x0, _, x1, y1 = table.box
    axes = (int((x1 - x0) * (0.42 - 0.14 * e)), max(2, int(table.height * 0.018)))
    centre = (int(table.centre[0]), int(min(table.height - 4, y1)))
    cv2.ellipse(soft, centre, axes, 0, 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(soft, (0, 0), table.height / 50)
    return (table.behind * (1 - 0.55 * e * soft[..., None])).astype(np.uint8)


def _glow(table: Table, front: Layer, e: float) -> Layer:
    rim = cv2.GaussianBlur(front[..., 3], (0, 0), table.height / 60)
    edge = np.clip(rim.astype(np.float32) - front[..., 3], 0, 255)[..., None] / 255
    lit = front[..., :3] + (255 - front[..., :3]) * 0.06 * e
    colour = lit * (1 - edge) + np.array([190, 215, 255]) * edge
    alpha = np.maximum(front[..., 3], (rim * 0.30 * e).astype(np.uint8))
    return np.dstack([colour.astype(np.uint8), alpha])


def _disco(table: Table, u: float) -> Picture:
    """Return the room under lights that turn, in the beat."""
    light = np.zeros((table.height, table.width, 3), np.float32)
    for k, colour in enumerate(((255, 60, 160), (60, 160, 255), (255, 190, 50), (90, 255, 140))):
        x = table.width * (0.5 + 0.42 * math.sin(u * 9 + k * 1.7))
        y = table.height * (0.45 + 0.35 * math.cos(u * 7 + k * 2.3))
        away = np.hypot(table.places.x - x, table.places.y - y) / (table.height * 0.28)
        light += np.exp(-(away**2))[..., None] * np.array(colour, np.float32)
    on = min(1.0, u * 5)
    return np.clip(table.behind * (1 - 0.55 * on) + light * 0.55 * on, 0, 255).astype(np.uint8)
