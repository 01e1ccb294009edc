"""Effects that bend the subject: squish, melt, inflate."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.effects.table import Table
from kinora.engines.studio.picture.warping import ease, over, pull
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]


def squish(table: Table, u: float) -> Picture:
    """Something presses the subject flat, and it springs back, again and again."""
    _, y0, _, y1 = table.box
    swing = math.sin(u * 4 * math.pi * 1.5) * math.exp(-u * 2.0)
    press = (1 - math.exp(-u * 5)) * (0.42 + 0.16 * swing)
    tall = 1 - press
    wide = 1 / max(0.45, tall) ** 0.75
    down = np.clip((y1 - table.places.y) / max(1.0, (y1 - y0) * tall), 0, 1)
    bulge = 1 + 0.25 * press * np.cos(down * math.pi * 0.9)
    x = (table.places.x - table.centre[0]) / (wide * bulge) + table.centre[0]
    return _lay(table, x, (table.places.y - y1) / tall + y1)


def melt(table: Table, u: float) -> Picture:
    """The subject runs down into a puddle."""
    _, y0, _, y1 = table.box
    e = ease(u)
    drip = 0.35 + 1.3 * table.coarse[int((y0 + y1) / 2)][None, :]
    k = np.clip((table.places.y - y0) / max(1.0, y1 - y0), 0, 1.2)
    sunk = e * (y1 - y0) * 0.75 * drip * np.clip(1.1 - k, 0, 1) ** 0.6
    spread = 1 + 1.1 * e * np.clip((k - 0.72) * 3.2, 0, 1)
    wobble = np.sin(table.places.x * (36 / table.width) + u * 7) * table.height / 135 * e
    x = (table.places.x - table.centre[0]) / spread + table.centre[0] + wobble
    y = np.where(table.places.y > y1, table.places.y, table.places.y - sunk)
    return _lay(table, x, y)


def inflate(table: Table, u: float) -> Picture:
    """The subject fills with air, shines, and lifts off."""
    e = 1 - math.exp(-u * 3.5)
    x0, y0, x1, y1 = table.box
    reach = 0.52 * math.hypot(x1 - x0, y1 - y0)
    dx, dy = table.places.x - table.centre[0], table.places.y - table.centre[1]
    away = np.clip(np.hypot(dx, dy) / max(1.0, reach), 0, 1)
    pull_in = 1 - 0.48 * e * (1 - away * away)
    wobble = 1 + 0.03 * math.sin(u * 30) * math.exp(-u * 3)
    lift = table.height * (0.05 * e * math.sin(u * 6) + 0.55 * ease((u - 0.62) / 0.38) ** 2)
    x = dx * pull_in * wobble + table.centre[0]
    y = (dy + lift) * pull_in / wobble + table.centre[1]
    front = _take(table, x, y)
    shine = np.exp(-(((dx + reach * 0.25) / (reach * 0.30)) ** 2))
    shine = shine * np.exp(-(((dy + lift + reach * 0.45) / (reach * 0.22)) ** 2)) * e * 0.35
    lit = front[..., :3] + (255 - front[..., :3]) * shine[..., None]
    front = np.dstack([lit.astype(np.uint8), front[..., 3]])
    return over(front, table.behind)


def _lay(table: Table, x: Field, y: Field) -> Picture:
    return over(_take(table, x, y), table.behind)


def _take(table: Table, x: Field, y: Field) -> NDArray[np.uint8]:
    return pull(table.front, x.astype(np.float32), y.astype(np.float32), edge=cv2.BORDER_CONSTANT)
