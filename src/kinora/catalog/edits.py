"""Operations on given media: what they take, what they cost, how big their results are."""

import math
from collections.abc import Sequence
from dataclasses import replace

from kinora.catalog.models import Edit as Terms
from kinora.catalog.models import Models
from kinora.catalog.rules import among
from kinora.catalog.shapes import own_shape
from kinora.catalog.sizes import film_like
from kinora.catalog.songs import check_music_video, check_song, song_price, song_shape
from kinora.catalog.sounds import check_heard, heard_price, heard_shape
from kinora.catalog.talking import avatar_shape, check_talk, talk_seconds
from kinora.domain.asset import Asset
from kinora.domain.errors import Invalid, PromptTooLong
from kinora.domain.order import (
    Avatar,
    Edit,
    LipSync,
    MakeMusic,
    MaskSelection,
    Mimic,
    Modify,
    MusicVideo,
    OnFilm,
    Order,
    SaySomething,
    Swap,
    feature_of,
)
from kinora.domain.quote import Term
from kinora.domain.shape import Shape

LONGEST_PROMPT = 5000
ALIKE = 0.04
"""A film whose area is so near to its quality's keeps its own size."""


def check_order(models: Models, order: Order, ask: Edit) -> None:
    """Raise Invalid for what can be told without the media: a quality, what is to be said."""
    if isinstance(ask, MakeMusic | SaySomething):
        check_heard(models, order, ask)
        return
    if isinstance(ask, MusicVideo):
        check_music_video(models, order, ask)
        return
    if isinstance(ask, LipSync | Avatar):
        check_talk(ask)
    price = _terms(models, ask).price
    if not isinstance(price, int):
        among("quality", order.quality, tuple(price))


def check_edit(models: Models, ask: Edit, inputs: Sequence[Asset]) -> None:
    """Raise Invalid when a film is too long or too large for what is to be done with it."""
    if isinstance(ask, MusicVideo):
        check_song(models, inputs[-1])
    if isinstance(ask, LipSync | Avatar):
        check_talk(ask, inputs)
    if isinstance(ask, OnFilm):
        _check_film(models, ask, inputs[0])


def _check_film(models: Models, ask: OnFilm, film: Asset) -> None:
    terms = _terms(models, ask)
    if film.seconds > terms.seconds:
        raise Invalid(f"the video must be at most {terms.seconds} s long")
    if terms.side and max(film.width, film.height) > terms.side:
        raise Invalid(f"the video must be at most {terms.side} px wide and high")
    if isinstance(ask, Modify) and len(ask.prompt) > LONGEST_PROMPT:
        raise PromptTooLong(f"Prompt length exceeds {LONGEST_PROMPT} characters limit")
    if isinstance(ask, MaskSelection | Swap) and not 1 <= ask.keyframe <= film.frames:
        raise Invalid(f"keyframe_id must be 1 to {film.frames} for this video")


def edit_price(
    models: Models, order: Order, ask: Edit, inputs: Sequence[Asset]
) -> tuple[Term, ...]:
    """Return what an operation costs: by the film's started seconds, or for the whole."""
    if isinstance(ask, MakeMusic | SaySomething):
        return (heard_price(models, order, ask),)
    if isinstance(ask, MusicVideo):
        return (song_price(models, order, inputs),)
    terms = _terms(models, ask)
    what = feature_of(ask).value.replace("_", " ")
    if isinstance(terms.price, int):
        unit = terms.price
    else:
        unit, what = terms.price[order.quality], f"{what} {order.quality}"
    if not terms.each:
        return (Term(what=what, unit=unit),)
    what = f"{what}, a second" if terms.each == 1 else f"{what}, each {terms.each} s"
    if isinstance(ask, LipSync | Avatar):
        return (Term(what=what, unit=unit, times=talk_seconds(ask, inputs)),)
    units = max(1, math.ceil(inputs[0].seconds / terms.each))
    times = min(units, terms.most) if terms.most else units
    return (Term(what=what, unit=unit, times=times),)


def edit_shape(models: Models, order: Order, ask: Edit, inputs: Sequence[Asset]) -> Shape:
    """Return the size of the result: the film's own, or by quality; a mimic's is the picture's."""
    match ask:
        case MusicVideo():
            shape = song_shape(models, order, inputs)
        case MakeMusic() | SaySomething():
            shape = heard_shape(ask)
        case Avatar():
            shape = avatar_shape(models, order, ask, inputs)
        case MaskSelection():
            shape = replace(own_shape(inputs[0]), frames=1, fps=0)
        case _:
            shape = _film_shape(models, order, ask, inputs)
    return shape


def _film_shape(models: Models, order: Order, ask: Edit, inputs: Sequence[Asset]) -> Shape:
    own = own_shape(inputs[0])
    if not order.quality:
        return own
    area = models.tiers[order.quality]
    seen = inputs[1] if isinstance(ask, Mimic) else own
    if seen is own and abs(own.width * own.height / area - 1) < ALIKE:
        return own
    width, height = film_like((seen.width, seen.height), area=area)
    return replace(own, width=width, height=height)


def _terms(models: Models, ask: Edit) -> Terms:
    return models.edits[feature_of(ask).value]
