"""What is sent elsewhere is understood there as it was meant here: our own door reads it back."""

import json
from dataclasses import replace
from typing import Any

import pytest

from kinora.adapters.upstream.calls import MODELS, PlatformCalls, read_call
from kinora.apis.pixverse import wire
from kinora.apis.pixverse.given import Given
from kinora.apis.pixverse.translate import order_from
from kinora.apis.useapi.models import load_table
from kinora.catalog.book import load
from kinora.catalog.restyles import load_restyles, restyle_by_words
from kinora.domain.edits import LipSync, MakeMusic, Mimic, Modify, MusicVideo, Restyle, Selection
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
    Speech,
    TextToImage,
    TextToVideo,
    Transition,
    Upscale,
    VideoEffect,
    Words,
    inputs_of,
)
from kinora.usecases.find_film import FoundFilm
from tests.contracts.test_store import job as a_job

CATALOG = load()
CALLS = PlatformCalls(lambda name: CATALOG.template(name).id)
ADA = AccountId(1)
ONE, TWO, FILM, TUNE = AssetId(11), AssetId(12), AssetId(13), AssetId(14)
RICH = Words(prompt="a fox @image1 @video1", negative_prompt="rain", style="anime")
FAST = Words(prompt="a fox", motion=Motion.FAST, camera="zoom_in")
SAID = Speech(text="hello", speaker="7")
SHOWN = (
    Reference(asset=ONE, role=Role.SUBJECT, name="image1"),
    Reference(asset=TWO, role=Role.BACKGROUND, name="image2"),
)
FILMED = (*SHOWN[:1], Reference(asset=FILM, role=Role.FILM, name="video1"))
WAYS = (Segment(prompt="rain", seconds=3),)

Read = tuple[type[wire.Body], str, Ask, dict[str, Any]]
ORDERS: list[Read] = [
    (wire.TextToVideoBody, "text", TextToVideo(words=RICH), {"ratio": "9:16"}),
    (
        wire.TextToVideoBody,
        "text",
        TextToVideo(words=RICH, sound=Sound(content="a bell"), multi_clip=True),
        {"ratio": "16:9"},
    ),
    (wire.ImageToVideoBody, "img", ImageToVideo(words=RICH, image=ONE, multi_clip=True), {}),
    (wire.ImageToVideoBody, "img", ImageToVideo(words=FAST, image=ONE), {"model": "v4"}),
    (
        wire.ImageToVideoBody,
        "img",
        ImageToVideo(words=RICH, image=ONE, sound=Sound(content="wind", speech=SAID)),
        {"model": "v5"},
    ),
    (
        wire.TransitionBody,
        "transition",
        Transition(words=RICH, first=ONE, last=TWO, sound=Sound(effects=False, speech=SAID)),
        {"model": "v5"},
    ),
    (
        wire.MultiTransitionBody,
        "multi_transition",
        MultiTransition(images=(ONE, TWO), segments=WAYS, motion=Motion.FAST),
        {"model": "v5", "seconds": 0},
    ),
    (
        wire.FusionBody,
        "fusion",
        Fusion(words=RICH, references=SHOWN, sound=Sound()),
        {"ratio": "1:1"},
    ),
    (
        wire.FusionBody,
        "fusion",
        Fusion(words=RICH, references=FILMED),
        {"ratio": "1:1", "seconds": 0},
    ),
    (wire.ExtendBody, "extend", Extend(words=RICH, film=FILM, seconds=5, sound=Sound()), {}),
    (wire.UpscaleBody, "upscale", Upscale(film=FILM), {}),
    (wire.ModifyBody, "modify", Modify(film=FILM, prompt="a hat on @img0", images=(ONE,)), {}),
    (wire.MimicBody, "mimic", Mimic(film=FILM, image=ONE), {}),
    (wire.RestyleBody, "restyle", Restyle(film=FILM, style="anime", prompt="anime"), {}),
    (wire.LipSyncBody, "lip_sync", LipSync(film=FILM, speech=SAID), {}),
    (wire.LipSyncBody, "lip_sync", LipSync(film=FILM, audio=TUNE), {}),
]


