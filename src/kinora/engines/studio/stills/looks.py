"""Looks of still pictures that no film has."""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture

POP = (
    ((30, 24, 90), (255, 66, 120), (255, 236, 90)),
    ((12, 70, 70), (20, 190, 170), (255, 250, 220)),
    ((70, 16, 60), (245, 130, 32), (255, 240, 200)),
    ((14, 30, 100), (60, 130, 255), (255, 190, 220)),
)


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


def _pixels(field: NDArray[np.floating]) -> Picture:
    return np.ascontiguousarray(np.clip(field, 0, 255).astype(np.uint8))
