"""Looks for still pictures."""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.imagevideo.grade import grade
from kinora.engines.studio.kernels.jit import F, inline, kernel, rows
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
POP = (
    ((30, 24, 90), (255, 66, 120), (255, 236, 90)),
    ((12, 70, 70), (20, 190, 170), (255, 250, 220)),
    ((70, 16, 60), (245, 130, 32), (255, 240, 200)),
    ((14, 30, 100), (60, 130, 255), (255, 190, 220)),
)


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


def painted_over(picture: Picture) -> Picture:
    """Return a picture as calm strokes of paint."""
    light: Field = (picture.astype(np.float32) / 255).astype(np.float32)
    calm = np.empty_like(light)
    _kuwahara(light, max(2, round(max(picture.shape[:2]) / 220)), calm)
    return _pixels(calm * 255)


def oil(picture: Picture) -> Picture:
    """Oil paint: calm areas flow together, strokes catch the light."""
    light: Field = (picture.astype(np.float32) / 255).astype(np.float32)
    painted = np.empty_like(light)
    _kuwahara(light, max(2, round(max(picture.shape[:2]) / 220)), painted)
    grey = cv2.cvtColor(painted, cv2.COLOR_RGB2GRAY)
    rng = np.random.default_rng(4)
    bristle = rng.standard_normal(grey.shape).astype(np.float32)
    bristle = cv2.GaussianBlur(bristle, (0, 0), 0.8) - cv2.GaussianBlur(bristle, (0, 0), 2.4)
    relief = cv2.Sobel(grey, cv2.CV_32F, 1, 1) * 0.8 + bristle * 0.10
    return _pixels(np.clip(painted * 1.04 + relief[..., None], 0, 1) * 255)


def comic(picture: Picture) -> Picture:
    """Comic print: flat colours, ink lines, dots in the mid tones."""
    drawn = grade(picture, light="", style="comic")
    height, width = picture.shape[:2]
    pitch = max(5.0, max(height, width) / 170)
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = (xx + yy) * (np.pi / pitch), (xx - yy) * (np.pi / pitch)
    dots = np.cos(u) * np.cos(v)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    tone = cv2.GaussianBlur(grey, (0, 0), pitch / 2)
    ink = np.clip((dots - (tone * 2.6 - 0.75)) * 4, 0, 1) * (tone < 0.66)
    return _pixels(drawn * (1 - 0.30 * ink[..., None]))


def pencil(picture: Picture) -> Picture:
    """Pencil on paper: a dodged negative, hatching in the shade, grain."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    soft = cv2.GaussianBlur(255 - grey, (0, 0), max(2.0, max(grey.shape) / 130))
    line = np.clip(grey * 255 / np.maximum(1, 255 - soft), 0, 255) / 255
    height, width = grey.shape
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    rng = np.random.default_rng(7)
    rough = cv2.GaussianBlur(rng.random((height, width)).astype(np.float32), (0, 0), 1.2)
    stroke = 0.5 + 0.5 * np.sin((xx + yy * 0.8) * 1.1 + rough * 14)
    shade = np.clip(0.62 - cv2.GaussianBlur(grey, (0, 0), 2) / 255, 0, 1)
    tone = line**1.5 * (1 - shade * (0.35 + 0.75 * stroke)) * (0.95 + 0.1 * rough)
    paper = np.array([250, 246, 236], np.float32)
    lead = np.array([46, 46, 52], np.float32)
    return _pixels(lead + (paper - lead) * np.clip(tone, 0, 1)[..., None])


def pop_art(picture: Picture) -> Picture:
    """Four prints in loud colours."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    grey = cv2.equalizeHist(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))
    grey = cv2.bilateralFilter(grey, 9, 60, 9)
    ramp = np.linspace(0, 1, 256)
    step = np.clip(np.floor(ramp * 3.0) + np.clip((ramp * 3 % 1 - 0.45) * 10, 0, 1), 0, 2.99) / 1.5
    prints = []
    for dark, mid, light in POP:
        low, high = np.clip(step, 0, 1)[:, None], np.clip(step - 1, 0, 1)[:, None]
        colours = np.array(dark) * (1 - low) + np.array(mid) * low
        table = (colours * (1 - high) + np.array(light) * high)[None].astype(np.uint8)
        prints.append(cv2.LUT(cv2.merge([grey] * 3), table))
    sheet = np.vstack([np.hstack(prints[:2]), np.hstack(prints[2:])])
    return _pixels(cv2.resize(sheet, (width, height)).astype(np.float32))


def pixels(picture: Picture) -> Picture:
    """Pixel art: big pixels, few colours, an outline of their own."""
    height, width = picture.shape[:2]
    cell = max(4, round(max(height, width) / 128))
    small = cv2.resize(picture, (max(2, width // cell), max(2, height // cell)), interpolation=3)
    small = cv2.bilateralFilter(small, 5, 45, 5)
    colours = small.reshape(-1, 3).astype(np.float32)
    cv2.setRNGSeed(3)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    count = min(24, len(np.unique(colours, axis=0)))
    _, labels, centres = cv2.kmeans(colours, count, None, stop, 1, cv2.KMEANS_PP_CENTERS)
    flat = centres[labels.ravel()].reshape(small.shape)
    return _pixels(cv2.resize(flat, (width, height), interpolation=cv2.INTER_NEAREST))


def vintage(picture: Picture) -> Picture:
    """Old film stock: faded blacks, warm lights, grain, a burnt corner."""
    height, width = picture.shape[:2]
    light = picture.astype(np.float32) / 255
    grey = cv2.cvtColor(light, cv2.COLOR_RGB2GRAY)[..., None]
    faded = (light * 0.62 + grey * 0.38) * np.array([1.06, 0.97, 0.80]) * 0.86
    faded = faded + np.array([0.085, 0.065, 0.055])
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.hypot(xx / width - 0.5, yy / height - 0.5)
    leak = np.exp(-(((xx / width - 1.02) / 0.20) ** 2 + ((yy / height - 0.22) / 0.5) ** 2))
    faded = faded * (1 - 0.75 * np.clip(away - 0.34, 0, 1))[..., None]
    faded = faded + leak[..., None] * np.array([0.42, 0.17, 0.03])
    grain = np.random.default_rng(11).normal(0, 0.030, (height, width, 1))
    return _pixels(np.clip(faded + grain, 0, 1) * 255)


def anime(picture: Picture) -> Picture:
    """Drawn film: clear colours in soft steps, thin lines."""
    return grade(picture, light="", style="anime")


def _pixels(field: NDArray[np.floating]) -> Picture:
    return np.ascontiguousarray(np.clip(field, 0, 255).astype(np.uint8))