def order(ask: Ask, *, model: str = "v6", seconds: int = 5, ratio: str = "") -> Order:
    return Order(
        account=ADA,
        ask=ask,
        model=model,
        quality="540p",
        aspect_ratio=ratio,
        seconds=seconds,
        seed=7,
        watermark=True,
    )


@pytest.mark.parametrize(("body", "path", "ask", "terms"), ORDERS)
def test_calls_are_read_back_as_they_were_meant(
    body: type[wire.Body], path: str, ask: Ask, terms: dict[str, Any]
) -> None:
    asked = order(ask, **terms)
    made = replace(a_job(), order=asked, seed=7)
    given = {asset: int(asset) for asset in inputs_of(ask)}
    call = read_call(CALLS.write(made, given).encode())
    assert (call.path, call.kind) == (f"video/{path}/generate", "video")
    read = body.model_validate_json(json.dumps(call.body))
    films = [FoundFilm(asset=FILM, seen="")] if FILM in given else []
    found = order_from(read, account=ADA, catalog=CATALOG, trace="", given=Given(films=films))
    assert found.ask == ask
    if isinstance(ask, TextToVideo | ImageToVideo | Transition | Fusion):
        for name in ("model", "quality", "aspect_ratio", "seconds", "seed", "watermark"):
            assert getattr(found, name) == getattr(asked, name), name
    assert CALLS.takes(asked)


def test_effects_go_by_their_numbers() -> None:
    film = next(each for each in CATALOG.templates if each.kind == "video" and each.images == 1)
    still = next(each for each in CATALOG.templates if each.kind == "image")
    effect = VideoEffect(template=film.name, images=(ONE,), words=Words(prompt=""), sound=Sound())
    for ask, template, path in (
        (effect, film, "video/img/generate"),
        (ImageEffect(template=still.name, images=(ONE,)), still, "image/template/generate"),
    ):
        made = replace(a_job(), order=order(ask, seconds=film.seconds))
        call = read_call(CALLS.write(made, {ONE: 41}).encode())
        assert (call.path, call.body["template_id"]) == (path, template.id)
        assert call.body["img_ids"] == [41]
    body = wire.TemplateVideoBody.model_validate_json(
        json.dumps(read_call(CALLS.write(replace(a_job(), order=order(effect)), {ONE: 41})).body)
    )
    found = order_from(body, account=ADA, catalog=CATALOG, trace="")
    assert isinstance(found.ask, VideoEffect)
    assert (found.ask.template, found.ask.sound is not None) == (film.name, True)


@pytest.mark.parametrize(
    ("ask", "model"),
    [
        (TextToImage(words=RICH), "qwen-image"),
        (TextToVideo(words=RICH), "sora-2"),
        (TextToVideo(words=RICH, sound=Sound(speech=SAID)), "v6"),
        (TextToVideo(words=RICH, sound=Sound(speech=Speech(text="x", like=TUNE))), "v5"),
        (MusicVideo(audio=TUNE), "studio"),
        (MakeMusic(words="x", seconds=30), "music-2.6"),
        (LipSync(film=FILM, speech=Speech(text="x", like=TUNE)), "studio"),
        (
            Modify(
                film=FILM,
                prompt="x",
                masks=(Selection(mask=ONE, region="person", keyframe=1),),
            ),
            "studio",
        ),
    ],
)
def test_what_means_nothing_elsewhere_is_not_sent(ask: Ask, model: str) -> None:
    assert not CALLS.takes(order(ask, model=model))


def test_models_of_others_are_made_here() -> None:
    native = {name for name, model in load_table().video.items() if model.native}
    assert native - set(MODELS) == {"v5-fast"}
    assert not set(MODELS) & (set(load_table().video) - native)


@pytest.mark.parametrize("style", [each.name for each in load_restyles()])
def test_styles_go_by_their_words(style: str) -> None:
    made = replace(a_job(), order=order(Restyle(film=FILM, style=style)))
    call = read_call(CALLS.write(made, {FILM: 13}).encode())
    assert restyle_by_words(call.body["restyle_prompt"]).name == style
