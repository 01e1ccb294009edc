"""The HTTP side, built: every door over one store."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from kinora.adapters.db.trouble import want_of_disk
from kinora.adapters.fetch import SafeFetcher
from kinora.adapters.parts import DiskParts
from kinora.adapters.premises import has_room
from kinora.apis.media.routes import MediaDoor
from kinora.apis.media.routes import routes as media_routes
from kinora.apis.native import problems as native_problems
from kinora.apis.native.health import Health
from kinora.apis.native.health import routes as health_routes
from kinora.apis.native.jobs import JobDoor
from kinora.apis.native.jobs import routes as job_routes
from kinora.apis.native.uploads import UploadDoor
from kinora.apis.native.uploads import routes as upload_routes
from kinora.apis.native.webhooks import WebhookDoor
from kinora.apis.native.webhooks import routes as webhook_routes
from kinora.apis.pixverse import errors as pixverse_errors
from kinora.apis.pixverse import reference as pixverse_reference
from kinora.apis.pixverse.door import Door
from kinora.apis.pixverse.routes import PREFIX as PIXVERSE
from kinora.apis.pixverse.routes import routes as pixverse_routes
from kinora.apis.pixverse.verbs import Verbs, VoiceVerbs
from kinora.apis.useapi import errors as useapi_errors
from kinora.apis.useapi import reference as useapi_reference
from kinora.apis.useapi.routes import PREFIX as USEAPI
from kinora.apis.useapi.routes import owner_routes
from kinora.apis.useapi.routes import routes as useapi_routes
from kinora.bootstrap.fence import Fence, build_fence
from kinora.bootstrap.ground import (
    Ground,
    build_catalog,
    build_limits,
    build_look,
    build_moderator,
    build_places,
    build_quota,
)
from kinora.bootstrap.removal import build_delete
from kinora.bootstrap.signs import HEARTBEAT
from kinora.bootstrap.useapi import Shared, build_links, build_useapi
from kinora.bootstrap.webhooks import build_webhooks
from kinora.domain.errors import KinoraError, Overloaded
from kinora.domain.job import Job
from kinora.domain.order import Order
from kinora.ports.store import Tx
from kinora.settings import Settings
from kinora.usecases.await_job import AwaitJob
from kinora.usecases.cancel_job import CancelJob
from kinora.usecases.find_film import FindFilm
from kinora.usecases.find_mask import FindMask
from kinora.usecases.find_sound import FindSound
from kinora.usecases.judge_content import JudgeContent
from kinora.usecases.keep_voices import DropVoice, FindVoice, MakeVoice
from kinora.usecases.open_account import OpenAccount
from kinora.usecases.read_job import ReadJob
from kinora.usecases.submit_job import Repeat, SubmitJob, Within
from kinora.usecases.upload_image import UploadImage
from kinora.usecases.upload_media import UploadMedia
from kinora.web.addresses import Addresses
from kinora.web.asgi import Kit, Manner
from kinora.web.links import Links
from kinora.web.pace import Pace
from kinora.web.reference import static
from kinora.web.unread import CloseUnread

Upload = TypeVar("Upload", UploadImage, UploadMedia)


class Draining:
    """Whether the server is being stopped, and so takes nothing new."""

    def __init__(self) -> None:
        """Begin open."""
        self.begun = False

    def begin(self) -> None:
        """Take nothing new from now on."""
        self.begun = True

    def __call__(self) -> bool:
        """Tell whether the server is being stopped."""
        return self.begun


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlessBusy:
    """Submits, until the server is being stopped or has more to do than it can."""

    submit: SubmitJob
    draining: Draining
    fence: Fence

    async def __call__(
        self,
        order: Order,
        *,
        repeat: Repeat | None = None,
        within: Within | None = None,
        upstream: str = "",
    ) -> Job:
        """Return the queued job; raises Overloaded, and QuotaReached when the account is full."""
        if self.draining():
            raise Overloaded("the server is shutting down; try again in a moment")
        if self.fence.lag.busy:
            raise Overloaded
        if not self.fence.standing():
            raise Overloaded("the database was moved or deleted; its operator must look")

        async def roomy(tx: Tx, job: Job) -> None:
            # A repeat makes no new job: it is answered as before, however full the account is now.
            await self.fence.take_in.check_kept(order.account)
            if within is not None:
                await within(tx, job)

        return await self.submit(order, repeat=repeat, within=roomy, upstream=upstream)


def build_api(
    ground: Ground,
    *,
    wake: Callable[[], None],
    draining: Draining,
    fence: Fence | None = None,
) -> ASGIApp:
    """Build the application that answers HTTP, within the limits of a fence."""
    fence = fence or build_fence(ground)
    links = build_links(ground)
    health = Health(
        store=ground.store,
        clock=ground.clock,
        dispatcher_seen=dispatcher_seen(ground.heartbeat),
        draining=draining,
        standing=fence.standing,
        roomy=partial(has_room, ground.settings.data),
        metrics_token=ground.metrics_token,
    )
    media = MediaDoor(store=ground.store, blobs=ground.blobs, links=links)
    verbs = build_verbs(ground, fence, wake=wake, draining=draining)
    useapi = build_useapi(ground, share(verbs, fence, links, wake=wake, draining=draining))
    return fenced(
        [
            *pixverse_routes(build_pixverse(ground, links, verbs, fence)),
            *useapi_routes(useapi),
            *owner_routes(useapi),
            *upload_routes(build_uploads(ground, links, verbs, fence)),
            *job_routes(build_jobs(ground, links, verbs)),
            *webhook_routes(build_webhook_door(ground, verbs)),
            *media_routes(media),
            *health_routes(health),
            *pixverse_reference.routes(),
            *useapi_reference.routes(),
            static(),
        ],
        fence,
        ground.settings,
    )


def share(
    verbs: Verbs, fence: Fence, links: Links, *, wake: Callable[[], None], draining: Draining
) -> Shared:
    """Return what the useapi.net dialect shares with the other doors."""
    return Shared(
        links=links,
        place=verbs.place,
        open_account=verbs.open_account,
        upload_image=verbs.upload,
        upload_media=verbs.upload_media,
        wake=wake,
        guard=lambda submit: UnlessBusy(submit=submit, draining=draining, fence=fence),
        take_in=fence.take_in,
    )


def fenced(routes: Sequence[BaseRoute], fence: Fence, settings: Settings) -> ASGIApp:
    """Return an application of routes within the limits of a fence."""
    handlers = {404: no_such_place, 405: no_such_place, 500: crashed}
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False
    kit = Kit(
        app,
        manners=MANNERS,
        excuse=excuse_of,
        enter=fence.enter,
        addresses=Addresses(settings.proxies),
        pace=Pace(grace=settings.body_seconds, rate=settings.body_rate),
    )
    return CloseUnread(kit)


def build_uploads(ground: Ground, links: Links, verbs: Verbs, fence: Fence) -> UploadDoor:
    """Build the door for uploads that come in parts."""
    return UploadDoor(
        parts=DiskParts(ground.settings.data / "uploads", clock=ground.clock),
        store=ground.store,
        links=links,
        open_account=verbs.open_account,
        upload_image=verbs.upload,
        upload_media=verbs.upload_media,
        take_in=fence.take_in,
        public_url=ground.settings.public_url,
    )


def build_jobs(ground: Ground, links: Links, verbs: Verbs) -> JobDoor:
    """Build the door for jobs in Kinora's own words."""
    return JobDoor(
        store=ground.store,
        links=links,
        open_account=verbs.open_account,
        submit=verbs.submit,
        read=verbs.read,
        delete=build_delete(ground),
        public_url=ground.settings.public_url,
    )


