"""From the bodies that work on films to the product's orders."""

from collections.abc import Sequence
from typing import assert_never

from kinora.apis.pixverse.given import Given
from kinora.apis.pixverse.singing import music_video
from kinora.apis.pixverse.speakers import speech_of
from kinora.apis.pixverse.wire import (
    AvatarBody,
    LipSyncBody,
    MaskBody,
    MimicBody,
    ModifyBody,
    MusicBody,
    RestyleBody,
    SoundEffectBody,
    SwapBody,
)
from kinora.catalog.restyles import restyle_by_id, restyle_by_words
from kinora.domain.edits import Selection
from kinora.domain.errors import Invalid
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.order import (
    Avatar,
    Edit,
    LipSync,
    MaskSelection,
    Mimic,
    Modify,
    Order,
    Restyle,
    SoundEffect,
    Speech,
    Swap,
)
from kinora.usecases.find_film import FoundFilm
from kinora.usecases.find_mask import FoundMask

NO_MODEL = "studio"
"""What stands in the place of a model for operations that take none."""

FilmEditBody = (
    SoundEffectBody | MaskBody | SwapBody | ModifyBody | MimicBody | RestyleBody | LipSyncBody
)
EditBody = FilmEditBody | AvatarBody | MusicBody
MOST = 3


def edit_order(
    body: EditBody,
    given: Given,
    *,
    account: AccountId,
    trace: str,
) -> Order:
    """Return the order that a body makes; `given` is what it names."""
    return Order(
        account=account,
        ask=_ask(body, given),
        model=NO_MODEL,
        quality=getattr(body, "quality", ""),
        aspect_ratio=getattr(body, "aspect_ratio", ""),
        seed=getattr(body, "seed", None),
        trace=trace,
    )


def _ask(body: EditBody, given: Given) -> Edit:
    match body:
        case AvatarBody():
            return _avatar(body, given)
        case MusicBody():
            return music_video(body)
        case _:
            return _on_film(body, given)


def _on_film(body: FilmEditBody, given: Given) -> Edit:
    film, masks = given.films[0], given.masks
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
        case LipSyncBody():
            ask = LipSync(film=film.asset, audio=_sound(body), speech=_speech(body, given))
        case _:
            assert_never(body)
    return ask


def _avatar(body: AvatarBody, given: Given) -> Avatar:
    return Avatar(
        image=AssetId(body.img_id),
        prompt=body.prompt,
        audio=_sound(body),
        speech=_speech(body, given),
    )


def _sound(body: LipSyncBody | AvatarBody) -> AssetId | None:
    return None if body.audio_media_id is None else AssetId(body.audio_media_id)


def _speech(body: LipSyncBody | AvatarBody, given: Given) -> Speech | None:
    """Return what is to be said; a speaker without words is as good as none beside a sound."""
    text, speaker = body.lip_sync_tts_content, body.lip_sync_tts_speaker_id
    if not text.strip() and (body.audio_media_id is not None or not speaker):
        return None
    return speech_of(text, speaker, given.voice, given.speakers)


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
