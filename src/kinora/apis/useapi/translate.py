"""From the dialect's calls for films to the product's orders."""

import re

from kinora.apis.useapi import rules
from kinora.apis.useapi.models import VideoModel
from kinora.apis.useapi.offer import Offer, Terms
from kinora.apis.useapi.singing import song_order
from kinora.apis.useapi.sounding import sound_order
from kinora.apis.useapi.sources import Given
from kinora.apis.useapi.wire import (
    CreateBody,
    FilmBody,
    FramesBody,
    FusionBody,
    MusicBody,
    MusicVideoBody,
    SpeechBody,
    Submission,
    TransitionBody,
)
from kinora.apis.useapi.worked import worked_order
from kinora.catalog.templates import Template
from kinora.domain.errors import Invalid, Missing, TemplateInactive
from kinora.domain.order import (
    Ask,
    Fusion,
    ImageEffect,
    ImageToVideo,
    MultiTransition,
    Order,
    Reference,
    Role,
    Segment,
    Sound,
    TextToVideo,
    Transition,
    VideoEffect,
    Words,
)

BY_TEMPLATE = "template"
PICTURE_NAME = re.compile(r"@pic(\d)")
DEFAULT_WAY = 5
LONGEST_WAY, LONGEST_STEP = 8, 5
TWO = 2


def film_order(body: Submission, given: Given, terms: Terms) -> Order:
    """Return the order of a call for a film or a sound; raises Invalid and its kin, Missing."""
    rules.check_terms(body)
    match body:
        case CreateBody(template_id=number) if number:
            order = _by_template(body, given, terms)
        case CreateBody():
            order = _create(body, given, terms)
        case FramesBody():
            order = _frames(body, given, terms)
        case TransitionBody():
            order = _transition(body, given, terms)
        case FusionBody():
            order = _fusion(body, given, terms)
        case MusicVideoBody():
            order = song_order(body, given, terms)
        case MusicBody() | SpeechBody():
            order = sound_order(body, given, terms)
        case _:
            order = worked_order(body, given, terms)
    return order


def _create(body: CreateBody, given: Given, terms: Terms) -> Order:
    table = terms.offer.table
    name, model = rules.video_model(table, body.model, operation="create")
    rules.check_film(body, name, model)
    if len(given.images) > 1:
        raise Invalid("a second picture needs a template_id; for two frames use create-frames")
    if given.images and body.aspect_ratio:
        raise Invalid("aspect_ratio is not accepted with a picture: the film follows the picture")
    if not given.images and not body.prompt:
        raise Missing("prompt")
    if not given.images and not model.words_alone:
        raise Invalid(f"model {name} makes films from pictures only: send first_frame_path")
    if body.multi_shot and not model.multi_shot:
        raise Invalid(f"multi_shot is not accepted by model {name}")
    words, sound, several = (
        Words(prompt=body.prompt),
        _sound(body, model, given),
        bool(body.multi_shot),
    )
    ask: Ask
    if given.images:
        ask = ImageToVideo(words=words, image=given.images[0], sound=sound, multi_clip=several)
    else:
        ask = TextToVideo(words=words, sound=sound, multi_clip=several)
    ratio = "" if given.images else rules.ratio_of(body.aspect_ratio, name, table, model)
    return _film(body, ask, terms, named=(name, model), ratio=ratio)


def _frames(body: FramesBody, given: Given, terms: Terms) -> Order:
    name, model = rules.video_model(terms.offer.table, body.model, operation="create-frames")
    rules.check_film(body, name, model)
    first, last = given.images
    words = Words(prompt=body.prompt)
    ask = Transition(words=words, first=first, last=last, sound=_sound(body, model, given))
    return _film(body, ask, terms, named=(name, model))


def _transition(body: TransitionBody, given: Given, terms: Terms) -> Order:
    name, model = rules.video_model(terms.offer.table, body.model, operation="create-transition")
    rules.check_film(body, name, model)
    images, sound = given.images, _sound(body, model, given)
    if len(images) > model.keyframes:
        raise Invalid(f"model {name} takes at most {model.keyframes} frames, not {len(images)}")
    ways = _ways(body, len(images) - 1, model)
    if len(images) == TWO:
        words = Words(prompt=ways[0].prompt or body.prompt)
        ask: Ask = Transition(words=words, first=images[0], last=images[1], sound=sound)
        return _film(body, ask, terms, named=(name, model), seconds=ways[0].seconds)
    if sound is not None:
        raise Invalid("sound is not offered yet with three or more frames")
    ask = MultiTransition(images=images, segments=ways)
    return Order(
        account=terms.account,
        ask=ask,
        model=name,
        quality=rules.quality_of(body.quality, name, model),
        seed=body.seed,
    )