def build_webhook_door(ground: Ground, verbs: Verbs) -> WebhookDoor:
    """Build the door for webhooks."""
    return WebhookDoor(
        store=ground.store,
        verbs=build_webhooks(ground),
        open_account=verbs.open_account,
        public_url=ground.settings.public_url,
    )


def build_pixverse(ground: Ground, links: Links, verbs: Verbs, fence: Fence) -> Door:
    """Build the PixVerse dialect."""
    return Door(
        verbs=verbs,
        catalog=build_catalog(ground.settings),
        store=ground.store,
        links=links,
        fetcher=SafeFetcher(allowed=ground.settings.networks),
        take_in=fence.take_in,
        folder=ground.settings.data / "tmp",
        public_url=ground.settings.public_url,
    )


def build_verbs(
    ground: Ground, fence: Fence, *, wake: Callable[[], None], draining: Draining
) -> Verbs:
    """Build what the door can have done."""
    store, clock, mint = ground.store, ground.clock, ground.mint
    moderator = build_moderator(ground.settings)
    judge = JudgeContent(store=store, moderator=moderator, clock=clock)
    submit = SubmitJob(
        store=store,
        catalog=build_catalog(ground.settings),
        clock=clock,
        mint=mint,
        wake=wake,
        judge=judge.order,
        look=build_look(ground),
        limits=build_limits(ground.settings),
    )
    return Verbs(
        open_account=OpenAccount(
            store=store, pepper=ground.pepper, clock=clock, limits=fence, note=fence.used
        ),
        submit=UnlessBusy(submit=submit, draining=draining, fence=fence),
        read=ReadJob(store=store),
        upload=build_upload(UploadImage, ground, judge),
        upload_media=build_upload(UploadMedia, ground, judge),
        place=build_places(ground),
        find_film=FindFilm(store=store),
        find_sound=FindSound(store=store),
        find_mask=FindMask(store=store),
        voices=VoiceVerbs(
            make=MakeVoice(store=store, clock=clock, mint=mint),
            find=FindVoice(store=store),
            drop=DropVoice(store=store),
            of_account=store.view.voices.of_account,
        ),
        wait=AwaitJob(store=store, cancel=CancelJob(store=store, clock=clock)),
    )


