"""Accounts, as the dialect calls an account's lanes.

A lane runs on this server's own engines and has no password; one is asked for because callers
send one, and it is not kept.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Protocol

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.useapi.answers import LaneAccount, Session
from kinora.apis.useapi.desk import Desk, good
from kinora.apis.useapi.fields import Text, Whole, between
from kinora.apis.useapi.lanes import named
from kinora.apis.useapi.queues import spelled
from kinora.apis.useapi.wire import MOST_JOBS, Submission
from kinora.domain.account import Account
from kinora.domain.errors import Invalid, Missing
from kinora.domain.ids import AccountId
from kinora.domain.lane import Lane
from kinora.ports.clock import Clock

MASKED = "…secured…"
SIGNED_IN = timedelta(days=30)


class AccountBody(Submission):
    """POST accounts/{email}."""

    password: Text = ""
    max_jobs: Annotated[Whole, between(1, MOST_JOBS), Field(alias="maxJobs")] = None


class Put(Protocol):
    """Makes or changes a lane."""

    def __call__(self, account: AccountId, *, email: str, max_jobs: int) -> Awaitable[Lane]:
        """Return the lane."""


class Drop(Protocol):
    """Forgets a lane."""

    def __call__(self, account: AccountId, *, email: str) -> Awaitable[None]:
        """Forget it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Keeps lanes."""

    desk: Desk
    clock: Clock
    put: Put
    drop: Drop

    async def all(self, request: Request) -> Response:
        """GET accounts: an object keyed by email."""
        account = await self.desk.caller(request)
        lanes = await self.desk.lanes(account.id)
        return good({lane.email: self._told(account, lane) for lane in lanes})

    async def one(self, request: Request) -> Response:
        """GET accounts/{email}."""
        account = await self.desk.caller(request)
        lane = named(await self.desk.lanes(account.id), request.path_params["email"])
        return good(self._told(account, lane))

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
        lane = await self.put(account.id, email=email, max_jobs=body.max_jobs)
        return good(self._told(account, lane), status=201)

    async def forget(self, request: Request) -> Response:
        """DELETE accounts/{email}."""
        account = await self.desk.caller(request)
        await self.drop(account.id, email=request.path_params["email"].strip().lower())
        return good({})

    def _told(self, account: Account, lane: Lane) -> LaneAccount:
        until = self.clock.now() + SIGNED_IN
        session = Session(
            AccountId=account.id,
            ExpireTime=int(until.timestamp()),
            ExpireTimeUTC=spelled(until),
            Username=account.name,
            token=MASKED,
        )
        return LaneAccount(lane.email, MASKED, lane.max_jobs, session)
