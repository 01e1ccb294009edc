"""How big and how long what an order makes will be."""

from collections.abc import Sequence
from dataclasses import replace

from kinora.catalog.models import Models
from kinora.catalog.sizes import enlarged, even, film_like, picture_like
from kinora.domain.asset import Asset
from kinora.domain.order import Fusion, Order, films_of
from kinora.domain.shape import Shape

FPS = 24
FASTEST = 60
UNKNOWN = (1024, 1024)
AUTO = "auto"


def still_shape(inputs: Sequence[Asset]) -> Shape:
    """Return the size of a picture made from pictures: that of the first."""
    width, height = picture_like(first_size(inputs) or UNKNOWN)
    return Shape(width=width, height=height, frames=1, fps=0)


def text_still_shape(models: Models, order: Order) -> Shape:
    """Return the size of a picture made from words."""
    width, height = table_size(models, order)
    return Shape(width=width, height=height, frames=1, fps=0)


def film_shape(models: Models, order: Order, inputs: Sequence[Asset], *, seconds: int) -> Shape:
    """Return the size of a film that follows its first picture, or else the table."""
    size = first_size(inputs)
    if size is None:
        width, height = table_size(models, order)
    else:
        width, height = film_like(size, area=models.tiers[order.quality])
    return Shape(width=width, height=height, frames=seconds * FPS, fps=FPS)


def fusion_shape(models: Models, order: Order, ask: Fusion, inputs: Sequence[Asset]) -> Shape:
    """Return the size of a fusion, which with films among its references is as long as these."""
    films = [asset for asset in inputs if asset.id in films_of(ask)]
    seconds = max(film.seconds for film in films) if films else float(order.seconds)
    if order.aspect_ratio == AUTO:
        size = first_size(inputs) or UNKNOWN
        width, height = film_like(size, area=models.tiers[order.quality])
    else:
        width, height = table_size(models, order)
    return Shape(width=width, height=height, frames=max(1, round(seconds * FPS)), fps=FPS)


def extend_shape(order: Order, inputs: Sequence[Asset]) -> Shape:
    """Return the size of a film that goes on: its own, and as much longer as was asked."""
    source = inputs[0]
    frames = round(source.seconds * FPS) + order.seconds * FPS
    return Shape(width=even(source.width), height=even(source.height), frames=frames, fps=FPS)


def upscale_shape(inputs: Sequence[Asset]) -> Shape:
    """Return the size of a larger film, at its own rate of frames."""
    own = own_shape(inputs[0])
    width, height = enlarged((inputs[0].width, inputs[0].height))
    return replace(own, width=width, height=height)


def own_shape(film: Asset) -> Shape:
    """Return a film's own size, length and rate of frames, as near as H.264 can have them."""
    fps = min(FASTEST, max(1, round(film.frames / film.seconds))) if film.seconds else FPS
    frames = max(1, round(film.seconds * fps))
    return Shape(width=even(film.width), height=even(film.height), frames=frames, fps=fps)


def table_size(models: Models, order: Order) -> tuple[int, int]:
    """Return the size that a model's table has for a quality and an aspect ratio."""
    return models.sizes[models.models[order.model].sizes][order.quality][order.aspect_ratio]


def first_size(inputs: Sequence[Asset]) -> tuple[int, int] | None:
    """Return the width and height of the first input that can be seen, None when there is none."""
    seen = next((each for each in inputs if each.width), None)
    return (seen.width, seen.height) if seen else None
