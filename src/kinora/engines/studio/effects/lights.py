"""Effects made of light and glass: hologram, snow globe, neon, glitch."""

import math

import cv2
import numpy as np

from kinora.engines.studio.effects.table import Table
from kinora.engines.studio.picture.warping import ease, pull
from kinora.engines.studio.reel import Picture


def hologram(table: Table, u: float) -> Picture:
    """The subject as a flickering projection in a dark room."""
    t = u * 5
    grey = cv2.cvtColor(table.picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.2)
    edges = np.clip(np.abs(cv2.Laplacian(smooth, cv2.CV_32F)) * 9, 0, 1)
    unit = table.height / 720
    lines = 0.75 + 0.25 * np.sin((table.places.y / unit + t * 60) * 1.35)
    tears = np.abs(np.sin(table.places.y / unit * 0.02 + t * 3)) > 0.992
    shift = np.where(tears, 14 * unit * math.sin(t * 50), 0).astype(np.float32)
    bar = np.exp(-(((table.places.y / table.height - (t * 0.35) % 1.3) / 0.03) ** 2)) * 0.5
    flicker = 0.92 + 0.08 * math.sin(t * 31) * math.sin(t * 17)
    light = ((grey * 0.75 + edges * 0.9 + bar) * lines * table.matte * flicker).astype(np.float32)
    light = cv2.remap(light, table.places.x + shift, table.places.y, cv2.INTER_LINEAR)
    bloom = cv2.GaussianBlur(light, (0, 0), 8 * unit + 0.5)
    room = table.behind.astype(np.float32) * 0.16
    room += light[..., None] * np.array([40, 215, 255], np.float32)
    room += bloom[..., None] * np.array([10, 120, 190], np.float32)
    return np.asarray(np.clip(room, 0, 255), np.uint8)


def neon(table: Table, u: float) -> Picture:
    """The subject's outline lights up like a neon sign, drawn round bit by bit."""
    soft = cv2.GaussianBlur(table.picture, (0, 0), max(1.0, table.height / 480))
    edges = cv2.Canny(soft, 60, 140).astype(np.float32) / 255
    rim = cv2.morphologyEx(
        (table.matte > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)
    )
    lines = np.maximum(edges * table.matte * 0.7, rim.astype(np.float32))
    dx, dy = table.places.x - table.centre[0], table.places.y - table.centre[1]
    angle = (np.arctan2(dx, -dy) / (2 * math.pi)) % 1.0
    drawn = np.clip((ease(u / 0.7) * 1.1 - angle) * 12, 0, 1)
    spark = np.exp(-(((ease(u / 0.7) * 1.1 - angle) * 40) ** 2)) * (u < 0.7)
    line = cv2.GaussianBlur((lines * drawn).astype(np.float32), (0, 0), 0.9)
    hum = 0.9 + 0.1 * math.sin(u * 90)
    wide = cv2.GaussianBlur(line, (0, 0), table.height / 80) * 2.4
    hue = (0.5 + 0.5 * np.sin(angle * 6.3 + u * 4))[..., None].astype(np.float32)
    colour = hue * np.array([255, 40, 170], np.float32) + (1 - hue) * np.array([30, 200, 255])
    dark = table.picture.astype(np.float32) * (0.30 - 0.16 * ease(u * 2))
    glow = colour * (line[..., None] * 1.5 + wide[..., None]) * hum
    white = (line * 160 + spark * lines * 200)[..., None]
    return np.asarray(np.clip(dark + glow + white, 0, 255), np.uint8)


