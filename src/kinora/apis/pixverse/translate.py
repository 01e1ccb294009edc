"""From the dialect's bodies to the product's orders."""

from collections.abc import Sequence

from kinora.apis.pixverse.editing import NO_MODEL, EditBody, edit_order
from kinora.apis.pixverse.given import NOTHING, Given
from kinora.apis.pixverse.speakers import speech_of
from kinora.apis.pixverse.wire import (
    Body,
    ExtendBody,
    FilmBody,
    FusionBody,
    ImageTemplateBody,
    ImageToVideoBody,
    MultiTransitionBody,
    TemplateVideoBody,
    TextToVideoBody,
    TransitionBody,
    UpscaleBody,
)
from kinora.catalog.book import Catalog
from kinora.catalog.models import Model
from kinora.domain.errors import Invalid, Missing
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.order import (
    Ask,
    Extend,
    Fusion,
    ImageEffect,
    ImageToVideo,
    Motion,
    MultiTransition,
    Order,
    Reference,
    Role,
    Segment,
    Sound,
    TextToVideo,
    Transition,
    Upscale,
    VideoEffect,
    Words,
)

STILL_MODEL = "template"


def order_from(
    body: Body,
    *,
    account: AccountId,
    catalog: Catalog,
    trace: str,
    given: Given = NOTHING,
) -> Order:
    """Return the order that a body makes of what was `given` with it.

    Raises Invalid, Missing, TemplateInactive.
    """
    match body:
        case TextToVideoBody() | ImageToVideoBody() | TransitionBody():
            order = _film(body, given, account=account, catalog=catalog, trace=trace)
        case TemplateVideoBody():
            order = _effect(body, account=account, catalog=catalog, trace=trace)
        case ImageTemplateBody():
            order = _image(body, account=account, catalog=catalog, trace=trace)
        case MultiTransitionBody():
            order = _multi_transition(body, account=account, trace=trace)
        case FusionBody() | ExtendBody() | UpscaleBody():
            found = [film.asset for film in given.films]
            order = _from_films(body, found, account=account, catalog=catalog, trace=trace)
        case _ if isinstance(body, EditBody):
            order = edit_order(body, given, account=account, trace=trace)
        case _:
            raise Invalid("this operation is not offered yet")
    return order


def _film(
    body: TextToVideoBody | ImageToVideoBody | TransitionBody,
    given: Given,
    *,
    account: AccountId,
    catalog: Catalog,
    trace: str,
) -> Order:
    if isinstance(body, TextToVideoBody) and body.template_id:
        raise Invalid("template_id: effects are played on pictures, use video/img/generate")
    model = catalog.models.models.get(body.model)
    return Order(
        account=account,
        ask=_ask(body, _words(body, model), _sound(body, model, given)),
        model=body.model,
        quality=body.quality,
        aspect_ratio=body.aspect_ratio if isinstance(body, TextToVideoBody) else "",
        seconds=body.duration,
        seed=body.seed,
        trace=trace,
        watermark=body.water_mark,
    )


def _ask(
    body: TextToVideoBody | ImageToVideoBody | TransitionBody, words: Words, sound: Sound | None
) -> Ask:
    match body:
        case TextToVideoBody(generate_multi_clip_switch=several):
            return TextToVideo(words=words, sound=sound, multi_clip=several)
        case ImageToVideoBody(img_id=image, generate_multi_clip_switch=several):
            return ImageToVideo(words=words, image=AssetId(image), sound=sound, multi_clip=several)
        case TransitionBody(first_frame_img=first, last_frame_img=last):
            return Transition(words=words, first=AssetId(first), last=AssetId(last), sound=sound)


def _words(body: FilmBody, model: Model | None) -> Words:
    """Return the caller's words; what the model does not take is left out, not refused."""
    fast = model is not None and model.fast and body.motion_mode == "fast"
    return Words(
        prompt=body.prompt,
        negative_prompt=body.negative_prompt,
        style=body.style,
        camera=body.camera_movement if model is not None and model.camera else "",
        motion=Motion.FAST if fast else Motion.NORMAL,
    )


