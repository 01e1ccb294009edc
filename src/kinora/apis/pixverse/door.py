"""The door's handlers: read the call, use a verb, answer in the envelope."""

import hashlib
import json
import tempfile
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.pixverse import answers
from kinora.apis.pixverse.errors import from_validation, refuse
from kinora.apis.pixverse.fields import read_id
from kinora.apis.pixverse.speakers import SPEAKERS
from kinora.apis.pixverse.translate import films_in, masks_in, order_from
from kinora.apis.pixverse.usage import UsageBody, usage_asked, usage_detail
from kinora.apis.pixverse.wire import Body, MaskBody
from kinora.catalog.book import Catalog
from kinora.catalog.restyles import load_restyles
from kinora.domain.account import Account
from kinora.domain.asset import Asset
from kinora.domain.errors import (
    BadLink,
    ImageFormat,
    ImageTooBig,
    Invalid,
    JobNotFound,
    KinoraError,
    Malformed,
    Missing,
    UploadFailed,
)
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job
from kinora.domain.order import ImageEffect, Order, inputs_of
from kinora.ports.media import Fetcher
from kinora.ports.store import Outcome, Store
from kinora.usecases.find_film import FoundFilm
from kinora.usecases.find_mask import FoundMask
from kinora.usecases.submit_job import Repeat
from kinora.usecases.upload_image import ENDINGS, MAX_IMAGE_BYTES
from kinora.usecases.upload_media import MAX_MEDIA_BYTES
from kinora.web.bodies import read_body
from kinora.web.forms import Form, receive_form
from kinora.web.links import Links

MAX_BODY = 1 << 20
SPEAKER_TYPES = ("system", "custom", "all")
PAGE_SIZES = (10, 20, 50, 100)
LONGEST_NUMBER = 18
LINK_MIMES = {*ENDINGS, "image/jpg"}
Handler = Callable[[Request], Awaitable[Response]]
B = TypeVar("B", bound=Body)


