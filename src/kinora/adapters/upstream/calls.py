"""Orders as calls of the PixVerse Platform API: see `docs.platform.pixverse.ai`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from kinora.catalog.restyles import load_restyles
from kinora.domain.ids import AssetId
from kinora.domain.job import Job
from kinora.domain.order import (
    Ask,
    Extend,
    Fusion,
    ImageEffect,
    ImageToVideo,
    LipSync,
    Mimic,
    Modify,
    Motion,
    MultiTransition,
    Order,
    Restyle,
    Role,
    Sound,
    Speech,
    TextToVideo,
    Transition,
    Upscale,
    VideoEffect,
    Words,
    inputs_of,
)
from kinora.ports.upstream import Declined

Body = dict[str, Any]
Given = Mapping[AssetId, int]
TemplateId = Callable[[str], int]
"""From a template's name to its number."""

SOUNDING = {"v5.5", "v5.6", "v6", "v6-max", "c1"}
"""Models with a sound of their own; older ones have sound effects and speech instead."""

MODELS = {name: name for name in ("v3.5", "v4", "v4.5", "v5", *sorted(SOUNDING))}
MODELS["pixverse-c1"] = "c1"
"""The platform's models, by every name under which our dialects know them."""


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call: its path below the dialect's prefix, `video` or `image`, and its body."""

    path: str
    kind: str
    body: Body


_write = msgspec.json.Encoder().encode
read_call = msgspec.json.Decoder(Call).decode


@dataclass(frozen=True, slots=True)
class PlatformCalls:
    """Writes orders down as calls; `template_id` knows the numbers of effects."""

    template_id: TemplateId

    def takes(self, order: Order) -> bool:
        """Tell whether there is a call for an order at all."""
        try:
            self._call(order, dict.fromkeys(inputs_of(order.ask), 1))
        except Declined:
            return False
        return True

    def write(self, job: Job, given: Given) -> str:
        """Return a job's call as text; `given` are its inputs' numbers there."""
        call = self._call(job.order, given)
        return _write(Call(call.path, call.kind, {**call.body, "seed": job.seed})).decode()

    def _call(self, order: Order, given: Given) -> Call:
        ask = order.ask
        if isinstance(ask, VideoEffect | ImageEffect):
            return self._effect(order, ask, given)
        path, body = _film(order, ask, given)
        marked = {"water_mark": True} if order.watermark else {}
        return Call(f"video/{path}/generate", "video", body | marked)

    def _effect(self, order: Order, ask: VideoEffect | ImageEffect, given: Given) -> Call:
        pictures = [given[image] for image in ask.images]
        body: Body = {"template_id": self.template_id(ask.template), "img_ids": pictures}
        if isinstance(ask, ImageEffect):
            return Call("image/template/generate", "image", body)
        body |= {"img_id": pictures[0], "quality": order.quality, "prompt": ask.words.prompt}
        body |= {"model": "v5", "duration": order.seconds}
        if ask.sound is not None:
            body["sound_effect_switch"] = True
        return Call("video/img/generate", "video", body)


def _film(order: Order, ask: Ask, given: Given) -> tuple[str, Body]:
    match ask:
        case TextToVideo() | ImageToVideo() | Transition() | Extend() | Fusion():
            return _new_film(order, ask, given)
        case MultiTransition():
            return "multi_transition", _through(order, ask, given)
        case Upscale() | Modify() | Mimic() | Restyle() | LipSync():
            return _worked(order, ask, given)
        case _:
            raise Declined("this kind of work is not made upstream")


def _new_film(
    order: Order, ask: TextToVideo | ImageToVideo | Transition | Extend | Fusion, given: Given
) -> tuple[str, Body]:
    model = _model(order)
    body = {
        "model": model,
        "duration": order.seconds,
        "quality": order.quality,
        **_words(ask.words),
        **_sound(ask.sound, model),
    }
    path, own = "", dict[str, Any]()
    match ask:
        case TextToVideo(multi_clip=several):
            path, own = "text", {"aspect_ratio": order.aspect_ratio, **_several(several)}
        case ImageToVideo(image=image, multi_clip=several):
            path, own = "img", {"img_id": given[image], **_several(several)}
        case Transition(first=first, last=last):
            path = "transition"
            own = {"first_frame_img": given[first], "last_frame_img": given[last]}
        case Extend(film=film, seconds=seconds):
            path, own = "extend", {"video_media_id": given[film], "duration": seconds}
        case Fusion():
            path, own = "fusion", {"aspect_ratio": order.aspect_ratio, **_references(ask, given)}
    return path, body | own


