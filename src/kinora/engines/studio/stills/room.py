"""Picture templates by name."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from kinora.engines.studio.picture.load import load, resize
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.stills import looks
from kinora.ports.engine import CannotMake, Shape

LOOKS: dict[str, Callable[[Picture], Picture]] = {
    "oil-painting": looks.oil,
    "comic-print": looks.comic,
    "pencil-sketch": looks.pencil,
    "pop-art": looks.pop_art,
    "pixel-art": looks.pixels,
    "vintage-film": looks.vintage,
    "anime-still": looks.anime,
}


def picture(template: str, paths: Sequence[Path], *, shape: Shape) -> Picture:
    """Return a picture in a template's look; raise CannotMake for a name that is not known."""
    look = LOOKS.get(template)
    if look is None:
        raise CannotMake(f"the studio has no picture template named {template}")
    return look(resize(load(paths[0]), shape.width, shape.height))


def warm() -> None:
    """Compile what a first run would wait for."""
    looks.oil(np.random.default_rng(1).integers(0, 255, (32, 32, 3), np.uint8))
