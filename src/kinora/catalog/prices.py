"""What an order costs, in credits. Sources: the price tables of models.toml and templates.toml."""

import math
from collections.abc import Sequence
from dataclasses import replace

from kinora.catalog.models import Model, Models
from kinora.domain.asset import Asset
from kinora.domain.order import (
    Extend,
    Fusion,
    ImageToVideo,
    Motion,
    MultiTransition,
    Order,
    TextToVideo,
    Transition,
    films_of,
)
from kinora.domain.quote import Quote, Term
from kinora.domain.rank import Rank

Film = TextToVideo | ImageToVideo | Transition | Extend | Fusion
SHORT = 5
"""Seconds of the shortest film that old models make; multi-transitions are counted by it."""


def at_rank(quote: Quote, rank: Rank | None) -> Quote:
    """Return a price in a class: off-peak half, the last started credit whole.

    The vendor says "up to 50% cheaper"; elsewhere a class changes the wait and not the price.
    """
    if rank is not Rank.OFF_PEAK or not quote.terms:
        return quote
    half = sum(term.unit * term.times for term in quote.terms) / 2
    return replace(quote, terms=(*quote.terms, Term(what="off-peak", unit=-half)))


def film_terms(
    models: Models, order: Order, ask: Film, inputs: Sequence[Asset]
) -> tuple[Term, ...]:
    """Return what a film of a model costs."""
    model = models.models[order.model]
    films = [asset for asset in inputs if asset.id in films_of(ask)]
    if isinstance(ask, Fusion) and films:
        row = "audio" if ask.sound is not None else "silent"
        longest = math.ceil(max(film.seconds for film in films))
        unit = models.by_second["omni"][row][order.quality]
        return (
            Term(
                what=_named(f"{order.model} with films", row, order.quality, "a second"),
                unit=unit,
                times=longest,
            ),
        )
    extra = _extras(models, model, ask, seconds=order.seconds)
    if model.price in models.by_second:
        row = "audio" if ask.sound is not None and model.audio else "silent"
        unit = models.by_second[model.price][row][order.quality]
        what = _named(order.model, row, order.quality, "a second")
        return (Term(what=what, unit=unit, times=order.seconds), *extra)
    row = _row(model, ask)
    unit = models.by_film[model.price][row][order.seconds][order.quality]
    what = _named(order.model, row, order.quality, f"{order.seconds} s")
    return (Term(what=what, unit=unit), *extra)


def multi_transition_terms(models: Models, order: Order, ask: MultiTransition) -> tuple[Term, ...]:
    """Return what a film through keyframes costs: a short film's price for each started 5 s.

    The hosted service charges by tiers of the whole length, but does not publish them.
    """
    model = models.models[order.model]
    row = "fast" if model.fast and ask.motion is Motion.FAST else "silent"
    unit = models.by_film[model.price][row][SHORT][order.quality]
    seconds = sum(segment.seconds for segment in ask.segments)
    what = _named(order.model, row, order.quality, f"each {SHORT} s")
    return (Term(what=what, unit=unit, times=math.ceil(seconds / SHORT)),)


def upscale_terms(models: Models, inputs: Sequence[Asset]) -> tuple[Term, ...]:
    """Return what a larger film costs: by the source's started seconds."""
    seconds = math.ceil(sum(film.seconds for film in inputs))
    unit = models.extras.upscale_per_second
    return (Term(what="upscale, a second", unit=unit, times=seconds),)


def _named(model: str, row: str, quality: str, measure: str) -> str:
    return f"{model} {row} {quality}, {measure}"


def _row(model: Model, ask: Film) -> str:
    several = model.multi_clip and getattr(ask, "multi_clip", False)
    audio = ask.sound is not None and model.audio
    if several:
        return "multi_audio" if audio else "multi"
    fast = model.fast and ask.words.motion is Motion.FAST
    return "audio" if audio else "fast" if fast else "silent"


def _extras(models: Models, model: Model, ask: Film, *, seconds: int) -> tuple[Term, ...]:
    """Return what sound adds, by the second, on models that do not make it themselves."""
    if ask.sound is None:
        return ()
    effects = Term(
        what="sound, a second", unit=models.extras.sound_effect_per_second, times=seconds
    )
    speech = Term(what="speech, a second", unit=models.extras.speech_per_second, times=seconds)
    made = () if model.audio or not ask.sound.effects else (effects,)
    return (*made, speech) if ask.sound.speech else made
