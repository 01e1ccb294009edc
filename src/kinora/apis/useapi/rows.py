"""From a job and what it made to the row that callers read."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from msgspec import UNSET, UnsetType, structs

from kinora.apis.useapi.answers import Image, Sound, Video, VideoQueue
from kinora.apis.useapi.heard import asked_sound
from kinora.apis.useapi.lanes import Emails
from kinora.apis.useapi.names import Kind, Name, kind_of, name_of, path_of
from kinora.apis.useapi.offer import Offer, model_of
from kinora.apis.useapi.queues import Queues, spelled
from kinora.apis.useapi.states import Status, sound_status, status_of
from kinora.catalog.templates import Template
from kinora.domain.account import Account
from kinora.domain.asset import Asset, AssetKind
from kinora.domain.errors import TemplateInactive
from kinora.domain.ids import JobId
from kinora.domain.job import Job, JobState
from kinora.domain.order import (
    Extend,
    ImageEffect,
    Modify,
    Restyle,
    Upscale,
    VideoEffect,
    Words,
    inputs_of,
)
from kinora.domain.rank import Rank
from kinora.ports.store import Outcome, Store
from kinora.web.links import Links

NO_WORDS = Words(prompt="")
_write = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """For whom a row is written: the caller, and the server's address as they see it."""

    account: Account
    base: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Writes rows; reads what they need beside the job."""

    store: Store
    links: Links
    queues: Queues
    offer: Offer
    emails: Emails

    async def image(self, outcome: Outcome, view: View, *, listed: bool = False) -> Image:
        """Return a picture's row; in lists an ended one has no `queue_data`."""
        job, made = outcome.job, _ready(outcome)
        status, given = status_of(job.state), await self._given(job)
        email = (await self.emails.of(job.id))[job.id]
        return Image(
            image_id=name_of(job, email=email),
            image_status=status.number,
            account_id=job.account,
            asset_id=made.id if made else 0,
            create_mode="i2i" if given else "t2i",
            model=model_of(job.order),
            prompt=_words(job).prompt,
            quality=job.order.quality,
            aspect_ratio=job.order.aspect_ratio,
            seed=job.seed,
            image_path=path_of(made) if made else "",
            image_url=self._url(made, view),
            output_width=made.width if made else 0,
            output_height=made.height if made else 0,
            customer_img_paths=[path_of(each) for each in given],
            customer_img_urls=[self._url(each, view) for each in given] or None,
            queue_data=None if listed and status.final else await self.queues.of_image(job),
            created_at=spelled(job.created_at),
            updated_at=spelled(job.changed_at),
            water_mark=job.order.watermark,
            image_status_name=status.name,
            image_status_final=status.final,
            error=_error(job, status),
        )

    async def video(self, outcome: Outcome, view: View) -> Video:
        """Return a film's row, or that of a picture by a template."""
        job, given = outcome.job, await self._given(outcome.job)
        source = _source(given)
        emails = await self.emails.of(job.id, *([source] if source else []))
        name = name_of(job, email=emails[job.id])
        row = _ordered(job, name, view, waited=await self.queues.of_video(job))
        row = self._with_made(row, _ready(outcome), view)
        row = self._with_given(row, given, view)
        if source:
            named = Name(account=job.account, email=emails[source], kind=Kind.VIDEO, job=source)
            row = structs.replace(row, original_video_id=str(named))
        return self._with_template(row, job, view)

    async def sound(self, outcome: Outcome, view: View) -> Sound:
        """Return a sound's row."""
        job, made = outcome.job, _ready(outcome)
        status, email = sound_status(job.state), (await self.emails.of(job.id))[job.id]
        return structs.replace(
            asked_sound(job, self.offer.models, status, name=name_of(job, email=email)),
            asset_id=made.id if made else 0,
            url=self._url(made, view),
            path=path_of(made) if made else "",
            duration=round(made.seconds, 3) if made else 0.0,
            created_at=spelled(job.created_at),
            updated_at=spelled(job.changed_at),
        )

    def _with_made(self, row: Video, made: Asset | None, view: View) -> Video:
        """Add what came out, all of it at once: a row never has half a result."""
        if made is None:
            return row
        return structs.replace(
            row,
            asset_id=made.id,
            asset_name=made.filename,
            output_width=made.width,
            output_height=made.height,
            video_duration=round(made.seconds, 3),
            has_audio=made.has_audio,
            url=self._url(made, view),
            path=path_of(made),
        )

    def _with_given(self, row: Video, given: Sequence[Asset], view: View) -> Video:
        """Add what the film was made from."""
        first, last = _ends([each for each in given if each.kind is AssetKind.IMAGE])
        return structs.replace(
            row,
            first_frame=self._url(first, view),
            last_frame=self._url(last, view),
            img_id=first.id if first else 0,
            img_url=self._url(first, view),
            asset_img_url=self._url(first, view),
            customer_paths=[path_of(each) for each in given],
        )

    def _with_template(self, row: Video, job: Job, view: View) -> Video:
        """Add the template that was used, with its Chinese name as JSON text."""
        template = self._template(job)
        if template is None:
            return row
        place = f"{view.base}/media/templates/{template.shown_as}" if template.shown_as else ""
        film = place and template.kind == "video"
        names = {"zh-CN": {"display_name": template.display_name_zh}}
        return structs.replace(
            row,
            template_id=template.id,
            template_name=template.display_name,
            template_thumbnail_url=f"{place}.jpg" if place else "",
            template_thumbnail_video_url=f"{place}.mp4" if film else "",
            template_i18n_json=_write(names).decode(),
        )

    async def _given(self, job: Job) -> list[Asset]:
        found = [await self.store.view.assets.get(asset) for asset in inputs_of(job.order.ask)]
        return [asset for asset in found if asset is not None]

    def _url(self, asset: Asset | None, view: View) -> str:
        return self.links.url(asset, base=view.base) if asset else ""

    def _template(self, job: Job) -> Template | None:
        ask = job.order.ask
        if not isinstance(ask, VideoEffect | ImageEffect):
            return None
        try:
            return self.offer.template(ask.template)
        except TemplateInactive:
            return None


