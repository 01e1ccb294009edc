"""How a price was found is kept with the job."""

from dataclasses import replace

import msgspec
import pytest

from kinora.apis.useapi.models import load_table
from kinora.apis.useapi.offer import offer_over
from kinora.catalog.book import digest_of, load
from kinora.domain.ids import AccountId
from kinora.domain.order import (
    Ask,
    ImageEffect,
    Order,
    Sound,
    Speech,
    TextToImage,
    TextToVideo,
    Words,
)
from kinora.domain.quote import Quote, Term

WORDS = Words(prompt="ink")


def order(ask: Ask, model: str = "v6", quality: str = "540p", seconds: int = 5) -> Order:
    return Order(
        account=AccountId(1),
        ask=ask,
        model=model,
        quality=quality,
        aspect_ratio="16:9",
        seconds=seconds,
    )


@pytest.mark.parametrize(
    ("asked", "said", "price"),
    [
        (order(TextToVideo(words=WORDS)), "v6 silent 540p, a second: 7 x 5", 35),
        (
            order(TextToVideo(words=WORDS, sound=Sound(speech=Speech(text="hi"))), "v5.5"),
            "v5.5 audio 540p, 5 s: 55 + speech, a second: 4 x 5",
            75,
        ),
        (
            order(ImageEffect(template="pop-art", images=()), "", ""),
            "template pop-art: 30",
            30,
        ),
    ],
)
def test_a_price_says_how_it_was_found(asked: Order, said: str, price: int) -> None:
    quote = load().quote(asked)
    assert (str(quote), quote.credits) == (said, price)
    assert quote.credits == load().price(asked)


def test_the_other_dialects_pictures_say_theirs() -> None:
    offer = offer_over(load(), load_table())
    quote = offer.quote(order(TextToImage(words=WORDS), "qwen-image", "720p"))
    assert len(quote.terms) == 1
    assert str(quote) == f"picture qwen-image 720p: {quote.credits}"
    assert quote.catalog != load().digest


def test_a_started_credit_is_a_whole_one() -> None:
    assert Quote(terms=(Term(what="song", unit=22.5, times=11),), catalog="").credits == 248
    assert (str(Quote(terms=(), catalog="")), Quote(terms=(), catalog="").credits) == ("free", 0)


def test_price_lists_are_told_apart() -> None:
    house = load()
    assert house.digest == digest_of(house.models, house.templates)
    extras = msgspec.structs.replace(house.models.extras, upscale_per_second=6)
    models = msgspec.structs.replace(house.models, extras=extras)
    other = replace(house, models=models, digest=digest_of(models, house.templates))
    assert other.digest != house.digest
    assert other.digest.split("/")[0] == house.digest.split("/")[0]
