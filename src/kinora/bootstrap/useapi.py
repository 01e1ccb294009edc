"""The useapi.net dialect, built over the same store as every other door."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from kinora.apis.useapi.accounts import Accounts
from kinora.apis.useapi.callbacks import WriteCallback
from kinora.apis.useapi.desk import Desk
from kinora.apis.useapi.features import Templates
from kinora.apis.useapi.files import Files
from kinora.apis.useapi.keepers import Keepers
from kinora.apis.useapi.lanes import Chooser, Emails
from kinora.apis.useapi.makers import Makers, Submit
from kinora.apis.useapi.models import load_table, speakers
from kinora.apis.useapi.offer import Offer, offer_over
from kinora.apis.useapi.owner import Owner
from kinora.apis.useapi.queues import Queues
from kinora.apis.useapi.readers import Readers
from kinora.apis.useapi.roll import Roll
from kinora.apis.useapi.routes import House
from kinora.apis.useapi.rows import Rows
from kinora.apis.useapi.songs import Songs
from kinora.apis.useapi.sources import FindGiven
from kinora.bootstrap.away import build_calls
from kinora.bootstrap.ground import (
    Ground,
    build_catalog,
    build_lane_seal,
    build_limits,
    build_look,
    build_moderator,
    build_places,
)
from kinora.bootstrap.removal import build_delete
from kinora.domain.account import Account
from kinora.domain.asset import Asset
from kinora.domain.job import Job
from kinora.domain.scopes import Call
from kinora.domain.seals import derived
from kinora.ports.post import Post
from kinora.usecases.cancel_job import CancelJob
from kinora.usecases.judge_content import JudgeContent
from kinora.usecases.keep_lanes import DropLane, PutLane
from kinora.usecases.keep_quota import TakeIn
from kinora.usecases.keep_reply_url import KeepReplyUrl
from kinora.usecases.post_callbacks import PostCallbacks
from kinora.usecases.read_job import ReadJob
from kinora.usecases.read_queue import Place
from kinora.usecases.submit_job import SubmitJob
from kinora.web.links import Links


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What this door shares with the others; `guard` decides whether new jobs are taken now."""

    links: Links
    place: Callable[[Job], Awaitable[Place | None]]
    open_account: Callable[[str, Call], Awaitable[Account]]
    upload_image: Callable[..., Awaitable[Asset]]
    upload_media: Callable[..., Awaitable[Asset]]
    wake: Callable[[], None]
    guard: Callable[[SubmitJob], Submit]
    take_in: TakeIn


def build_useapi(ground: Ground, shared: Shared) -> House:
    """Build everything that answers below `/v2/pixverse`."""
    store, clock = ground.store, ground.clock
    offer = offer_over(build_catalog(ground.settings), load_table())
    everybodys = speakers(offer.voices)
    desk = Desk(
        open_account=shared.open_account,
        lanes=store.view.lanes.of,
        folder=ground.settings.data / "tmp",
        public_url=ground.settings.public_url,
    )
    cancel, read = CancelJob(store=store, clock=clock), ReadJob(store=store)
    roll, reply_url = Roll(store.shelves, store), KeepReplyUrl(store=store, clock=clock)
    rows = build_rows(ground, offer, shared)
    return House(
        makers=Makers(
            desk=desk,
            offer=offer,
            find=FindGiven(store=store, speakers=frozenset(each.speaker_id for each in everybodys)),
            submit=shared.guard(build_submit(ground, offer, wake=shared.wake)),
            cancel=cancel,
            chooser=build_chooser(ground, offer),
        ),
        readers=(readers := build_readers(ground, desk, roll, rows=rows)),
        songs=Songs(readers),
        accounts=build_accounts(ground, desk),
        owner=Owner(desk=desk, read=reply_url.read, keep=reply_url),
        keepers=Keepers(
            desk=desk,
            roll=roll,
            clock=clock,
            read=read,
            cancel=cancel,
            tracks=store.view.lanes.tracks,
            urls=store.view.callbacks.urls,
            own_voices=store.view.voices.of_account,
            speakers=everybodys,
        ),
        files=build_files(desk, shared),
        templates=Templates(desk=desk, offer=offer),
    )


def build_rows(ground: Ground, offer: Offer, shared: Shared) -> Rows:
    """Build what writes rows for callers."""
    store, links = ground.store, shared.links
    queues = Queues(store=store, clock=ground.clock, place=shared.place)
    return Rows(store=store, links=links, queues=queues, offer=offer, emails=Emails(store))


def build_files(desk: Desk, shared: Shared) -> Files:
    """Build what takes files in."""
    return Files(
        desk=desk,
        links=shared.links,
        upload_image=shared.upload_image,
        upload_media=shared.upload_media,
        take_in=shared.take_in,
    )


def build_callbacks(ground: Ground, post: Post) -> PostCallbacks:
    """Build what tells callers of their jobs."""
    settings, store, clock = ground.settings, ground.store, ground.clock
    rows = Rows(
        store=store,
        links=build_links(ground),
        queues=Queues(store=store, clock=clock, place=build_places(ground)),
        offer=offer_over(build_catalog(settings), load_table()),
        emails=Emails(store),
    )
    return PostCallbacks(
        store=store,
        clock=clock,
        post=post,
        body=WriteCallback(store=store, rows=rows, public_url=settings.public_url),
    )


def build_links(ground: Ground) -> Links:
    """Build what signs links to media."""
    return Links(
        secret=derived(ground.secret, "links"),
        clock=ground.clock,
        lifetime=timedelta(days=ground.settings.link_days),
    )


def build_accounts(ground: Ground, desk: Desk) -> Accounts:
    """Build what keeps lanes."""
    store, clock = ground.store, ground.clock
    return Accounts(
        desk=desk,
        clock=clock,
        put=PutLane(store=store, clock=clock, sealing=build_lane_seal(ground)),
        drop=DropLane(store=store, clock=clock),
        health=store.view.lanes.health,
    )


def build_chooser(ground: Ground, offer: Offer) -> Chooser:
    """Build what chooses lanes."""
    return Chooser(clock=ground.clock, chance=ground.mint.seed, takes=build_calls(offer).takes)


def build_readers(ground: Ground, desk: Desk, roll: Roll, *, rows: Rows) -> Readers:
    """Build what reads jobs and deletes what they made."""
    store = ground.store
    return Readers(
        desk=desk,
        rows=rows,
        roll=roll,
        read=ReadJob(store=store),
        delete=build_delete(ground),
    )


def build_submit(ground: Ground, offer: Offer, *, wake: Callable[[], None]) -> SubmitJob:
    """Build the verb that accepts orders, with the dialect's own models and prices."""
    moderator = build_moderator(ground.settings)
    judge = JudgeContent(store=ground.store, moderator=moderator, clock=ground.clock)
    return SubmitJob(
        store=ground.store,
        catalog=offer,
        clock=ground.clock,
        mint=ground.mint,
        wake=wake,
        judge=judge.order,
        look=build_look(ground),
        limits=build_limits(ground.settings),
    )
