"""Accounts, as the dialect calls an account's lanes.

A lane has no password: one is asked for because callers send one, and it is not kept. Without
`upstream`, a field of our own, a lane runs on this server's own engines; with it, on another server
that speaks the PixVerse Platform API, by the key `upstreamKey`.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Protocol

from msgspec import UNSET
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.useapi.answers import LaneAccount, LaneHealth, Session
from kinora.apis.useapi.desk import Desk, good
from kinora.apis.useapi.fields import Switch, Text, Whole, between
from kinora.apis.useapi.lanes import named
from kinora.apis.useapi.queues import spelled
from kinora.apis.useapi.wire import MOST_JOBS, Submission
from kinora.domain.account import Account
from kinora.domain.deed import By
from kinora.domain.errors import Invalid, Missing
from kinora.domain.ids import AccountId
from kinora.domain.lane import Health, Lane
from kinora.ports.clock import Clock
from kinora.usecases.keep_lanes import WantedUpstream
from kinora.web.callers import by_of

MASKED = "…secured…"
SIGNED_IN = timedelta(days=30)


class AccountBody(Submission):
    """POST accounts/{email}; `upstream`, `upstreamKey` and `replays` are Kinora's own additions."""

    password: Text = ""
    max_jobs: Annotated[Whole, between(1, MOST_JOBS), Field(alias="maxJobs")] = None
    upstream: Text = ""
    upstream_key: Annotated[Text, Field(alias="upstreamKey")] = ""
    replays: Switch = None


class Put(Protocol):
    """Makes or changes a lane."""

    def __call__(
        self, account: AccountId, *, email: str, max_jobs: int, upstream: WantedUpstream, by: By
    ) -> Awaitable[Lane]:
        """Return the lane."""


class Drop(Protocol):
    """Forgets a lane."""

    def __call__(self, account: AccountId, *, email: str, by: By) -> Awaitable[None]:
        """Forget it."""


class HealthOf(Protocol):
    """Tells how the jobs of lanes ended lately."""

    def __call__(self, account: AccountId, *, at: datetime) -> Awaitable[Mapping[str, Health]]:
        """Return it by email."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Keeps lanes."""

    desk: Desk
    clock: Clock
    put: Put
    drop: Drop
    health: HealthOf

    async def all(self, request: Request) -> Response:
        """GET accounts: an object keyed by email."""
        account = await self.desk.caller(request)
        lanes = await self.desk.lanes(account.id)
        health = await self._health(account)
        return good({lane.email: self._told(account, lane, health) for lane in lanes})

    async def one(self, request: Request) -> Response:
        """GET accounts/{email}."""
        account = await self.desk.caller(request)
        lane = named(await self.desk.lanes(account.id), request.path_params["email"])
        return good(self._told(account, lane, await self._health(account)))

    async def keep(self, request: Request) -> Response:
        """POST accounts/{email}."""
        account = await self.desk.caller(request)
        body = AccountBody.read(await self.desk.fields(request))
        email = request.path_params["email"].strip().lower()
        if body.email and body.email.lower() != email:
            raise Invalid("email must be the one of the path")
        if not body.password:
            raise Missing("password")
        if body.max_jobs is None:
            raise Missing("maxJobs")
        wanted = WantedUpstream(url=body.upstream, key=body.upstream_key, replays=body.replays)
        by = by_of(request, account)
        lane = await self.put(
            account.id, email=email, max_jobs=body.max_jobs, upstream=wanted, by=by
        )
        return good(self._told(account, lane, await self._health(account)), status=201)

    async def forget(self, request: Request) -> Response:
        """DELETE accounts/{email}."""
        account = await self.desk.caller(request)
        email = request.path_params["email"].strip().lower()
        await self.drop(account.id, email=email, by=by_of(request, account))
        return good({})

    async def _health(self, account: Account) -> Mapping[str, Health]:
        return await self.health(account.id, at=self.clock.now())

    def _told(self, account: Account, lane: Lane, health: Mapping[str, Health]) -> LaneAccount:
        there = lane.upstream
        until = self.clock.now() + SIGNED_IN
        session = Session(
            AccountId=account.id,
            ExpireTime=int(until.timestamp()),
            ExpireTimeUTC=spelled(until),
            Username=account.name,
            token=there.hint if there else MASKED,
        )
        well = health.get(lane.email, Health())
        return LaneAccount(
            lane.email,
            MASKED,
            lane.max_jobs,
            session,
            upstream=there.url if there else UNSET,
            replays=there.replays if there else UNSET,
            health=self._healthy(lane, well) if there else UNSET,
        )

    def _healthy(self, lane: Lane, health: Health) -> LaneHealth:
        closed = lane.quarantine if lane.closed(self.clock.now()) else None
        until = closed.until if closed else None
        return LaneHealth(
            succeeded=health.succeeded,
            failed=health.failed,
            quarantine=closed.reason.value if closed else "",
            until=spelled(until) if until else "",
        )