def _worked(
    order: Order, ask: Upscale | Modify | Mimic | Restyle | LipSync, given: Given
) -> tuple[str, Body]:
    path, own = "upscale", dict[str, Any]()
    match ask:
        case Upscale():
            pass
        case Modify():
            if ask.masks:
                raise Declined("masks of one server mean nothing to another")
            pictures = {"img_ids": [given[each] for each in ask.images]} if ask.images else {}
            path, own = "modify", {"prompt": ask.prompt, "quality": order.quality, **pictures}
        case Mimic():
            path, own = "mimic", {"img_id": given[ask.image], "quality": order.quality}
        case Restyle():
            path, own = "restyle", {"restyle_prompt": ask.prompt or _spoken(ask.style)}
        case LipSync(audio=audio, speech=speech):
            heard = _said(speech) if audio is None else {"audio_media_id": given[audio]}
            path, own = "lip_sync", heard
    return path, {"video_media_id": given[ask.film], **own}


def _spoken(style: str) -> str:
    """Return the word for a style that was asked for by its number: numbers are each server's."""
    return next((each.words[0] for each in load_restyles() if each.name == style), style)


def _model(order: Order) -> str:
    model = MODELS.get(order.model)
    if model is None:
        raise Declined(f"model {order.model} is not made upstream")
    return model


def _words(words: Words) -> Body:
    body: Body = {"prompt": words.prompt}
    if words.negative_prompt:
        body["negative_prompt"] = words.negative_prompt
    if words.style:
        body["style"] = words.style
    if words.camera:
        body["camera_movement"] = words.camera
    if words.motion is Motion.FAST:
        body["motion_mode"] = Motion.FAST.value
    return body


def _several(several: bool) -> Body:  # noqa: FBT001 - the field is a switch
    return {"generate_multi_clip_switch": True} if several else {}


def _sound(sound: Sound | None, model: str) -> Body:
    if sound is None:
        return {}
    content = {"sound_effect_content": sound.content} if sound.content else {}
    if model in SOUNDING:
        if sound.speech is not None:
            raise Declined(f"model {model} does not speak given words")
        return {"generate_audio_switch": True, **content}
    body: Body = {"sound_effect_switch": True, **content} if sound.effects else {}
    if sound.speech is not None:
        body |= {"lip_sync_tts_switch": True, **_said(sound.speech)}
    return body


def _said(speech: Speech | None) -> Body:
    if speech is None or speech.like is not None:
        raise Declined("a voice of one server means nothing to another")
    return {"lip_sync_tts_content": speech.text, "lip_sync_tts_speaker_id": speech.speaker}


def _through(order: Order, ask: MultiTransition, given: Given) -> Body:
    ways = [(each.seconds, each.prompt) for each in ask.segments]
    items: list[Body] = [
        {"img_id": given[image], "duration": seconds, "prompt": prompt}
        for image, (seconds, prompt) in zip(ask.images, [*ways, (0, "")], strict=True)
    ]
    body: Body = {"model": _model(order), "quality": order.quality, "multi_transition": items}
    fast = ask.motion is Motion.FAST
    return body | ({"motion_mode": Motion.FAST.value} if fast else {})


def _references(ask: Fusion, given: Given) -> Body:
    pictures = [
        {"type": each.role.value, "img_id": given[each.asset], "ref_name": each.name}
        for each in ask.references
        if each.role is not Role.FILM
    ]
    films = [
        {"video_media_id": given[each.asset], "ref_name": each.name}
        for each in ask.references
        if each.role is Role.FILM
    ]
    omni = {"video_references": films, "reference_mode": "omni"} if films else {}
    return {"image_references": pictures, **omni}
