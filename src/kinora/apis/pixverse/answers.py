"""What callers get, and how it is written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil, floor
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType, structs
from starlette.responses import Response

from kinora.catalog.templates import Template
from kinora.domain.account import Account
from kinora.domain.asset import Asset
from kinora.domain.errors import JobNotFound
from kinora.domain.ids import AssetId
from kinora.domain.job import Job, JobState
from kinora.domain.order import Feature, ImageEffect, MaskSelection, Words, inputs_of
from kinora.ports.store import Outcome
from kinora.usecases.find_mask import mask_id
from kinora.usecases.read_queue import Place


class Balance(msgspec.Struct, frozen=True):
    """GET account/balance."""

    account_id: int
    credit_monthly: int
    credit_package: int


class UploadedImage(msgspec.Struct, frozen=True):
    """POST image/upload."""

    img_id: int
    img_url: str


class UploadedMedia(msgspec.Struct, frozen=True):
    """POST media/upload. Width and height are 0 for sounds; `duration` is Kinora's own addition."""

    media_id: int
    media_type: str
    url: str
    width: int
    height: int
    duration: float


class SubmittedVideo(msgspec.Struct, frozen=True):
    """Every submit of a film. Pages differ on the name of the charge, so both are there."""

    video_id: int
    credits: int
    credit: int


class SubmittedImage(msgspec.Struct, frozen=True):
    """POST image/template/generate."""

    image_id: int
    credits: int
    credit: int


class Eta(msgspec.Struct, frozen=True):
    """In how many seconds a job will be done, between the two: as fast or as slow as others."""

    low_s: int
    high_s: int


class Waits(msgspec.Struct, frozen=True):
    """Where an unfinished job stands. Kinora's own additions, each left out where unknown.

    `queue_position` is 1 for the next job to begin and 0 for one that runs; it is a lower bound
    while `queue_position_exact` is there, and false. `eta` holds if no others come.
    """

    queue_position: int | UnsetType = UNSET
    queue_position_exact: bool | UnsetType = UNSET
    eta: Eta | UnsetType = UNSET


NOWHERE = Waits()


class VideoResult(msgspec.Struct, frozen=True):
    """GET video/result/{id}. `progress`, `reason` and those of `Waits` are ours."""

    id: int
    status: int
    url: str
    path: str
    prompt: str
    negative_prompt: str
    style: str
    seed: int
    resolution_ratio: int
    size: int
    outputWidth: int  # noqa: N815 - the wire's spelling
    outputHeight: int  # noqa: N815 - the wire's spelling
    has_audio: bool
    credits: int
    create_time: str
    modify_time: str
    progress: float
    reason: str
    queue_position: int | UnsetType = UNSET
    queue_position_exact: bool | UnsetType = UNSET
    eta: Eta | UnsetType = UNSET


class CustomerPaths(msgspec.Struct, frozen=True):
    """What an image was made from."""

    customer_img_paths: list[str]
    gen_img_req_img_ids: list[int]
    ext_info: None = None
    agent_info: None = None
    cameo_id_list: None = None
    duration_type: str = ""
    fusion_id_list: None = None
    model_evaluator: str = ""


class ImageResult(msgspec.Struct, frozen=True):
    """GET image/result/{image_id}. `size`, `progress`, `reason` and those of `Waits` are ours."""

    image_id: int
    prompt: str
    url: str
    seed: int
    status: int
    prompt_translate: str
    template_id: int
    create_time: str
    modify_time: str
    outputWidth: int  # noqa: N815 - the wire's spelling
    outputHeight: int  # noqa: N815 - the wire's spelling
    credits: int
    customer_paths: CustomerPaths
    size: int
    progress: float
    reason: str
    queue_position: int | UnsetType = UNSET
    queue_position_exact: bool | UnsetType = UNSET
    eta: Eta | UnsetType = UNSET


class EffectItem(msgspec.Struct, frozen=True):
    """One template. Only the first three fields are confirmed by the public pages."""

    template_id: int
    display_name: str
    display_prompt: str
    type: int
    image_count: int
    qualities: list[str]
    duration: int
    credits: dict[str, int]
    thumbnail_url: str
    preview_url: str


class EffectList(msgspec.Struct, frozen=True):
    """GET video/effects/templates/list."""

    effect_items: list[EffectItem]
    total: int


class RestyleItem(msgspec.Struct, frozen=True):
    """One style of the list."""

    restyle_id: int
    restyle_name: str
    restyle_prompt: str
    cover_url: str


class Speaker(msgspec.Struct, frozen=True):
    """One voice of the list."""

    speaker_id: str
    name: str


class Nothing(msgspec.Struct, frozen=True):
    """`Resp` of what has nothing to tell."""


class Speakers(msgspec.Struct, frozen=True):
    """GET video/lip_sync/tts_list."""

    total: int
    data: list[Speaker]


class MaskInfo(msgspec.Struct, frozen=True):
    """One region of a keyframe: `mask_url` is white where the region is."""

    mask_id: str
    mask_name: str
    mask_url: str


class Masks(msgspec.Struct, frozen=True):
    """POST video/mask/selection."""

    keyframe_id: int
    keyframe_url: str
    credits: int
    mask_info: list[MaskInfo]


class Envelope(msgspec.Struct, frozen=True):
    """What every answer is wrapped in."""

    ErrCode: int
    ErrMsg: str
    Resp: Any


_write = msgspec.json.Encoder().encode
NO_WORDS = Words(prompt="")
HEARD = {Feature.MUSIC, Feature.SPEECH}


def good(resp: msgspec.Struct | Sequence[msgspec.Struct]) -> Response:
    """Return a success."""
    return Response(_write(Envelope(0, "success", resp)), media_type="application/json")


