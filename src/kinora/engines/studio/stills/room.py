"""Picture templates by name."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from kinora.engines.studio.picture.load import cover, load, resize
from kinora.engines.studio.picture.subject import CONFIDENT, find_subject
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.stills import looks, prints
from kinora.engines.studio.styles.room import still
from kinora.ports.engine import CannotMake, Shape

LOOKS: dict[str, Callable[[Picture], Picture]] = {
    "oil-painting": partial(still, style="oil"),
    "comic-print": partial(still, style="comic"),
    "pencil-sketch": partial(still, style="pencil"),
    "pop-art": looks.pop_art,
    "pixel-art": partial(still, style="pixel"),
    "vintage-film": looks.vintage,
    "anime-still": partial(still, style="anime"),
    "low-poly": partial(still, style="low_poly"),
    "stained-glass": partial(still, style="stained_glass"),
    "mosaic": partial(still, style="mosaic"),
    "plasticine": partial(still, style="clay"),
    "watercolour": partial(still, style="watercolor"),
    "sticker": prints.sticker,
    "magazine-cover": prints.magazine,
    "film-poster": prints.film_poster,
    "toy-box": prints.toy_box,
    "trading-card": prints.trading_card,
    "post-card": prints.post_card,
}


def picture(template: str, paths: Sequence[Path], *, shape: Shape) -> Picture:
    """Return a picture in a template's look; raise CannotMake for a name that is not known."""
    if template == "double-exposure":
        one, two = (cover(load(path), shape.width, shape.height) for path in paths)
        return double_exposure(one, two)
    look = LOOKS.get(template)
    if look is None:
        raise CannotMake(f"the studio has no picture template named {template}")
    return look(resize(load(paths[0]), shape.width, shape.height))


def double_exposure(one: Picture, two: Picture) -> Picture:
    """Return the second picture inside the first one's subject, as on one frame of film."""
    subject = find_subject(one)
    matte = subject.matte if subject.confidence >= CONFIDENT else np.ones_like(subject.matte)
    grey = cv2.cvtColor(one, cv2.COLOR_RGB2GRAY).astype(np.float32)[..., None] / 255
    inner = 255 - (255 - two.astype(np.float32)) * (1 - grey * 0.75)
    shadows = np.clip(1.15 - grey * 1.5, 0, 1)
    figure = inner * (1 - shadows * 0.75) + one * shadows * 0.75
    paper = np.array([236, 232, 224], np.float32) * (0.92 + 0.08 * grey)
    alpha = matte[..., None]
    return np.clip(figure * alpha + paper * (1 - alpha), 0, 255).astype(np.uint8)