def glitch(table: Table, u: float) -> Picture:
    """The picture breaks up in bursts: torn rows, split colours, blocks out of place."""
    rng = np.random.default_rng(table.seed * 1000 + int(u * 60))
    burst = max(0.0, math.sin(u * 19) * math.sin(u * 7.3)) ** 0.6
    amount = 0.08 + 0.92 * burst
    rows = np.zeros(table.height, np.float32)
    for _ in range(int(14 * amount) + 1):
        start = int(rng.integers(0, table.height))
        size = int(rng.integers(2, max(3, table.height // 14)))
        rows[start : start + size] += rng.normal(0, table.width * 0.05 * amount)
    split = table.width * 0.010 * amount
    channels = [
        pull(table.picture, table.places.x + rows[:, None] + shift, table.places.y)[..., c]
        for c, shift in enumerate((-split, 0.0, split))
    ]
    torn = np.dstack(channels)
    scan = (0.90 + 0.10 * np.sin(np.arange(table.height) * 2.4))[:, None, None]
    noise = rng.normal(0, 7 + 16 * amount, (table.height, table.width, 1))
    return np.asarray(np.clip(torn * scan + noise, 0, 255), np.uint8)


def snow_globe(table: Table, u: float) -> Picture:
    """The picture inside a glass ball in which it snows."""
    t = u * 5
    radius = min(table.height, table.width) * 0.44
    cx, cy = table.width / 2, table.height * 0.47
    dx, dy = (table.places.x - cx) / radius, (table.places.y - cy) / radius
    away = np.hypot(dx, dy)
    bend = np.where(away < 1, (1 + 0.55 * away**4) / 1.15, 1) * 1.25
    zoom = min(table.height, table.width) / max(1.0, min(table.height, table.width))
    x = cx + (table.places.x - cx) * bend * zoom
    y = cy + (table.places.y - cy) * bend * zoom
    inside = pull(table.picture, x.astype(np.float32), y.astype(np.float32)).astype(np.float32)
    inside += (255 - inside) * _flakes(table, t, radius, cx, cy)
    rim = (np.clip((away - 0.80) / 0.20, 0, 1) ** 2)[..., None]
    inside = inside * (1 - 0.5 * rim) + np.array([200, 225, 255]) * (0.55 * rim)
    shine = np.exp(-(((dx + 0.42) / 0.16) ** 2 + ((dy + 0.5) / 0.10) ** 2)) * 0.85
    shine += np.exp(-(((dx - 0.5) / 0.05) ** 2 + ((dy - 0.45) / 0.16) ** 2)) * 0.3
    inside += (255 - inside) * shine[..., None]
    room = cv2.GaussianBlur(table.picture, (0, 0), table.height / 28).astype(np.float32) * 0.45
    room = _foot(table, room, radius, cx, cy)
    glass = np.clip((1 - away) * radius / 1.5, 0, 1)[..., None]
    return np.asarray(np.clip(room * (1 - glass) + inside * glass, 0, 255), np.uint8)


def _flakes(table: Table, t: float, radius: float, cx: float, cy: float) -> np.ndarray:
    light = np.zeros((table.height, table.width), np.uint8)
    for a, b, c, _ in np.random.default_rng(table.seed + 3).random((420, 4)):
        drift = a + 0.05 * math.sin(t * 1.3 + b * 9) + 0.02 * t
        x = cx + radius * (2 * (drift % 1) - 1)
        y = cy + radius * (2 * ((b + t * (0.07 + 0.10 * c)) % 1) - 1)
        size = (1 + 3 * c) * table.height / 720
        cv2.circle(light, (int(x * 8), int(y * 8)), int(size * 8), 230, -1, cv2.LINE_AA, 3)
    soft = cv2.GaussianBlur(light, (0, 0), 0.8).astype(np.float32) / 255
    return soft[..., None]


def _foot(table: Table, room: np.ndarray, radius: float, cx: float, cy: float) -> np.ndarray:
    """Put the wooden foot under the ball."""
    down = np.clip((table.places.y - cy - radius * 0.82) / (radius * 0.35), 0, 1)
    wood = np.abs(table.places.x - cx) < radius * (0.62 + 0.25 * down)
    wood &= table.places.y > cy + radius * 0.86
    light = 0.6 + 0.7 * np.exp(-(((table.places.x - cx + radius * 0.25) / (radius * 0.3)) ** 2))
    return np.where(wood[..., None], np.array([70, 38, 22]) * light[..., None], room)
