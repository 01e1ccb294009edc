"""Operations on films: what they take, what they cost, how big their results are."""

import math
from collections.abc import Sequence

from kinora.catalog.models import Edit as Terms
from kinora.catalog.models import Models
from kinora.catalog.shapes import own_shape
from kinora.domain.asset import Asset
from kinora.domain.errors import Invalid
from kinora.domain.order import Edit, Order, feature_of
from kinora.domain.shape import Shape


def check_edit(models: Models, ask: Edit, inputs: Sequence[Asset]) -> None:
    """Raise Invalid when a film is too long or too large for what is to be done with it."""
    terms, film = _terms(models, ask), inputs[0]
    if film.seconds > terms.seconds:
        raise Invalid(f"the video must be at most {terms.seconds} s long")
    if terms.side and max(film.width, film.height) > terms.side:
        raise Invalid(f"the video must be at most {terms.side} px wide and high")


def edit_price(models: Models, order: Order, ask: Edit, inputs: Sequence[Asset]) -> int:
    """Return what an operation costs: by the film's started seconds."""
    price = _terms(models, ask).price
    by_second = price if isinstance(price, int) else price[order.quality]
    return by_second * max(1, math.ceil(inputs[0].seconds))


def edit_shape(inputs: Sequence[Asset]) -> Shape:
    """Return the size of the result: the film's own."""
    return own_shape(inputs[0])


def _terms(models: Models, ask: Edit) -> Terms:
    return models.edits[feature_of(ask).value]
