"""Operations on films: what they take, what they cost, how big their results are."""

import math
from collections.abc import Sequence
from dataclasses import replace

from kinora.catalog.models import Edit as Terms
from kinora.catalog.models import Models
from kinora.catalog.rules import among
from kinora.catalog.shapes import own_shape
from kinora.catalog.sizes import film_like
from kinora.domain.asset import Asset
from kinora.domain.errors import Invalid, PromptTooLong
from kinora.domain.order import Edit, MaskSelection, Mimic, Modify, Order, Swap, feature_of
from kinora.domain.shape import Shape

LONGEST_PROMPT = 5000
ALIKE = 0.04
"""A film whose area is so near to its quality's keeps its own size."""


def check_quality(models: Models, order: Order, ask: Edit) -> None:
    """Raise Invalid for a quality that the operation does not have."""
    price = _terms(models, ask).price
    if not isinstance(price, int):
        among("quality", order.quality, tuple(price))


def check_edit(models: Models, ask: Edit, inputs: Sequence[Asset]) -> None:
    """Raise Invalid when a film is too long or too large for what is to be done with it."""
    terms, film = _terms(models, ask), inputs[0]
    if film.seconds > terms.seconds:
        raise Invalid(f"the video must be at most {terms.seconds} s long")
    if terms.side and max(film.width, film.height) > terms.side:
        raise Invalid(f"the video must be at most {terms.side} px wide and high")
    if isinstance(ask, Modify) and len(ask.prompt) > LONGEST_PROMPT:
        raise PromptTooLong(f"Prompt length exceeds {LONGEST_PROMPT} characters limit")
    if isinstance(ask, MaskSelection | Swap) and not 1 <= ask.keyframe <= film.frames:
        raise Invalid(f"keyframe_id must be 1 to {film.frames} for this video")


def edit_price(models: Models, order: Order, ask: Edit, inputs: Sequence[Asset]) -> int:
    """Return what an operation costs: by the film's started seconds, or for the whole."""
    terms = _terms(models, ask)
    price = terms.price if isinstance(terms.price, int) else terms.price[order.quality]
    if not terms.each:
        return price
    units = max(1, math.ceil(inputs[0].seconds / terms.each))
    return price * (min(units, terms.most) if terms.most else units)


def edit_shape(models: Models, order: Order, ask: Edit, inputs: Sequence[Asset]) -> Shape:
    """Return the size of the result: the film's own, or by quality; a mimic's is the picture's."""
    own = own_shape(inputs[0])
    if isinstance(ask, MaskSelection):
        return replace(own, frames=1, fps=0)
    if not order.quality:
        return own
    area = models.tiers[order.quality]
    if isinstance(ask, Mimic):
        width, height = film_like((inputs[1].width, inputs[1].height), area=area)
        return replace(own, width=width, height=height)
    if abs(own.width * own.height / area - 1) < ALIKE:
        return own
    width, height = film_like((own.width, own.height), area=area)
    return replace(own, width=width, height=height)


def _terms(models: Models, ask: Edit) -> Terms:
    return models.edits[feature_of(ask).value]
