"""The door's handlers: read the call, use a verb, answer in the envelope."""

import hashlib
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.pixverse import answers
from kinora.apis.pixverse.calls import MAX_BODY, parse
from kinora.apis.pixverse.errors import refuse
from kinora.apis.pixverse.fields import read_id
from kinora.apis.pixverse.given import Given, films_in, masks_in, voice_in
from kinora.apis.pixverse.lists import Lists
from kinora.apis.pixverse.translate import order_from
from kinora.apis.pixverse.usage import UsageBody, usage_asked, usage_detail
from kinora.apis.pixverse.webhooks import naming
from kinora.apis.pixverse.wire import AgentBody, AudioBody, Body, MaskBody
from kinora.catalog.songs import check_song
from kinora.domain.account import Account
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
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.job import Job
from kinora.domain.order import ImageEffect, inputs_of
from kinora.domain.scopes import Scope
from kinora.ports.media import Fetcher
from kinora.ports.store import Outcome, Store
from kinora.usecases.keep_quota import TakeIn
from kinora.usecases.submit_job import Repeat
from kinora.usecases.upload_image import ENDINGS, MAX_IMAGE_BYTES
from kinora.usecases.upload_media import MAX_MEDIA_BYTES
from kinora.web.bodies import read_body
from kinora.web.callers import needing
from kinora.web.forms import Form, receive_form, workplace
from kinora.web.links import Links
from kinora.web.terms import with_terms

