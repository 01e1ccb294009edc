"""The styles by name, each a way to draw a film frame by frame."""

from collections.abc import Callable

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles import drawn, screens
from kinora.engines.studio.styles.exposure import Raised
from kinora.engines.studio.styles.facets import LowPoly, Mosaic, StainedGlass
from kinora.engines.studio.styles.grain import Grain
from kinora.engines.studio.styles.modelled import Animation3d, Clay
from kinora.engines.studio.styles.painted import Oil, Watercolor

Style = Callable[[Picture, Grain], Picture]
"""Draws the next frame, which was calmed, with what moves with it."""

STYLES: dict[str, Callable[[], Style]] = {
    "anime": lambda: drawn.anime,
    "3d_animation": Animation3d,
    "clay": Clay,
    "comic": lambda: drawn.comic,
    "cyberpunk": lambda: screens.cyberpunk,
    "oil": Oil,
    "watercolor": lambda: Raised(Watercolor()),
    "ink_wash": lambda: Raised(drawn.ink_wash),
    "pencil": lambda: Raised(drawn.pencil),
    "pixel": screens.Pixel,
    "neon": lambda: screens.neon,
    "low_poly": LowPoly,
    "stained_glass": lambda: Raised(StainedGlass()),
    "mosaic": lambda: Raised(Mosaic()),
    "vintage": lambda: screens.vintage,
    "noir": lambda: screens.noir,
    "pop_art": lambda: Raised(drawn.pop_art),
    "ukiyo_e": lambda: Raised(drawn.ukiyo_e),
}
"""Begins a film in a style."""