def refusal(code: int, message: str, *, status: int = 200, wait: int = 0) -> Response:
    """Return a refusal: `Resp` is null, so that no client takes a stale id from it.

    `wait` is how many seconds to wait before the next try, 0 when waiting does not help.
    """
    body = _write(Envelope(code, message, None))
    headers = {"retry-after": str(wait)} if wait else None
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def status_of(state: JobState) -> int:
    """Return the wire's number for a state; there is none for queued."""
    match state:
        case JobState.COMPLETED:
            return 1
        case JobState.QUEUED | JobState.RUNNING:
            return 5
        case JobState.DELETED:
            return 6
        case JobState.MODERATED:
            return 7
        case JobState.FAILED | JobState.CANCELLED:
            return 8


def balance(account: Account) -> Balance:
    """Say what an account can spend."""
    return Balance(account.id, account.balance.monthly, account.balance.package)


def uploaded_media(asset: Asset, *, link: str) -> UploadedMedia:
    """Say what was recognised."""
    seconds = round(asset.seconds, 3)
    return UploadedMedia(asset.id, asset.kind.value, link, asset.width, asset.height, seconds)


def submitted_video(job: Job) -> SubmittedVideo:
    """Say that a film was accepted."""
    return SubmittedVideo(job.id, job.cost, job.cost)


def submitted_image(job: Job) -> SubmittedImage:
    """Say that an image was accepted."""
    return SubmittedImage(job.id, job.cost, job.cost)


def waits(place: Place | None) -> Waits:
    """Say where a job stands."""
    if place is None:
        return NOWHERE
    done = place.done_in
    return Waits(
        queue_position=place.position,
        queue_position_exact=UNSET if place.exact else False,
        eta=Eta(floor(done.low), ceil(done.high)) if done else UNSET,
    )


def video_result(outcome: Outcome, *, link: str, waits: Waits = NOWHERE) -> VideoResult:
    """Say how a film stands; `link` is its address, empty until it is done. Raises JobNotFound."""
    if outcome.job.feature in HEARD:
        raise JobNotFound("there is no video with this id")
    job, asset = outcome.job, outcome.asset if link else None
    words = getattr(job.order.ask, "words", NO_WORDS)
    return VideoResult(
        id=job.id,
        status=status_of(job.state),
        url=link,
        path=asset.blob if asset else "",
        prompt=words.prompt,
        negative_prompt=words.negative_prompt,
        style=words.style,
        seed=job.seed,
        resolution_ratio=int(job.order.quality.removesuffix("p") or 0),
        size=asset.size if asset else 0,
        outputWidth=asset.width if asset else 0,
        outputHeight=asset.height if asset else 0,
        has_audio=asset.has_audio if asset else False,
        credits=job.cost,
        create_time=_time(job.created_at),
        modify_time=_time(job.changed_at),
        progress=round(job.progress, 4),
        reason=job.reason,
        **structs.asdict(waits),
    )


def image_result(
    outcome: Outcome, *, link: str, template: int, given: list[str], waits: Waits = NOWHERE
) -> ImageResult:
    """Say how an image stands; `given` names the pictures that it is made from."""
    job, asset = outcome.job, outcome.asset if link else None
    return ImageResult(
        image_id=job.id,
        prompt="",
        url=link,
        seed=job.seed,
        status=status_of(job.state),
        prompt_translate="",
        template_id=template,
        create_time=_time(job.created_at),
        modify_time=_time(job.changed_at),
        outputWidth=asset.width if asset else 0,
        outputHeight=asset.height if asset else 0,
        credits=job.cost,
        customer_paths=CustomerPaths(given, [int(asset) for asset in inputs_of(job.order.ask)]),
        size=asset.size if asset else 0,
        progress=round(job.progress, 4),
        reason=job.reason,
        **structs.asdict(waits),
    )


def masks(outcome: Outcome, made: Sequence[Asset], links: Mapping[AssetId, str]) -> Masks:
    """Say what a keyframe can be parted into; `links` are the pictures' addresses."""
    job = outcome.job
    infos = [
        MaskInfo(mask_id(asset.id), asset.filename.partition("-")[0], links[asset.id])
        for asset in made
        if asset.id != job.result
    ]
    keyframe = job.order.ask.keyframe if isinstance(job.order.ask, MaskSelection) else 1
    return Masks(keyframe, links[job.result] if job.result else "", job.cost, infos)


def is_image(job: Job) -> bool:
    """Tell whether a job makes an image and not a film."""
    return isinstance(job.order.ask, ImageEffect) or job.shape.fps == 0


def ready(outcome: Outcome) -> Asset | None:
    """Return the result when it can be downloaded."""
    return outcome.asset if outcome.job.state is JobState.COMPLETED else None


def effect_item(template: Template, *, chinese: bool, base: str) -> EffectItem:
    """Describe a template in English or Chinese; `base` is the server's address."""
    shown = f"{base}/media/templates/{template.shown_as}" if template.shown_as else ""
    prices = {"": template.credits} if isinstance(template.credits, int) else dict(template.credits)
    return EffectItem(
        template_id=template.id,
        display_name=template.display_name_zh if chinese else template.display_name,
        display_prompt=template.display_prompt_zh if chinese else template.display_prompt,
        type=1 if template.kind == "video" else 2,
        image_count=template.images,
        qualities=list(template.qualities) if template.kind == "video" else [],
        duration=template.seconds,
        credits=prices,
        thumbnail_url=f"{shown}.jpg" if shown else "",
        preview_url=f"{shown}.mp4" if shown and template.kind == "video" else "",
    )


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
