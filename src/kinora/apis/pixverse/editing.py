"""From the bodies that work on films to the product's orders."""

from collections.abc import Sequence
from typing import assert_never

from kinora.apis.pixverse.wire import (
    MaskBody,
    MimicBody,
    ModifyBody,
    RestyleBody,
    SoundEffectBody,
    SwapBody,
)
from kinora.catalog.restyles import restyle_by_id, restyle_by_words
from kinora.domain.edits import Selection
from kinora.domain.errors import Invalid
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.order import (
    Edit,
    MaskSelection,
    Mimic,
    Modify,
    Order,
    Restyle,
    SoundEffect,
    Swap,
)
from kinora.usecases.find_film import FoundFilm
from kinora.usecases.find_mask import FoundMask

NO_MODEL = "studio"
"""What stands in the place of a model for operations that take none."""

EditBody = SoundEffectBody | MaskBody | SwapBody | ModifyBody | MimicBody | RestyleBody
MOST = 3


def edit_order(
    body: EditBody,
    films: Sequence[FoundFilm],
    masks: Sequence[FoundMask],
    *,
    account: AccountId,
    trace: str,
) -> Order:
    """Return the order that a body makes; `films` and `masks` are those that it names."""
    return Order(
        account=account,
        ask=_ask(body, films[0], masks),
        model=NO_MODEL,
        quality=getattr(body, "quality", ""),
        seed=getattr(body, "seed", None),
        trace=trace,
    )


def _ask(body: EditBody, film: FoundFilm, masks: Sequence[FoundMask]) -> Edit:
    match body:
        case SoundEffectBody():
            ask: Edit = SoundEffect(
                film=film.asset,
                content=body.sound_effect_content or body.prompt,
                seen=film.seen,
                keep_sound=body.original_sound_switch,
            )
        case MaskBody():
            ask = MaskSelection(film=film.asset, keyframe=body.keyframe_id or 1)
        case SwapBody():
            ask = _swap(body, film, masks[0])
        case ModifyBody():
            ask = _modify(body, film, masks)
        case MimicBody():
            ask = Mimic(film=film.asset, image=AssetId(body.img_id))
        case RestyleBody():
            ask = _restyle(body, film)
        case _:
            assert_never(body)
    return ask


def _restyle(body: RestyleBody, film: FoundFilm) -> Restyle:
    prompt = body.restyle_prompt.strip()
    if (body.restyle_id is None) == (not prompt):
        raise Invalid("send exactly one of restyle_id and restyle_prompt")
    style = restyle_by_words(prompt) if body.restyle_id is None else restyle_by_id(body.restyle_id)
    return Restyle(film=film.asset, style=style.name, prompt=prompt)


def _modify(body: ModifyBody, film: FoundFilm, masks: Sequence[FoundMask]) -> Modify:
    if body.mask_urls:
        raise Invalid("mask_urls are not offered: send mask_ids from mask/selection")
    for name, given in (("img_ids", body.img_ids or []), ("mask_ids", body.mask_ids)):
        if len(given) > MOST:
            raise Invalid(f"{name} must have at most {MOST} items")
    return Modify(
        film=film.asset,
        prompt=body.prompt,
        images=tuple(AssetId(image) for image in body.img_ids or []),
        masks=tuple(
            Selection(mask=mask.asset, region=mask.region, keyframe=mask.keyframe) for mask in masks
        ),
    )


def _swap(body: SwapBody, film: FoundFilm, mask: FoundMask) -> Swap:
    keyframe = body.keyframe_id or 1
    if keyframe != mask.keyframe:
        raise Invalid(f"mask_id {body.mask_id} is of keyframe_id {mask.keyframe}, not {keyframe}")
    return Swap(
        film=film.asset,
        keyframe=keyframe,
        mask=mask.asset,
        region=mask.region,
        image=AssetId(body.img_id),
        keep_sound=body.original_sound_switch,
    )
