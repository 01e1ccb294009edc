"""From the bodies that work on films to the product's orders."""

from collections.abc import Sequence

from kinora.apis.pixverse.wire import SoundEffectBody
from kinora.domain.ids import AccountId
from kinora.domain.order import Edit, Order, SoundEffect
from kinora.usecases.find_film import FoundFilm

NO_MODEL = "studio"
"""What stands in the place of a model for operations that take none."""

EditBody = SoundEffectBody


def edit_order(
    body: EditBody, films: Sequence[FoundFilm], *, account: AccountId, trace: str
) -> Order:
    """Return the order that a body makes; `films` are those that it names."""
    return Order(
        account=account,
        ask=_ask(body, films[0]),
        model=NO_MODEL,
        quality="",
        seed=body.seed,
        trace=trace,
    )


def _ask(body: EditBody, film: FoundFilm) -> Edit:
    return SoundEffect(
        film=film.asset,
        content=body.sound_effect_content or body.prompt,
        seen=film.seen,
        keep_sound=body.original_sound_switch,
    )
