"""The operations that make videos and pictures."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

import structlog
from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.useapi.answers import SubmittedImages, SubmittedSound, SubmittedVideo
from kinora.apis.useapi.desk import Desk, Handler, good
from kinora.apis.useapi.lanes import FULL, Chooser, LaneFull, Taking
from kinora.apis.useapi.names import Kind, kind_of, name_of
from kinora.apis.useapi.offer import Offer, Terms
from kinora.apis.useapi.pictures import image_orders
from kinora.apis.useapi.sources import FindGiven
from kinora.apis.useapi.translate import film_order
from kinora.apis.useapi.wire import ImageBody, Submission
from kinora.domain.errors import TooManyRunning
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job, WrongState
from kinora.domain.lane import Lane
from kinora.domain.order import Order
from kinora.domain.rank import Rank
from kinora.usecases.submit_job import Within
from kinora.web.terms import with_terms

log = structlog.get_logger()


class Submit(Protocol):
    """Accepts an order."""

    async def __call__(
        self, order: Order, *, within: Within | None = None, upstream: str = ""
    ) -> Job:
        """Return the queued job, for an upstream or none; what `within` does comes with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A job and the email of the lane that it runs on."""

    job: Job
    email: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A call's body, the server's address as its caller sees it, and the call's headers."""

    body: Submission
    base: str
    headers: Mapping[str, str]

    def on_terms(self, order: Order) -> Order:
        """Return an order with the class and the deadline that the call gives it; raise Invalid."""
        order = with_terms(order, self.headers)
        return replace(order, rank=Rank.OFF_PEAK) if self.body.off_peak_mode else order

    def taking(self, lane: Lane) -> Taking:
        """Return how the call's job takes its place on a lane."""
        return Taking(
            email=lane.email,
            limit=self.body.max_jobs,
            reply_ref=self.body.reply_ref,
            reply_url=self.body.reply_url,
            base=self.base,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Makers:
    """Takes calls to orders, and orders to lanes."""

    desk: Desk
    offer: Offer
    find: FindGiven
    submit: Submit
    cancel: Callable[[JobId], Awaitable[Job]]
    chooser: Chooser

    def making(self, body: type[Submission]) -> Handler:
        """Return the handler of an operation that makes a film, a sound, or one picture."""

        async def handler(request: Request) -> Response:
            account = await self.desk.caller(request)
            read = body.read(await self.desk.fields(request))
            await self._lanes(read, account.id)
            given = await self.find(read, account=account.id)
            terms = Terms(account=account.id, offer=self.offer)
            order = replace(film_order(read, given, terms), key=account.key)
            return good(_submitted([await self._on_a_lane(order, self._asked(request, read))]))

        return handler

    async def images(self, request: Request) -> Response:
        """POST images/create."""
        account = await self.desk.caller(request)
        body = ImageBody.read(await self.desk.fields(request))
        await self._lanes(body, account.id)
        given = await self.find(body, account=account.id)
        terms = Terms(account=account.id, offer=self.offer)
        orders = [replace(each, key=account.key) for each in image_orders(body, given, terms)]
        return good(_submitted(await self._all(orders, self._asked(request, body))))

    def _asked(self, request: Request, body: Submission) -> Asked:
        return Asked(body, self.desk.base(request), request.headers)

    async def _lanes(
        self, body: Submission, account: AccountId, order: Order | None = None
    ) -> list[Lane]:
        """Return the lanes that may take a call's job; raises Invalid, TooManyRunning."""
        lanes = await self.desk.lanes(account)
        email = body.email.lower() or self.chooser.lane_of(body, lanes, order)
        return self.chooser.free(lanes, email=email, max_jobs=body.max_jobs, order=order)

    async def _on_a_lane(self, order: Order, asked: Asked) -> Placed:
        """Submit an order on any lane that takes it; raise TooManyRunning when none does."""
        order = asked.on_terms(order)
        for lane in await self._lanes(asked.body, order.account, order):
            with suppress(LaneFull):
                there = lane.upstream.host if lane.upstream else ""
                job = await self.submit(order, within=asked.taking(lane), upstream=there)
                return Placed(job=job, email=lane.email)
        raise TooManyRunning(FULL)

    async def _all(self, orders: Sequence[Order], asked: Asked) -> list[Placed]:
        """Submit all orders or none: when one is refused, those before it are given back."""
        placed: list[Placed] = []
        try:
            for order in orders:
                # Those before a refusal must be known, so no comprehension will do.
                placed.append(await self._on_a_lane(order, asked))  # noqa: PERF401
        except Exception:
            for each in placed:
                await self._given_back(each.job)
            raise
        return placed

    async def _given_back(self, job: Job) -> None:
        """Cancel a job; what keeps one from being cancelled must not keep the others."""
        try:
            await self.cancel(job.id)
        except WrongState:
            # It has ended meanwhile.
            return
        except Exception:
            log.exception("images.not_given_back", job=job.id)


def _submitted(placed: Sequence[Placed]) -> SubmittedVideo | SubmittedImages | SubmittedSound:
    names = [name_of(each.job, email=each.email) for each in placed]
    cost = sum(each.job.cost for each in placed)
    match kind_of(placed[0].job):
        case Kind.IMAGE:
            return SubmittedImages(names, names[0], cost)
        case Kind.VIDEO:
            return SubmittedVideo(names[0], cost)
        case Kind.MUSIC | Kind.SPEECH:
            return SubmittedSound(names[0], cost)
