"""The dialect's operations: one table, from which the routes and the OpenAPI document are made."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from starlette.routing import BaseRoute, Route

from kinora.apis.pixverse import answers, wire
from kinora.apis.pixverse.door import Door, Handler, answering
from kinora.apis.pixverse.usage import UsageBody, UsageDetail
from kinora.apis.pixverse.wire import Body
from kinora.domain.scopes import Scope

PREFIX = "/openapi/v2"
COMMON = (400012, 500020, 500069, 99999)
JSON = (400011, 400013, 400017)
SUBMIT = (*JSON, 500044, 500063, 500069, 500090)
WORDS = (400018, 400019)
GIVEN = (500020, 500064)
"""What is said of media that are named: another's, or deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation: where it is, what goes in and out, what can go wrong.

    It is served by the door's method `handler`, which is also the operation's name. What has no
    such method submits a job from its `body`, or from `with_template` when that names a template.
    `aliases` are other paths that published clients use for it. `needs` is the scope that its key
    must have, where the method does not tell. `many` says that it answers an array of `answer`.
    """

    method: str
    path: str
    handler: str
    summary: str
    answer: type[msgspec.Struct]
    body: type[Body] | None = None
    with_template: type[Body] | None = None
    codes: Sequence[int] = ()
    aliases: Sequence[str] = ()
    needs: Scope | None = None
    many: bool = False


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="GET",
        path="/account/balance",
        handler="balance",
        summary="Get user credit balance",
        answer=answers.Balance,
        aliases=("/account/credits",),
    ),
    Operation(
        method="POST",
        path="/account/billing/usage-detail",
        handler="usage",
        summary="Usage deduction query",
        answer=UsageDetail,
        body=UsageBody,
        codes=(*JSON,),
        needs=Scope.READ,
    ),
    Operation(
        method="POST",
        path="/image/upload",
        handler="upload_image",
        summary="Upload image",
        answer=answers.UploadedImage,
        codes=(*JSON, 500030, 500031, 500032, 500033, 500041, 500042, 500054),
    ),
    Operation(
        method="POST",
        path="/media/upload",
        handler="upload_media",
        summary="Upload video & audio",
        answer=answers.UploadedMedia,
        codes=(*JSON, 500041, 500063, 500069),
    ),
    Operation(
        method="POST",
        path="/video/text/generate",
        handler="text_to_video",
        summary="Text-to-video generation",
        answer=answers.SubmittedVideo,
        body=wire.TextToVideoBody,
        codes=(*SUBMIT, *WORDS),
    ),
    Operation(
        method="POST",
        path="/video/img/generate",
        handler="image_to_video",
        summary="Image-to-video generation; with template_id: template (effect) video generation",
        answer=answers.SubmittedVideo,
        body=wire.ImageToVideoBody,
        with_template=wire.TemplateVideoBody,
        codes=(*SUBMIT, *WORDS, 400032, *GIVEN, 500070, 500071),
        aliases=("/video/image/generate",),
    ),
    Operation(
        method="POST",
        path="/video/transition/generate",
        handler="transition",
        summary="Transition (first-last frame) generation",
        answer=answers.SubmittedVideo,
        body=wire.TransitionBody,
        codes=(*SUBMIT, *WORDS, 400032, *GIVEN),
    ),
    Operation(
        method="POST",
        path="/video/multi_transition/generate",
        handler="multi_transition",
        summary="Multi-transition video generation",
        answer=answers.SubmittedVideo,
        body=wire.MultiTransitionBody,
        codes=(*SUBMIT, 400018, 400032, *GIVEN),
    ),
    Operation(
        method="POST",
        path="/video/fusion/generate",
        handler="fusion",
        summary="Fusion (reference to video) generation",
        answer=answers.SubmittedVideo,
        body=wire.FusionBody,
        codes=(*SUBMIT, *WORDS, 400032, *GIVEN),
    ),
    Operation(
        method="POST",
        path="/video/extend/generate",
        handler="extend",
        summary="Extend generation",
        answer=answers.SubmittedVideo,
        body=wire.ExtendBody,
        codes=(*SUBMIT, *WORDS, *GIVEN),
    ),
    Operation(
        method="POST",
        path="/video/upscale/generate",
        handler="upscale",
        summary="Upscale video",
        answer=answers.SubmittedVideo,
        body=wire.UpscaleBody,
        codes=(*SUBMIT, *GIVEN),
    ),
    Operation(
        method="POST",
        path="/video/sound_effect/generate",
        handler="sound_effect",
        summary="Sound effect generation",
        answer=answers.SubmittedVideo,
        body=wire.SoundEffectBody,
        codes=(*SUBMIT, *GIVEN),
    ),
    Operation(
        method="POST",
        path="/video/mask/selection",
        handler="mask_selection",
        summary="Swap mask generation (synchronous)",
        answer=answers.Masks,
        body=wire.MaskBody,
        codes=(*SUBMIT, *GIVEN),
    ),
    Operation(
        method="POST",
        path="/video/swap/generate",
        handler="swap",
        summary="Swap generation",
        answer=answers.SubmittedVideo,
        body=wire.SwapBody,
        codes=(*SUBMIT, 400032, *GIVEN),
    ),
    Operation(
        method="POST",
        path="/video/modify/generate",
        handler="modify",
        summary="Modify generation",
        answer=answers.SubmittedVideo,
        body=wire.ModifyBody,
        codes=(*SUBMIT, 400018, 400032, *GIVEN),
    ),
    Operation(
        method="POST",
        path="/video/mimic/generate",
        handler="mimic",
        summary="Motion control (mimic) generation",
        answer=answers.SubmittedVideo,
        body=wire.MimicBody,
        codes=(*SUBMIT, 400032, *GIVEN, 701002, 701003),
    ),
    Operation(
        method="POST",
        path="/video/restyle/generate",
        handler="restyle",
        summary="Restyle generation",
        answer=answers.SubmittedVideo,
        body=wire.RestyleBody,
        codes=(*SUBMIT, *GIVEN),
    ),
    Operation(
        method="GET",
        path="/video/restyle/list",
        handler="restyles",
        summary="Restyle effect list (an array)",
        answer=answers.RestyleItem,
        codes=(400017,),
        many=True,
    ),
    Operation(
        method="GET",
        path="/video/lip_sync/tts_list",
        handler="speakers",
        summary="Get TTS speaker list",
        answer=answers.Speakers,
        codes=(400017,),
        aliases=("/video/tts_speaker",),
    ),
    Operation(
        method="POST",
        path="/video/tts_speaker",
        handler="make_voice",
        summary="Create custom voice",
        answer=answers.Speaker,
        body=wire.VoiceBody,
        codes=(*JSON, *GIVEN),
    ),
    Operation(
        method="DELETE",
        path="/video/tts_speaker/{speaker_id}",
        handler="drop_voice",
        summary="Delete custom voice",
        answer=answers.Nothing,
        codes=(400017,),
    ),
    Operation(
        method="POST",
        path="/video/lip_sync/generate",
        handler="lip_sync",
        summary="Speech (lip sync) generation",
        answer=answers.SubmittedVideo,
        body=wire.LipSyncBody,
        codes=(*SUBMIT, *GIVEN),
    ),
    Operation(
        method="POST",
        path="/video/avatar/generate",
        handler="avatar",
        summary="Avatar generation",
        answer=answers.SubmittedVideo,
        body=wire.AvatarBody,
        codes=(*SUBMIT, 400018, 400032, *GIVEN),
    ),
    Operation(
        method="POST",
        path="/audio/verification",
        handler="verify_audio",
        summary="Audio verification, before a music MV",
        answer=answers.Nothing,
        body=wire.AudioBody,
        codes=(*JSON, *GIVEN, 701020),
        needs=Scope.READ,
    ),
    Operation(
        method="POST",
        path="/video/music_mv_agent/generate",
        handler="music_video",
        summary="Music MV generation",
        answer=answers.SubmittedVideo,
        body=wire.MusicBody,
        codes=(*SUBMIT, 400032, 400080, *GIVEN, 701020),
    ),
    Operation(
        method="POST",
        path="/video/agent/generate",
        handler="agent",
        summary="Agents: none is offered",
        answer=answers.Nothing,
        body=wire.AgentBody,
        codes=JSON,
    ),
    Operation(
        method="GET",
        path="/video/result/{id}",
        handler="video_result",
        summary="Get video generation status",
        answer=answers.VideoResult,
        codes=(400013, 500008, 500020),
    ),
    Operation(
        method="GET",
        path="/video/effects/templates/list",
        handler="templates",
        summary="Get template list",
        answer=answers.EffectList,
        codes=(400017,),
    ),
    Operation(
        method="POST",
        path="/image/template/generate",
        handler="image_template",
        summary="Image template generation",
        answer=answers.SubmittedImage,
        body=wire.ImageTemplateBody,
        codes=(*SUBMIT, 400032, *GIVEN, 500070),
    ),
    Operation(
        method="GET",
        path="/image/result/{id}",
        handler="image_result",
        summary="Get image generation",
        answer=answers.ImageResult,
        codes=(400013, 500008, 500020),
    ),
)


POLLED = ("video_result", "image_result")
"""What is called most often is found first: routes are tried in their order."""


def _handler(door: Door, operation: Operation) -> Handler:
    own: Handler | None = getattr(door, operation.handler, None)
    if own is None and operation.body is not None:
        return door.submitting(operation.body, operation.with_template)
    if own is None:
        raise NotImplementedError(operation.handler)
    return own


def routes(door: Door) -> list[BaseRoute]:
    """Return the dialect's routes, aliases included."""
    return [
        Route(
            PREFIX + path,
            answering(_handler(door, operation), operation.needs),
            methods=[operation.method],
            name=operation.handler,
        )
        for operation in sorted(OPERATIONS, key=lambda each: each.handler not in POLLED)
        for path in (operation.path, *operation.aliases)
    ]