def _sound(body: FilmBody, model: Model | None, given: Given) -> Sound | None:
    """Return the sound that is wanted; switches that the model does not have are ignored."""
    if model is not None and model.audio:
        wanted = body.generate_audio_switch
        return Sound(content=body.sound_effect_content) if wanted else None
    talks = body.lip_sync_tts_switch or body.lip_sync_switch
    said = body.lip_sync_tts_content
    speaker = body.lip_sync_tts_speaker_id
    speech = speech_of(said, speaker, given.voice, given.speakers) if talks else None
    if not body.sound_effect_switch and speech is None:
        return None
    content = body.sound_effect_content
    return Sound(content=content, effects=body.sound_effect_switch, speech=speech)


def _multi_transition(body: MultiTransitionBody, *, account: AccountId, trace: str) -> Order:
    items = body.multi_transition
    if items[-1].duration != 0:
        last = len(items) - 1
        raise Invalid(f"multi_transition.{last}.duration: the last duration must be 0 or absent")
    return Order(
        account=account,
        ask=MultiTransition(
            images=tuple(AssetId(item.img_id) for item in items),
            segments=tuple(
                Segment(prompt=item.prompt, seconds=item.duration) for item in items[:-1]
            ),
            motion=Motion.FAST if body.motion_mode == "fast" else Motion.NORMAL,
        ),
        model=body.model,
        quality=body.quality,
        seed=body.seed,
        trace=trace,
        watermark=body.water_mark,
    )


def _from_films(
    body: FusionBody | ExtendBody | UpscaleBody,
    films: Sequence[AssetId],
    *,
    account: AccountId,
    catalog: Catalog,
    trace: str,
) -> Order:
    if isinstance(body, UpscaleBody):
        ask = Upscale(film=films[0])
        return Order(account=account, ask=ask, model=NO_MODEL, quality="", trace=trace)
    model = catalog.models.models.get(body.model)
    fast = isinstance(body, ExtendBody) and body.motion_mode == "fast"
    words = Words(
        prompt=body.prompt,
        negative_prompt=body.negative_prompt,
        style=body.style,
        motion=Motion.FAST if fast and model is not None and model.fast else Motion.NORMAL,
    )
    audio = model is not None and model.audio and body.generate_audio_switch
    sound = Sound() if audio else None
    return Order(
        account=account,
        ask=(
            Fusion(words=words, references=_references(body, films), sound=sound)
            if isinstance(body, FusionBody)
            else Extend(words=words, film=films[0], seconds=body.duration, sound=sound)
        ),
        model=body.model,
        quality=body.quality,
        aspect_ratio=body.aspect_ratio if isinstance(body, FusionBody) else "",
        seconds=body.duration,
        seed=body.seed,
        trace=trace,
        watermark=body.water_mark,
    )


def _references(body: FusionBody, films: Sequence[AssetId]) -> tuple[Reference, ...]:
    pictures = [
        Reference(asset=AssetId(each.img_id), role=Role(each.type), name=each.ref_name)
        for each in body.image_references
    ]
    moving = [
        Reference(asset=film, role=Role.FILM, name=each.ref_name)
        for each, film in zip(body.video_references, films, strict=True)
    ]
    if not pictures and not moving:
        raise Missing("image_references")
    return (*pictures, *moving)


def _effect(body: TemplateVideoBody, *, account: AccountId, catalog: Catalog, trace: str) -> Order:
    template = catalog.template_by_id(body.template_id, kind="video")
    wanted = body.sound_effect_switch or body.generate_audio_switch
    images = body.img_ids or body.api_gen_img_ids or ([body.img_id] if body.img_id else [])
    if not images:
        raise Missing("img_id")
    return Order(
        account=account,
        ask=VideoEffect(
            template=template.name,
            images=tuple(AssetId(image) for image in images),
            words=Words(
                prompt=template.prompt or body.prompt,
                style=template.style,
                camera=template.camera,
            ),
            sound=Sound(content=template.sound) if wanted else None,
            effect=template.effect,
        ),
        model=STILL_MODEL,
        quality=body.quality,
        seconds=template.seconds,
        seed=body.seed,
        trace=trace,
    )


def _image(body: ImageTemplateBody, *, account: AccountId, catalog: Catalog, trace: str) -> Order:
    template = catalog.template_by_id(body.template_id, kind="image")
    images = body.img_ids or ([body.img_id] if body.img_id else [])
    if not images:
        raise Missing("img_ids")
    return Order(
        account=account,
        ask=ImageEffect(
            template=template.name,
            images=tuple(AssetId(image) for image in images),
            effect=template.effect,
        ),
        model=STILL_MODEL,
        quality="",
        seed=body.seed,
        trace=trace,
    )