def _ordered(job: Job, name: str, view: View, *, waited: VideoQueue) -> Video:
    """Return a row with what was ordered and how it stands."""
    status, words, order = status_of(job.state), _words(job), job.order
    image = kind_of(job) is Kind.IMAGE
    return Video(
        video_id=UNSET if image else name,
        image_id=name if image else UNSET,
        video_status=status.number,
        account_id=job.account,
        created_at=spelled(job.created_at),
        updated_at=spelled(job.changed_at),
        upscaled=int(isinstance(order.ask, Upscale)),
        extended=int(isinstance(order.ask, Extend)),
        prompt=words.prompt,
        negative_prompt=words.negative_prompt,
        motion_mode=words.motion.value,
        camera_movement=words.camera or "default",
        style=words.style,
        model=order.model,
        model_name=order.model,
        quality=order.quality,
        aspect_ratio=order.aspect_ratio,
        seed=job.seed,
        queue_data=waited,
        duration=round(job.shape.seconds),
        remove_watermark=int(not order.watermark),
        nick_name=view.account.name,
        off_peak=int(job.rank is Rank.OFF_PEAK),
        credits=job.cost,
        progress=round(job.progress, 4),
        video_status_name=status.name,
        video_status_final=status.final,
        error=_error(job, status),
    )


def _ready(outcome: Outcome) -> Asset | None:
    """Return the result when it can be downloaded."""
    return outcome.asset if outcome.job.state is JobState.COMPLETED else None


def _words(job: Job) -> Words:
    """Return the caller's words; operations on films have a prompt only, or none."""
    ask = job.order.ask
    if isinstance(ask, Modify | Restyle):
        return Words(prompt=ask.prompt)
    found = getattr(ask, "words", NO_WORDS)
    return found if isinstance(found, Words) else NO_WORDS


def _ends(pictures: Sequence[Asset]) -> tuple[Asset | None, Asset | None]:
    """Return the first picture, and the last when there are several."""
    if not pictures:
        return None, None
    return pictures[0], pictures[-1] if len(pictures) > 1 else None


def _source(given: Sequence[Asset]) -> JobId | None:
    """Return the job whose film was worked on, None for uploads and new films."""
    return next((each.job for each in given if each.kind is AssetKind.VIDEO and each.job), None)


def _error(job: Job, status: Status) -> str | UnsetType:
    """Return why there is no result, when there will be none."""
    return (job.reason or status.name.lower()) if status.final and not job.result else UNSET
