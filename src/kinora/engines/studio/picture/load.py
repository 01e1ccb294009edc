"""Brings checked pictures into memory, at the size that is wanted."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from kinora.engines.studio.reel import Picture
from kinora.ports.engine import CannotMake

BEHIND = (236, 234, 230)
"""What shows through transparent pictures: a light neutral tone."""


def load(path: Path) -> Picture:
    """Return a picture as RGB; raise CannotMake when it cannot be read."""
    try:
        with Image.open(path) as opened:
            if opened.mode in ("RGBA", "LA", "PA"):
                clear = opened.convert("RGBA")
                flat = Image.new("RGBA", clear.size, (*BEHIND, 255))
                return np.asarray(Image.alpha_composite(flat, clear).convert("RGB"))
            return np.asarray(opened.convert("RGB"))
    except (OSError, UnidentifiedImageError, SyntaxError) as error:
        raise CannotMake(f"an input picture cannot be read: {error}") from None


def resize(picture: Picture, width: int, height: int) -> Picture:
    """Return a picture at another size, well sampled up or down."""
    smaller = width * height < picture.shape[0] * picture.shape[1]
    way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.ascontiguousarray(cv2.resize(picture, (width, height), interpolation=way))


def cover(
    picture: Picture, width: int, height: int, *, focus: tuple[float, float] = (0.5, 0.42)
) -> Picture:
    """Return the part of a picture that fills a size, cut so that `focus` stays in sight.

    `focus` is x and y from 0 to 1.
    """
    y0, y1, x0, x1 = cover_window(picture.shape[1], picture.shape[0], width, height, focus)
    return resize(picture[y0:y1, x0:x1], width, height)


def cover_window(
    given_width: int, given_height: int, width: int, height: int, focus: tuple[float, float]
) -> tuple[int, int, int, int]:
    """Return the rows and columns (y0, y1, x0, x1) that `cover` keeps."""
    scale = min(given_width / width, given_height / height)
    kept_width = max(1, min(given_width, round(width * scale)))
    kept_height = max(1, min(given_height, round(height * scale)))
    x0 = round(min(max(focus[0] * given_width - kept_width / 2, 0), given_width - kept_width))
    y0 = round(min(max(focus[1] * given_height - kept_height / 2, 0), given_height - kept_height))
    return y0, y0 + kept_height, x0, x0 + kept_width


def shrink(picture: Picture, longest: int) -> Picture:
    """Return a picture no longer than `longest` a side."""
    scale = min(1.0, longest / max(picture.shape[:2]))
    height, width = picture.shape[:2]
    return resize(picture, max(1, round(width * scale)), max(1, round(height * scale)))


def unit(field: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a field stretched to 0..1; a flat one becomes zero."""
    low, high = float(field.min()), float(field.max())
    return ((field - low) / max(high - low, 1e-6)).astype(np.float32)