class Submit(Protocol):
    """Accepts an order."""

    async def __call__(self, order: Order, *, repeat: Repeat | None = None) -> Job:
        """Return the queued job, or the earlier one of a repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbs:
    """What the door can have done."""

    open_account: Callable[[str], Awaitable[Account]]
    submit: Submit
    read: Callable[..., Awaitable[Outcome]]
    upload: Callable[..., Awaitable[Asset]]
    upload_media: Callable[..., Awaitable[Asset]]
    find_film: Callable[..., Awaitable[FoundFilm]]
    find_mask: Callable[..., Awaitable[FoundMask]]
    wait: Callable[[Job], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The PixVerse Platform dialect. `folder` takes uploads while they are judged."""

    verbs: Verbs
    catalog: Catalog
    store: Store
    links: Links
    fetcher: Fetcher
    folder: Path
    public_url: str = ""

    async def balance(self, request: Request) -> Response:
        """GET account/balance."""
        return answers.good(answers.balance(await self._account(request)))

    async def usage(self, request: Request) -> Response:
        """POST account/billing/usage-detail."""
        account = await self._account(request)
        body = _parse(await read_body(request, at_most=MAX_BODY) or b"{}", UsageBody)
        asked = usage_asked(body)
        found = await self.store.view.ledger.usage(account.id, asked)
        return answers.good(usage_detail(found, asked))

    async def upload_image(self, request: Request) -> Response:
        """POST image/upload."""
        account = await self._account(request)
        with self._workplace() as place:
            folder = Path(place)
            form = await receive_form(request, folder=folder, max_file=MAX_IMAGE_BYTES)
            source = await self._source(form, folder)
            asset = await self.verbs.upload(source, account=account.id)
        link = self.links.url(asset, base=self._base(request))
        return answers.good(answers.UploadedImage(asset.id, link))

    async def upload_media(self, request: Request) -> Response:
        """POST media/upload."""
        account = await self._account(request)
        with self._workplace() as place:
            folder = Path(place)
            try:
                form = await receive_form(request, folder=folder, max_file=MAX_MEDIA_BYTES)
                source = await self._given(form, folder, "file", "file_url", MAX_MEDIA_BYTES)
            except ImageTooBig as error:
                raise Invalid(str(error)) from None
            except BadLink as error:
                raise UploadFailed(str(error)) from None
            asset = await self.verbs.upload_media(source.path, account=account.id)
        link = self.links.url(asset, base=self._base(request))
        return answers.good(answers.uploaded_media(asset, link=link))

    def submitting(self, body: type[Body], with_template: type[Body] | None = None) -> Handler:
        """Return the handler of an operation that submits a job."""

        async def handler(request: Request) -> Response:
            return await self._submit(request, body, with_template=with_template)

        return handler

    async def restyles(self, request: Request) -> Response:
        """GET video/restyle/list: an array, which is what published clients read."""
        await self._account(request)
        query = await _query_of(request)
        page = _whole(query.get("page_num") or "1", "page_num")
        size = _whole(query.get("page_size") or "100", "page_size")
        chinese = request.headers.get("accept-language", "").lower().startswith("zh")
        base = self._base(request)
        shown = load_restyles()[(page - 1) * size : page * size]
        return answers.good(
            [
                answers.RestyleItem(
                    restyle_id=each.id,
                    restyle_name=each.zh if chinese else each.display_name,
                    restyle_prompt=each.words[0],
                    cover_url=f"{base}/media/templates/restyle-{each.name}.jpg",
                )
                for each in shown
            ]
        )

    async def speakers(self, request: Request) -> Response:
        """GET video/lip_sync/tts_list and video/tts_speaker."""
        await self._account(request)
        query = await _query_of(request)
        page = _whole(query.get("page_num") or "1", "page_num")
        size = _whole(query.get("page_size") or "100", "page_size")
        if (query.get("speaker_type") or "all") not in SPEAKER_TYPES:
            raise Invalid("speaker_type must be system, custom or all")
        all_of_them = SPEAKERS if query.get("speaker_type") != "custom" else ()
        shown = all_of_them[(page - 1) * size : page * size]
        data = [answers.Speaker(number, name) for number, name in shown]
        return answers.good(answers.Speakers(len(all_of_them), data))

    async def mask_selection(self, request: Request) -> Response:
        """POST video/mask/selection: waits for the masks."""
        outcome = await self.verbs.wait(await self._job(request, MaskBody))
        made = await self.store.view.assets.of_job(outcome.job.id)
        base = self._base(request)
        links = {asset.id: self.links.url(asset, base=base) for asset in made}
        return answers.good(answers.masks(outcome, made, links))

    async def video_result(self, request: Request) -> Response:
        """GET video/result/{id}."""
        outcome = await self._outcome(request)
        if answers.is_image(outcome.job):
            raise JobNotFound("there is no video with this id")
        return answers.good(answers.video_result(outcome, link=self._link(request, outcome)))

    async def image_result(self, request: Request) -> Response:
        """GET image/result/{image_id}."""
        outcome = await self._outcome(request)
        ask = outcome.job.order.ask
        if not isinstance(ask, ImageEffect):
            raise JobNotFound("there is no image with this id")
        given = [await self.store.view.assets.get(asset) for asset in inputs_of(ask)]
        resp = answers.image_result(
            outcome,
            link=self._link(request, outcome),
            template=self.catalog.template(ask.template).id,
            given=[asset.blob for asset in given if asset is not None],
        )
        return answers.good(resp)

    async def templates(self, request: Request) -> Response:
        """GET video/effects/templates/list."""
        await self._account(request)
        query = request.query_params
        kind = query.get("type", "")
        if kind not in {"", "1", "2"}:
            raise Invalid("type must be 1 (video) or 2 (image)")
        page = _whole(query.get("page") or "1", "page")
        size = _whole(query.get("pageSize") or "50", "pageSize")
        if size not in PAGE_SIZES:
            raise Invalid("pageSize must be 10, 20, 50 or 100")
        chinese = request.headers.get("accept-language", "").lower().startswith("zh")
        wanted = {"": ("video", "image"), "1": ("video",), "2": ("image",)}[kind]
        base = self._base(request)
        found = [template for template in self.catalog.active if template.kind in wanted]
        shown = found[(page - 1) * size : page * size]
        items = [answers.effect_item(template, chinese=chinese, base=base) for template in shown]
        return answers.good(answers.EffectList(items, len(found)))

    async def _submit(
        self, request: Request, body: type[Body], *, with_template: type[Body] | None = None
    ) -> Response:
        job = await self._job(request, body, with_template)
        if answers.is_image(job):
            return answers.good(answers.submitted_image(job))
        return answers.good(answers.submitted_video(job))

    async def _job(
        self, request: Request, body: type[Body], with_template: type[Body] | None = None
    ) -> Job:
        """Return the job that a request makes."""
        account = (await self._account(request)).id
        raw = await read_body(request, at_most=MAX_BODY)
        parsed = _parse(raw, body, with_template)
        trace = request.headers.get("ai-trace-id", "")
        films = [await self.verbs.find_film(ids, account=account) for ids in films_in(parsed)]
        masks = [
            await self.verbs.find_mask(name, film=films[0].asset, account=account)
            for name in masks_in(parsed)
        ]
        order = order_from(
            parsed, account=account, catalog=self.catalog, trace=trace, films=films, masks=masks
        )
        return await self.verbs.submit(order, repeat=_repeat(request, trace, raw))

    async def _account(self, request: Request) -> Account:
        return await self.verbs.open_account(request.headers.get("api-key", ""))

    async def _outcome(self, request: Request) -> Outcome:
        account: AccountId = (await self._account(request)).id
        given = request.path_params["id"]
        try:
            job = read_id(given)
        except ValueError:
            job = None
        if job is None:
            raise Malformed("id must be an integer")
        return await self.verbs.read(JobId(job), account=account)

    async def _source(self, form: Form, folder: Path) -> Path:
        given = await self._given(form, folder, "image", "image_url", MAX_IMAGE_BYTES)
        if given.mime is not None and given.mime not in LINK_MIMES:
            raise ImageFormat(
                f"image_url answers with the type {given.mime or 'unknown'}; image/jpeg, "
                "image/png or image/webp is needed"
            )
        return given.path

    async def _given(
        self, form: Form, folder: Path, name: str, link_name: str, at_most: int
    ) -> "_Given":
        """Return the file that a form holds or links to: exactly one of the two."""
        file, link = form.files.get(name), form.fields.get(link_name, "").strip()
        if file is not None and link:
            raise Invalid(f"send either {name} or {link_name}, not both")
        if file is not None:
            return _Given(file.path, None)
        if not link:
            raise Missing(f"{name} or {link_name}")
        fetched = await self.fetcher.fetch(link, folder=folder, at_most=at_most)
        return _Given(fetched.path, fetched.mime)

    def _link(self, request: Request, outcome: Outcome) -> str:
        asset = answers.ready(outcome)
        return self.links.url(asset, base=self._base(request)) if asset else ""

    def _base(self, request: Request) -> str:
        return self.public_url or f"{request.url.scheme}://{request.url.netloc}"

    def _workplace(self) -> AbstractContextManager[str]:
        return tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True)