LONGEST_AGENT = 40
LINK_MIMES = {*ENDINGS, "image/jpg"}
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door(Lists):
    """The PixVerse Platform dialect. `folder` takes uploads while they are judged."""

    store: Store
    links: Links
    fetcher: Fetcher
    take_in: TakeIn
    folder: Path

    async def balance(self, request: Request) -> Response:
        """GET account/balance."""
        return answers.good(answers.balance(await self._account(request)))

    async def usage(self, request: Request) -> Response:
        """POST account/billing/usage-detail."""
        account = await self._account(request)
        body = parse(await read_body(request, at_most=MAX_BODY) or b"{}", UsageBody)
        asked = usage_asked(body)
        found = await self.store.view.ledger.usage(account.id, asked)
        return answers.good(usage_detail(found, asked))

    async def upload_image(self, request: Request) -> Response:
        """POST image/upload."""
        account = await self._account(request)
        async with self._workplace(account) as folder:
            form = await receive_form(request, folder=folder, max_file=MAX_IMAGE_BYTES)
            source = await self._source(form, folder, account)
            asset = await self.verbs.upload(source, account=account.id)
        link = self.links.url(asset, base=self._base(request))
        return answers.good(answers.UploadedImage(asset.id, link))

    async def upload_media(self, request: Request) -> Response:
        """POST media/upload."""
        account = await self._account(request)
        async with self._workplace(account) as folder:
            try:
                form = await receive_form(request, folder=folder, max_file=MAX_MEDIA_BYTES)
                source = await self._given(form, folder, _FILE, account)
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

    async def mask_selection(self, request: Request) -> Response:
        """POST video/mask/selection: waits for the masks."""
        outcome = await self.verbs.wait(await self._job(request, MaskBody))
        made = await self.store.view.assets.of_job(outcome.job.id)
        base = self._base(request)
        links = {asset.id: self.links.url(asset, base=base) for asset in made}
        return answers.good(answers.masks(outcome, made, links))

    async def verify_audio(self, request: Request) -> Response:
        """POST audio/verification: tells whether a music video can be made of a sound."""
        account = await self._account(request)
        body = parse(await read_body(request, at_most=MAX_BODY), AudioBody)
        song = await self.verbs.find_sound(AssetId(body.audio_media_id), account=account.id)
        check_song(self.catalog.models, song)
        return answers.good(answers.Nothing())

    async def agent(self, request: Request) -> Response:
        """POST video/agent/generate."""
        await self._account(request)
        body = parse(await read_body(request, at_most=MAX_BODY), AgentBody)
        raise Invalid(
            f"the agent {body.agent_id[:LONGEST_AGENT]!r} is not offered by this server; "
            "music_mv_agent and the single operations are"
        )

    async def video_result(self, request: Request) -> Response:
        """GET video/result/{id}."""
        outcome = await self._outcome(request)
        if answers.is_image(outcome.job):
            raise JobNotFound("there is no video with this id")
        link, waits = self._link(request, outcome), await self._waits(outcome)
        return answers.good(answers.video_result(outcome, link=link, waits=waits))

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
            waits=await self._waits(outcome),
        )
        return answers.good(resp)

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
        caller = await self._account(request)
        account = caller.id
        raw = await read_body(request, at_most=MAX_BODY)
        parsed = parse(raw, body, with_template)
        trace = request.headers.get("ai-trace-id", "")
        films = [await self.verbs.find_film(ids, account=account) for ids in films_in(parsed)]
        masks = [
            await self.verbs.find_mask(name, film=films[0].asset, account=account)
            for name in masks_in(parsed)
        ]
        speaker = voice_in(parsed)
        found = await self.verbs.voices.find(speaker, account=account) if speaker else None
        order = order_from(
            parsed,
            account=account,
            catalog=self.catalog,
            trace=trace,
            given=Given(
                films=films,
                masks=masks,
                voice=found,
                speakers=frozenset(each.id for each in self.catalog.voices),
            ),
        )
        order = with_terms(replace(order, key=caller.key), request.headers)
        within = naming(parsed.webhook_id, base=self._base(request))
        return await self.verbs.submit(order, repeat=_repeat(request, trace, raw), within=within)

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

    async def _waits(self, outcome: Outcome) -> answers.Waits:
        return answers.waits(await self.verbs.place(outcome.job))

    async def _source(self, form: Form, folder: Path, account: Account) -> Path:
        given = await self._given(form, folder, _IMAGE, account)
        if given.mime is not None and given.mime not in LINK_MIMES:
            raise ImageFormat(
                f"image_url answers with the type {given.mime or 'unknown'}; image/jpeg, "
                "image/png or image/webp is needed"
            )
        return given.path

    async def _given(
        self, form: Form, folder: Path, fields: "_Fields", account: Account
    ) -> "_Given":
        """Return the file that a form holds or links to: exactly one of the two."""
        file, link = form.files.get(fields.file), form.fields.get(fields.link, "").strip()
        if file is not None and link:
            raise Invalid(f"send either {fields.file} or {fields.link}, not both")
        if file is not None:
            return _Given(file.path, None)
        if not link:
            raise Missing(f"{fields.file} or {fields.link}")
        await self.take_in.fetch(account.id)
        fetched = await self.fetcher.fetch(link, folder=folder, at_most=fields.at_most)
        return _Given(fetched.path, fetched.mime)

    def _link(self, request: Request, outcome: Outcome) -> str:
        asset = answers.ready(outcome)
        return self.links.url(asset, base=self._base(request)) if asset else ""

    def _workplace(self, account: Account) -> AbstractAsyncContextManager[Path]:
        return workplace(self.take_in.place(account.id), within=self.folder)


@dataclass(frozen=True, slots=True)
class _Fields:
    """The two fields of a form that may hold a file, and its largest size."""

    file: str
    link: str
    at_most: int


_IMAGE = _Fields("image", "image_url", MAX_IMAGE_BYTES)
_FILE = _Fields("file", "file_url", MAX_MEDIA_BYTES)


@dataclass(frozen=True, slots=True)
class _Given:
    """A file that came in; `mime` is what a link's server called it, None for uploads."""

    path: Path
    mime: str | None


def answering(handler: Handler, needs: Scope | None = None) -> Handler:
    """Wrap a handler so that the product's errors become the dialect's refusals.

    `needs` is the scope that a key must have, where the method does not tell.
    """

    async def answer(request: Request) -> Response:
        needing(request, needs)
        try:
            return await handler(request)
        except KinoraError as error:
            return refuse(error)

    return answer


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
