"""How big and how long what an order makes will be."""

from collections.abc import Sequence

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
    source = inputs[0]
    fps = min(FASTEST, max(1, round(source.frames / source.seconds))) if source.seconds else FPS
    width, height = enlarged((source.width, source.height))
    return Shape(width=width, height=height, frames=max(1, round(source.seconds * fps)), fps=fps)


def table_size(models: Models, order: Order) -> tuple[int, int]:
    """Return the size that a model's table has for a quality and an aspect ratio."""
    return models.sizes[models.models[order.model].sizes][order.quality][order.aspect_ratio]


def first_size(inputs: Sequence[Asset]) -> tuple[int, int] | None:
    """Return the width and height of the first input, None when there is none."""
    return (inputs[0].width, inputs[0].height) if inputs else None
