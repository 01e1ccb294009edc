"""From the dialect's calls for pictures to the product's orders."""

from dataclasses import replace

from kinora.apis.useapi import rules
from kinora.apis.useapi.fields import MAX_SEED
from kinora.apis.useapi.models import ImageModel
from kinora.apis.useapi.offer import Terms
from kinora.apis.useapi.sources import Given
from kinora.apis.useapi.wire import ImageBody
from kinora.catalog.rules import among
from kinora.domain.errors import Invalid, Missing
from kinora.domain.order import Order, TextToImage, Words

DEFAULT = "qwen-image"


def image_orders(body: ImageBody, given: Given, terms: Terms) -> list[Order]:
    """Return one order for each picture that a call wants; raises Invalid and its kin, Missing.

    Pictures of one call that names a seed have that seed and those after it.
    """
    rules.check_terms(body)
    table = terms.offer.table
    name = body.model or DEFAULT
    among("model", name, tuple(table.image))
    model = table.image[name]
    if not body.prompt:
        raise Missing("prompt")
    _check_detail(body.detail_level, name, model)
    if len(given.images) > model.references:
        raise Invalid(
            f"model {name} takes at most {model.references} pictures, not {len(given.images)}"
        )
    order = Order(
        account=terms.account,
        ask=TextToImage(words=Words(prompt=body.prompt), images=given.images),
        model=f"{name}/{body.detail_level}" if body.detail_level else name,
        quality=_quality(body.quality, name, model),
        aspect_ratio=rules.ratio_of(body.aspect_ratio, name, table, model),
        seed=body.seed,
    )
    return [_numbered(order, at) for at in range(body.create_count or 1)]


def _quality(given: str, name: str, model: ImageModel) -> str:
    among(f"quality of model {name}", given or model.quality, tuple(model.credits))
    return given or model.quality


def _check_detail(given: str, name: str, model: ImageModel) -> None:
    if model.details and not given:
        raise Invalid(f"detail_level must be low, medium or high for model {name}")
    if given and not model.details:
        raise Invalid(f"detail_level is not accepted by model {name}")


def _numbered(order: Order, at: int) -> Order:
    if order.seed is None:
        return order
    return replace(order, seed=(order.seed + at - 1) % MAX_SEED + 1)
