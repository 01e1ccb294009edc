"""From the dialect's bodies to the product's orders."""

from kinora.apis.pixverse.wire import (
    Body,
    FilmBody,
    ImageTemplateBody,
    ImageToVideoBody,
    TemplateVideoBody,
    TextToVideoBody,
    TransitionBody,
)
from kinora.catalog.book import Catalog
from kinora.catalog.models import Model
from kinora.domain.errors import Invalid, Missing
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.order import (
    Ask,
    ImageEffect,
    ImageToVideo,
    Motion,
    Order,
    Sound,
    TextToVideo,
    Transition,
    VideoEffect,
    Words,
)

STILL_MODEL = "template"


def order_from(body: Body, *, account: AccountId, catalog: Catalog, trace: str) -> Order:
    """Return the order that a body makes; raise Invalid or Missing."""
    if body.webhook_id:
        raise Invalid("webhook_id: webhooks are not offered yet, poll the result instead")
    match body:
        case TextToVideoBody() | ImageToVideoBody() | TransitionBody():
            return _film(body, account=account, catalog=catalog, trace=trace)
        case TemplateVideoBody():
            return _effect(body, account=account, catalog=catalog, trace=trace)
        case ImageTemplateBody():
            return _image(body, account=account, catalog=catalog, trace=trace)
        case _:
            raise Invalid("this operation is not offered yet")


def _film(
    body: TextToVideoBody | ImageToVideoBody | TransitionBody,
    *,
    account: AccountId,
    catalog: Catalog,
    trace: str,
) -> Order:
    if body.generate_multi_clip_switch:
        raise Invalid("generate_multi_clip_switch: several clips in one film are not offered yet")
    if body.lip_sync_tts_switch or body.lip_sync_switch:
        raise Invalid("lip_sync_tts_switch: speech is not offered yet")
    if isinstance(body, TextToVideoBody) and body.template_id:
        raise Invalid("template_id: effects are played on pictures, use video/img/generate")
    model = catalog.models.models.get(body.model)
    return Order(
        account=account,
        ask=_ask(body, _words(body, model), _sound(body, model)),
        model=body.model,
        quality=body.quality,
        aspect_ratio=body.aspect_ratio if isinstance(body, TextToVideoBody) else "",
        seconds=body.duration,
        seed=body.seed,
        trace=trace,
    )


def _ask(
    body: TextToVideoBody | ImageToVideoBody | TransitionBody, words: Words, sound: Sound | None
) -> Ask:
    match body:
        case TextToVideoBody():
            return TextToVideo(words=words, sound=sound)
        case ImageToVideoBody(img_id=image):
            return ImageToVideo(words=words, image=AssetId(image), sound=sound)
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


def _sound(body: FilmBody, model: Model | None) -> Sound | None:
    own = model is not None and model.audio
    wanted = body.generate_audio_switch if own else body.sound_effect_switch
    return Sound(content=body.sound_effect_content) if wanted else None


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
            words=Words(prompt=body.prompt),
            sound=Sound(content=template.sound) if wanted else None,
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
        ask=ImageEffect(template=template.name, images=tuple(AssetId(image) for image in images)),
        model=STILL_MODEL,
        quality="",
        seed=body.seed,
        trace=trace,
    )