def build_upload(verb: type[Upload], ground: Ground, judge: JudgeContent) -> Upload:
    """Build what takes pictures, or films and sounds, in."""
    return verb(
        store=ground.store,
        blobs=ground.blobs,
        gate=ground.gate,
        clock=ground.clock,
        mint=ground.mint,
        judge=judge,
        keeping=ground.settings.keeping,
        quota=build_quota(ground.settings),
    )


def dispatcher_seen(path: Path) -> Callable[[], bool]:
    """Return a question: has the dispatcher been seen in the last seconds?"""

    def seen() -> bool:
        try:
            return time.time() - path.stat().st_mtime < 3 * HEARTBEAT
        except OSError:
            return False

    return seen


def no_such_place(request: Request, error: Exception) -> Response:
    """Answer a path or method that nobody serves, in the form of its prefix."""
    if request.url.path.startswith(PIXVERSE):
        return pixverse_errors.no_such_operation(request, error)
    if request.url.path.startswith(USEAPI):
        return useapi_errors.no_such_operation(request, error)
    status = error.status_code if isinstance(error, HTTPException) else 404
    text = "not found" if status == 404 else "method not allowed"  # noqa: PLR2004 - the HTTP status
    return JSONResponse({"error": text}, status_code=status)


def crashed(request: Request, error: Exception) -> Response:
    """Answer a fault of the server, in the form of its prefix, before Starlette does."""
    path = request.url.path
    prefix = next(prefix for prefix in MANNERS if path.startswith(prefix))
    return MANNERS[prefix].own_up(excuse_of(error))


def excuse_of(error: Exception) -> KinoraError | None:
    """Return what to say when the disk, and not the program, is why a call broke."""
    want = want_of_disk(error)
    return Overloaded(f"{want}; try again later") if want else None


def plain_crash() -> Response:
    """Answer a fault of the server outside any dialect."""
    return JSONResponse({"error": "something went wrong"}, status_code=500)


MANNERS = {
    PIXVERSE: Manner(crash=pixverse_errors.crash, refuse=pixverse_errors.refuse),
    USEAPI: Manner(crash=useapi_errors.crash, refuse=useapi_errors.refuse),
    "": Manner(crash=plain_crash, refuse=native_problems.refuse),
}
