"""What an order costs, in credits. Sources: the price tables of models.toml and templates.toml."""

import math
from collections.abc import Sequence

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

Film = TextToVideo | ImageToVideo | Transition | Extend | Fusion
SHORT = 5
"""Seconds of the shortest film that old models make; multi-transitions are counted by it."""


def film_price(models: Models, order: Order, ask: Film, inputs: Sequence[Asset]) -> int:
    """Return what a film of a model costs."""
    model = models.models[order.model]
    films = [asset for asset in inputs if asset.id in films_of(ask)]
    if isinstance(ask, Fusion) and films:
        row = models.by_second["omni"]["audio" if ask.sound is not None else "silent"]
        return row[order.quality] * math.ceil(max(film.seconds for film in films))
    extra = _extras(models, model, ask) * order.seconds
    if model.price in models.by_second:
        own_sound = ask.sound is not None and model.audio
        table = models.by_second[model.price]["audio" if own_sound else "silent"]
        return table[order.quality] * order.seconds + extra
    row = models.by_film[model.price][_row(model, ask)][order.seconds]
    return row[order.quality] + extra


def multi_transition_price(models: Models, order: Order, ask: MultiTransition) -> int:
    """Return what a film through keyframes costs: a short film's price for each started 5 s.

    The hosted service charges by tiers of the whole length, but does not publish them.
    """
    model = models.models[order.model]
    fast = model.fast and ask.motion is Motion.FAST
    row = models.by_film[model.price]["fast" if fast else "silent"][SHORT]
    seconds = sum(segment.seconds for segment in ask.segments)
    return row[order.quality] * math.ceil(seconds / SHORT)


def upscale_price(models: Models, inputs: Sequence[Asset]) -> int:
    """Return what a larger film costs: by the source's started seconds."""
    return models.extras.upscale_per_second * math.ceil(sum(film.seconds for film in inputs))


def _row(model: Model, ask: Film) -> str:
    several = model.multi_clip and getattr(ask, "multi_clip", False)
    audio = ask.sound is not None and model.audio
    if several:
        return "multi_audio" if audio else "multi"
    fast = model.fast and ask.words.motion is Motion.FAST
    return "audio" if audio else "fast" if fast else "silent"


def _extras(models: Models, model: Model, ask: Film) -> int:
    """Return what sound adds, by the second, on models that do not make it themselves."""
    if ask.sound is None:
        return 0
    effects = 0 if model.audio else models.extras.sound_effect_per_second * ask.sound.effects
    speech = models.extras.speech_per_second * bool(ask.sound.speech)
    return effects + speech