def _ways(body: TransitionBody, count: int, model: VideoModel) -> tuple[Segment, ...]:
    """Return the ways from each picture to the next."""
    longest = LONGEST_WAY if count == 1 else LONGEST_STEP
    ways = []
    for at in range(count):
        between = f"{at + 1}_to_{at + 2}"
        seconds, prompt = body.durations[at], body.prompts[at]
        seconds = DEFAULT_WAY if seconds is None else seconds
        if not 1 <= seconds <= longest:
            raise Invalid(f"duration_{between} must be 1 to {longest}, not {seconds}")
        rules.check_prompt(f"prompt_{between}", prompt, model)
        ways.append(Segment(prompt=prompt, seconds=seconds))
    return tuple(ways)


def _fusion(body: FusionBody, given: Given, terms: Terms) -> Order:
    name, model = rules.video_model(terms.offer.table, body.model, operation="create-fusion")
    rules.check_film(body, name, model)
    if not body.prompt:
        raise Missing("prompt")
    if body.audios:
        raise Invalid("audio_1_path: references that are sounds are not offered yet")
    for what, count, most in (
        ("frame_1_path and on", len(given.pictures), model.images),
        ("video_1_path and on", len(given.films), model.films),
    ):
        if count > most:
            raise Invalid(f"{what}: model {name} takes at most {most}, not {count}")
    references = _references(given)
    prompt = _with_names(body.prompt, references)
    ask = Fusion(
        words=Words(prompt=prompt), references=references, sound=_sound(body, model, given)
    )
    ratio = rules.ratio_of(body.aspect_ratio, name, terms.offer.table, model)
    # With films among the references the result is as long as they are.
    seconds = 0 if given.films else None
    return _film(body, ask, terms, named=(name, model), ratio=ratio, seconds=seconds)


def _references(given: Given) -> tuple[Reference, ...]:
    pictures = [
        Reference(asset=image, role=Role.SUBJECT, name=f"image{at}")
        for at, image in enumerate(given.images, start=1)
    ]
    films = [
        Reference(asset=film.id, role=Role.FILM, name=f"video{at}")
        for at, film in enumerate(given.films.values(), start=1)
    ]
    return (*pictures, *films)


def _with_names(prompt: str, references: tuple[Reference, ...]) -> str:
    """Return a prompt that names every reference: those that it leaves out come at its end."""
    prompt = PICTURE_NAME.sub(r"@image\1", prompt)
    missing = [f"@{each.name}" for each in references if f"@{each.name}" not in prompt]
    return " ".join([prompt, *missing])


def _film(
    body: FilmBody,
    ask: Ask,
    terms: Terms,
    *,
    named: tuple[str, VideoModel],
    ratio: str = "",
    seconds: int | None = None,
) -> Order:
    name, model = named
    quality = rules.quality_of(body.quality, name, model)
    if seconds is None:
        seconds = rules.seconds_of(body.duration, name, model, quality=quality)
    return Order(
        account=terms.account,
        ask=ask,
        model=name,
        quality=quality,
        aspect_ratio=ratio,
        seconds=seconds,
        seed=body.seed,
    )


def _sound(body: FilmBody, model: VideoModel, given: Given) -> Sound | None:
    """Return the sound that is wanted, by the switches of new models or by those of old ones."""
    wanted = body.audio or body.auto_sound or model.audio == rules.ALWAYS
    effects = bool(wanted or body.sound_effect_prompt)
    said = body.lip_sync_tts_prompt
    if not effects and not said:
        return None
    speech = given.speaker.says(said) if said else None
    return Sound(content=body.sound_effect_prompt, effects=effects, speech=speech)


def _by_template(body: CreateBody, given: Given, terms: Terms) -> Order:
    if body.model:
        raise Invalid("model is not accepted with template_id: the template has its own")
    template = _template(body.template_id or 0, terms.offer)
    if len(given.images) != template.images:
        raise Invalid(
            f"template {template.id} ({template.display_name}) takes {template.images} "
            f"picture{'s' * (template.images != 1)}, not {len(given.images)}"
        )
    film = template.kind == "video"
    qualities = template.qualities if film else ()
    quality = (body.quality or qualities[0]) if film else ""
    if film and quality not in qualities:
        raise Invalid(f"quality of template {template.id} must be one of {', '.join(qualities)}")
    return Order(
        account=terms.account,
        ask=_effect(body, given, template),
        model=BY_TEMPLATE,
        quality=quality,
        seconds=template.seconds,
        seed=body.seed,
    )


def _effect(body: CreateBody, given: Given, template: Template) -> Ask:
    if template.kind == "image":
        return ImageEffect(template=template.name, images=given.images, effect=template.effect)
    words = Words(
        prompt=template.prompt or body.prompt, style=template.style, camera=template.camera
    )
    wanted = body.audio or body.auto_sound
    return VideoEffect(
        template=template.name,
        images=given.images,
        words=words,
        sound=Sound(content=template.sound) if wanted else None,
        effect=template.effect,
    )


def _template(number: int, offer: Offer) -> Template:
    """Return a template of either kind; raise TemplateInactive."""
    for template in offer.active:
        if template.id == number:
            return template
    raise TemplateInactive(f"there is no template with id {number}; see videos/effects")
