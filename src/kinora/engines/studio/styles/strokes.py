"""Strokes: calm patches of paint, and what is drawn out along the forms."""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, inline, kernel, rows
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]


def along_forms(picture: Picture, *, wide: float) -> Field:
    """Return the way along the forms at each pixel as (across, down), of length 1.

    `wide` is how far in pixels a form has a say (structure tensor; Kyprianidis and Kang 2011).
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    xx, xy, yy = (cv2.GaussianBlur(e, (0, 0), wide) for e in (gx * gx, gx * gy, gy * gy))
    # Where there is no form at all, strokes lie aslant, as a right hand puts them.
    turn = np.float32(0.5) * np.arctan2(2 * xy + np.float32(12), xx - yy) + np.float32(np.pi / 2)
    return np.stack([np.cos(turn), np.sin(turn)], -1).astype(np.float32)


@inline
def _walked(field: Field, way: Field, start: tuple[int, int, float], far: int, out: Field) -> float:
    """Add what lies along the way from a place (x, y, sign) to `out`; return how many pixels."""
    height, width, channels = field.shape
    x, y, sign = start
    px, py = F(x) + F(0.5), F(y) + F(0.5)
    dx, dy = way[y, x, 0] * F(sign), way[y, x, 1] * F(sign)
    count = F(0)
    for _ in range(far):
        px += dx
        py += dy
        ix, iy = int(px), int(py)
        if px < 0 or py < 0 or ix >= width or iy >= height:
            return count
        for c in range(channels):
            out[c] += field[iy, ix, c]
        count += F(1)
        wx, wy = way[iy, ix, 0], way[iy, ix, 1]
        turn = F(1) if wx * dx + wy * dy >= 0 else F(-1)
        dx, dy = wx * turn, wy * turn
    return count


@kernel
def drawn_out(field: Field, way: Field, length: int) -> Field:
    """Return a field (height x width x channels) drawn out along a way by so many pixels.

    Line integral convolution (Cabral and Leedom, SIGGRAPH 1993).
    """
    height, width, channels = field.shape
    out = np.empty_like(field)
    for y in rows(height):
        total = np.zeros(channels, np.float32)
        for x in range(width):
            for c in range(channels):
                total[c] = field[y, x, c]
            count = F(1)
            count += _walked(field, way, (x, y, F(1)), length, total)
            count += _walked(field, way, (x, y, F(-1)), length, total)
            for c in range(channels):
                out[y, x, c] = total[c] / count
    return out


@inline
def _quarter(image: Field, y: int, x: int, sy: int, sx: int, radius: int, out: Field) -> None:
    """Sum one quarter of the window: three means, the brightness's spread, into `out`."""
    height, width, _ = image.shape
    total, square, count = F(0), F(0), F(0)
    out[:] = F(0)
    for j in range(radius + 1):
        for i in range(radius + 1):
            py, px = min(height - 1, max(0, y + sy * j)), min(width - 1, max(0, x + sx * i))
            grey = F(0)
            for c in range(3):
                out[c] += image[py, px, c]
                grey += image[py, px, c]
            total, square, count = total + grey, square + grey * grey, count + F(1)
    for c in range(3):
        out[c] /= count
    out[3] = square / count - (total / count) ** 2


@kernel
def _kuwahara(image: Field, radius: int, out: Field) -> None:
    """Give each pixel a mean of its calmest neighbours (Kuwahara 1976, softly weighted)."""
    height, width, _ = image.shape
    for y in rows(height):
        quarter = np.zeros(4, np.float32)
        for x in range(width):
            weight = F(0)
            out[y, x, 0], out[y, x, 1], out[y, x, 2] = F(0), F(0), F(0)
            for k in range(4):
                sy = 1 if k < 2 else -1
                sx = 1 if k % 2 == 0 else -1
                _quarter(image, y, x, sy, sx, radius, quarter)
                w = F(1) / (F(1e-4) + quarter[3] * quarter[3])
                weight += w
                out[y, x, 0] += w * quarter[0]
                out[y, x, 1] += w * quarter[1]
                out[y, x, 2] += w * quarter[2]
            out[y, x, 0] /= weight
            out[y, x, 1] /= weight
            out[y, x, 2] /= weight


def patches(picture: Picture) -> Field:
    """Return a picture as calm patches of paint, 0 to 255."""
    light: Field = (picture.astype(np.float32) / 255).astype(np.float32)
    calm = np.empty_like(light)
    _kuwahara(light, max(2, round(max(picture.shape[:2]) / 220)), calm)
    return calm * np.float32(255)
