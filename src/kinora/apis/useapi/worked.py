"""From the dialect's calls that work on a film to the product's orders."""

from kinora.apis.useapi import rules
from kinora.apis.useapi.offer import Terms
from kinora.apis.useapi.sources import Given
from kinora.apis.useapi.wire import (
    ExtendBody,
    LipsyncBody,
    ModifyBody,
    MotionBody,
    RestyleBody,
    Submission,
    UpscaleBody,
)
from kinora.catalog.restyles import Restyle as Style
from kinora.catalog.restyles import load_restyles, restyle_by_words
from kinora.domain.errors import Invalid, Missing
from kinora.domain.order import (
    Extend,
    LipSync,
    Mimic,
    Modify,
    Order,
    Restyle,
    Sound,
    Upscale,
    Words,
)

UPSCALED = "upscale"
"""What stands in the place of a model for a larger film of an uploaded one."""


def worked_order(body: Submission, given: Given, terms: Terms) -> Order:
    """Return the order that a call makes; raises Invalid and its kin, Missing."""
    match body:
        case ExtendBody():
            order = _extend(body, given, terms)
        case ModifyBody():
            order = _modify(body, given, terms)
        case RestyleBody():
            order = _restyle(body, given, terms)
        case MotionBody():
            order = _motion(body, given, terms)
        case LipsyncBody():
            order = _lipsync(body, given, terms)
        case UpscaleBody():
            ask, model = Upscale(film=given.film), given.model or UPSCALED
            order = Order(account=terms.account, ask=ask, model=model, quality="")
        case _:
            raise Invalid("this operation is not offered yet")
    return order


def _extend(body: ExtendBody, given: Given, terms: Terms) -> Order:
    name, model = rules.video_model(terms.offer.table, body.model, operation="extend")
    rules.check_prompt("prompt", body.prompt, model)
    if body.seed and not model.native:
        raise Invalid(f"seed is not accepted by model {name}")
    if body.audio and model.audio == rules.NEVER:
        raise Invalid(f"audio is not accepted by model {name}")
    quality = rules.quality_of(body.quality, name, model)
    seconds = rules.seconds_of(body.duration, name, model, quality=quality)
    sound = Sound() if body.audio else None
    words = Words(prompt=body.prompt)
    return Order(
        account=terms.account,
        ask=Extend(words=words, film=given.film, seconds=seconds, sound=sound),
        model=name,
        quality=quality,
        seconds=seconds,
        seed=body.seed,
    )


def _modify(body: ModifyBody, given: Given, terms: Terms) -> Order:
    name = rules.fixed_model(terms.offer.table, body.model, operation="modify")
    if not body.prompt:
        raise Missing("prompt")
    return Order(
        account=terms.account,
        ask=Modify(film=given.film, prompt=body.prompt),
        model=name,
        quality=body.quality or "540p",
        seed=body.seed,
    )


def _restyle(body: RestyleBody, given: Given, terms: Terms) -> Order:
    name = rules.fixed_model(terms.offer.table, body.model, operation="restyle")
    if not body.restyle_id and not body.prompt:
        raise Missing("prompt")
    style = _style_by_id(body.restyle_id) if body.restyle_id else _style_by_words(body.prompt)
    return Order(
        account=terms.account,
        ask=Restyle(film=given.film, style=style.name, prompt=body.prompt),
        model=name,
        quality="",
        seed=body.seed,
    )


def _motion(body: MotionBody, given: Given, terms: Terms) -> Order:
    name = rules.fixed_model(terms.offer.table, body.model, operation="motion-control")
    return Order(
        account=terms.account,
        ask=Mimic(film=given.film, image=given.images[0]),
        model=name,
        quality=body.quality or "720p",
        seed=body.seed,
    )


def _lipsync(body: LipsyncBody, given: Given, terms: Terms) -> Order:
    audio = next((each.id for each in given.sounds.values()), None)
    speech = None if audio is not None else given.speaker.says(body.prompt)
    keep = bool(body.original_sound_switch)
    ask = LipSync(film=given.film, audio=audio, speech=speech, keep_sound=keep)
    model = given.model or terms.offer.table.defaults["lipsync"]
    return Order(account=terms.account, ask=ask, model=model, quality="")


def _style_by_id(number: int) -> Style:
    found = next((each for each in load_restyles() if each.id == number), None)
    if found is None:
        raise Invalid(f"restyle_id {number} is not on videos/restyles")
    return found


def _style_by_words(prompt: str) -> Style:
    try:
        return restyle_by_words(prompt)
    except Invalid:
        names = ", ".join(each.display_name for each in load_restyles())
        raise Invalid(f"prompt names no style that is known: {names}") from None
