"""The catalog as this dialect has it: its own models, limits and prices over the house's."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, sqrt

import msgspec

from kinora.apis.useapi.models import ByQuality, Rates, Table, VideoModel
from kinora.catalog.book import Catalog, digest_of
from kinora.catalog.models import Model, Models, Sizes
from kinora.catalog.rules import among
from kinora.catalog.sizes import even
from kinora.domain.asset import Asset
from kinora.domain.errors import PromptTooLong
from kinora.domain.ids import AccountId
from kinora.domain.order import Order, TextToImage
from kinora.domain.quote import Term
from kinora.domain.shape import Shape

AUTO = "auto"
AUTO_RATIO = "16:9"
"""What a picture from words is when the caller leaves it open, as in the vendor's example."""

BLOCK = 5
LONGEST_STILL = 3840
LONGEST_PROMPT = 5000
PREFIX = "useapi-"
WIDE, WIDEST = Fraction(16, 9), Fraction(3)
FEATURES = {
    "create-frames": ("transition",),
    "create-transition": ("transition", "multi_transition"),
    "create-fusion": ("fusion",),
    "extend": ("extend",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Catalog):
    """A catalog that knows the dialect's video models, and judges pictures by its own table.

    An order for a picture names its model as `model/detail` when a level of detail was asked for.
    """

    table: Table

    def check(self, order: Order) -> None:
        """Raise Invalid and its kin when an order cannot be accepted as it stands."""
        if not isinstance(order.ask, TextToImage):
            Catalog.check(self, order)
            return
        among("model", model_of(order), tuple(self.table.image))
        model = self.table.image[model_of(order)]
        among(f"quality of model {model_of(order)}", order.quality, tuple(model.credits))
        ratios = self.table.ratios_of(model)
        among(f"aspect_ratio of model {model_of(order)}", order.aspect_ratio, ratios)
        if len(order.ask.words.prompt) > LONGEST_PROMPT:
            raise PromptTooLong(f"prompt must have at most {LONGEST_PROMPT} characters")

    def terms(self, order: Order, inputs: Sequence[Asset] = ()) -> tuple[Term, ...]:
        """Return the parts of what an order costs."""
        if not isinstance(order.ask, TextToImage):
            return Catalog.terms(self, order, inputs)
        price = self.table.image[model_of(order)].price(order.quality, detail_of(order))
        return (Term(what=f"picture {order.model} {order.quality}", unit=price),)

    def shape(self, order: Order, inputs: Sequence[Asset] = ()) -> Shape:
        """Return the exact size of what an order makes."""
        if not isinstance(order.ask, TextToImage):
            return Catalog.shape(self, order, inputs)
        like = (inputs[0].width, inputs[0].height) if inputs else None
        width, height = still_size(order.quality, order.aspect_ratio, like=like)
        return Shape(width=width, height=height, frames=1, fps=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an order stands on beside its call: whose it is, and by which catalog."""

    account: AccountId
    offer: Offer


def offer_over(house: Catalog, table: Table) -> Offer:
    """Return the dialect's catalog over the house's: same templates, same operations on films."""
    models = _merged(house.models, table)
    return Offer(
        models=models,
        templates=house.templates,
        inactive=house.inactive,
        digest=digest_of(models, house.templates, table),
        voices=house.voices,
        table=table,
    )


def model_of(order: Order) -> str:
    """Return the model's name without a level of detail."""
    return order.model.partition("/")[0]


def detail_of(order: Order) -> str:
    """Return the level of detail that was asked for, empty when none was."""
    return order.model.partition("/")[2]


def still_size(quality: str, ratio: str, *, like: tuple[int, int] | None = None) -> tuple[int, int]:
    """Return a picture's size: the quality is its short side, as in the vendor's examples.

    The ratio `auto` follows the size `like`, up to 3:1. No side is longer than 3840 pixels.
    """
    if ratio == AUTO and like is not None:
        aspect = min(WIDEST, max(1 / WIDEST, Fraction(*like)))
    else:
        aspect = _aspect(AUTO_RATIO if ratio == AUTO else ratio)
    short = int(quality.removesuffix("p"))
    width, height = (short * aspect, Fraction(short)) if aspect >= 1 else (short, short / aspect)
    scale = min(Fraction(1), Fraction(LONGEST_STILL) / max(width, height))
    return even(float(width * scale)), even(float(height * scale))


def film_size(lines: int, ratio: str) -> tuple[int, int]:
    """Return a film's size: as many pixels as the quality has at 16:9, in any ratio."""
    aspect = _aspect(ratio)
    if aspect in (WIDE, 1 / WIDE):
        long = even(lines * float(WIDE))
        return (long, lines) if aspect > 1 else (lines, long)
    height = sqrt(lines * lines * float(WIDE / aspect))
    return even(height * float(aspect)), even(height)


def _merged(house: Models, table: Table) -> Models:
    sizes = {PREFIX + name: _sizes(model, table) for name, model in table.video.items()}
    area = {quality: round(lines * lines * WIDE) for quality, lines in table.lines.items()}
    most = max(model.films for model in table.video.values())
    return msgspec.structs.replace(
        house,
        sizes=house.sizes | sizes,
        tiers=area | house.tiers,
        by_second=house.by_second | {name: _row(rates) for name, rates in table.seconds.items()},
        by_film=house.by_film
        | {PREFIX + name: _by_film(rates) for name, rates in table.blocks.items()},
        inputs=msgspec.structs.replace(house.inputs, fusion_films=most),
        models=house.models | {name: _model(name, model) for name, model in table.video.items()},
    )


def _model(name: str, model: VideoModel) -> Model:
    features = ["image_to_video", *(["text_to_video"] if model.words_alone else [])]
    for operation in model.operations:
        features.extend(FEATURES.get(operation, ()))
    shortest, longest = model.seconds
    short = tuple(range(shortest, model.seconds_1080p + 1)) if model.seconds_1080p else ()
    return Model(
        sizes=model.sizes or PREFIX + name,
        price=model.price,
        seconds=tuple(range(shortest, longest + 1)),
        seconds_1080p=short,
        prompt=model.prompt,
        audio=model.audio != "never",
        multi_clip=model.multi_shot,
        fusion_images=model.images,
        omni_images=model.images if model.films else 0,
        features=tuple(features),
    )


def _sizes(model: VideoModel, table: Table) -> Sizes:
    return {
        quality: {ratio: film_size(table.lines[quality], ratio) for ratio in table.ratios_of(model)}
        for quality in model.qualities
    }


def _row(rates: Rates) -> dict[str, ByQuality]:
    return {"silent": rates.silent, "audio": rates.audio}


def _by_film(rates: Rates) -> dict[str, dict[int, ByQuality]]:
    """Return prices by length: so much for each started block of seconds."""
    return {
        row: {
            seconds: {quality: price * ceil(seconds / BLOCK) for quality, price in prices.items()}
            for seconds in range(1, 2 * BLOCK + 1)
        }
        for row, prices in _row(rates).items()
    }


def _aspect(ratio: str) -> Fraction:
    wide, _, high = ratio.partition(":")
    return Fraction(int(wide), int(high))
