"""Quoted words of a prompt as a title that fades in and out."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
import skia
from numpy.typing import NDArray

from kinora.engines.studio.picture.warping import ease
from kinora.engines.studio.reel import Picture
from kinora.ports.engine import Shape

WIDEST = 0.82
FADE = 0.16


def with_title(frames: Iterator[Picture], text: str, *, shape: Shape) -> Iterator[Picture]:
    """Yield frames with a title over them; unchanged when there is no text."""
    # A font that lacks a letter would draw boxes; no title is better than that.
    if not text or any(not _face().unicharToGlyph(ord(letter)) for letter in text):
        yield from frames
        return
    mask = letters(text, shape.width, shape.height, size=shape.height / 7)
    shadow = cv2.GaussianBlur(mask, (0, 0), max(2.0, shape.height / 90))
    for number, frame in enumerate(frames):
        u = number / max(1, shape.frames - 1) if shape.frames > 1 else 0.5
        seen = ease(u / FADE) * ease((1 - u) / FADE)
        dark = cv2.multiply(frame, 255 - cv2.merge([shadow] * 3), scale=1 / 255)
        dimmed = cv2.addWeighted(dark, 0.55 * seen, frame, 1 - 0.55 * seen, 0)
        light = (mask * seen).astype(np.uint8)
        white = cv2.merge([light] * 3)
        kept = cv2.multiply(dimmed, 255 - white, scale=1 / 255)
        yield np.asarray(cv2.add(kept, white))


def letters(
    text: str, width: int, height: int, *, size: float, middle: float = 0.54
) -> NDArray[np.uint8]:
    """Return words as a mask of a size in pixels, as large as asked or as fits.

    `middle` is where the letters stand, from the top, as a part of the height.
    """
    font = skia.Font(_face(), size)
    needed = font.measureText(text)
    if needed > width * WIDEST:
        font.setSize(font.getSize() * width * WIDEST / needed)
    surface = skia.Surface(width, height)
    x = (width - font.measureText(text)) / 2
    paint = skia.Paint(AntiAlias=True, Color=skia.ColorWHITE)
    surface.getCanvas().drawString(text, x, height * middle, font, paint)
    return np.ascontiguousarray(np.asarray(surface.toarray())[..., 3])


@cache
def _face() -> skia.Typeface:
    """Return the lettering font, which travels with the engine."""
    body = (files("kinora.engines.studio") / "fonts" / "DejaVuSans-Bold.ttf").read_bytes()
    return skia.Typeface.MakeFromData(skia.Data.MakeWithCopy(body))