@dataclass(frozen=True, slots=True)
class _Given:
    """A file that came in; `mime` is what a link's server called it, None for uploads."""

    path: Path
    mime: str | None


def answering(handler: Handler) -> Handler:
    """Wrap a handler so that the product's errors become the dialect's refusals."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except KinoraError as error:
            return refuse(error)

    return answer


def _parse(raw: bytes, body: type[B], with_template: type[B] | None = None) -> B:
    try:
        if with_template is not None and b'"template_id"' in raw:
            looked = _OnlyTemplate.model_validate_json(raw)
            body = with_template if looked.wanted else body
        return body.model_validate_json(raw)
    except ValidationError as error:
        raise from_validation(error) from None


class _OnlyTemplate(Body):
    """Whether a body asks for a template; 0, null and "" do not."""

    template_id: object = None

    @property
    def wanted(self) -> bool:
        return self.template_id not in (None, "", 0, "0")


def _repeat(request: Request, trace: str, raw: bytes) -> Repeat | None:
    """Return how to know this submit when it comes again; only a UUID promises uniqueness.

    An operation's other paths are the same operation, so the scope is the route's name.
    """
    try:
        key = str(uuid.UUID(trace))
    except ValueError:
        return None
    scope = f"pixverse/{request.scope['route'].name}"
    return Repeat(scope=scope, key=key, digest=hashlib.sha256(raw).hexdigest())


async def _query_of(request: Request) -> dict[str, str]:
    """Return a list's parameters: from the query, or from a JSON body, which some guides have."""
    found = dict(request.query_params)
    try:
        body = json.loads(await read_body(request, at_most=MAX_BODY) or b"{}")
    except ValueError:
        body = {}
    told = body if isinstance(body, dict) else {}
    return {name: str(value) for name, value in told.items() if value is not None} | found


def _whole(text: str, name: str) -> int:
    digits = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    if not digits or int(text) < 1:
        raise Invalid(f"{name} must be a whole number above 0")
    return int(text)
