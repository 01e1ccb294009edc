"""What every operation begins with: who calls, what was sent, and how to answer."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.useapi import lanes
from kinora.apis.useapi.callers import open_by_token
from kinora.apis.useapi.errors import refuse
from kinora.apis.useapi.fields import read_fields
from kinora.domain.account import Account
from kinora.domain.errors import Invalid, KinoraError
from kinora.domain.ids import AccountId
from kinora.domain.lane import Lane
from kinora.domain.scopes import Call
from kinora.web.callers import call_of

Handler = Callable[[Request], Awaitable[Response]]
LONGEST_NUMBER = 15
_write = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Knows callers and their lanes; `folder` takes what is sent while it is judged."""

    open_account: Callable[[str, Call], Awaitable[Account]]
    lanes: Callable[[AccountId], Awaitable[Sequence[Lane]]]
    folder: Path
    public_url: str = ""

    async def caller(self, request: Request) -> Account:
        """Return who calls; raise Unauthorised."""
        header = request.headers.get("authorization", "")
        call = call_of(request)
        return await open_by_token(header, lambda secret: self.open_account(secret, call))

    async def lane(self, request: Request, account: Account) -> Lane:
        """Return the lane that a call's query means; raise Invalid."""
        email = request.query_params.get("email", "").strip()
        return lanes.asked(await self.lanes(account.id), email)

    async def fields(self, request: Request) -> dict[str, Any]:
        """Return what a call's body holds."""
        return await read_fields(request, folder=self.folder)

    def base(self, request: Request) -> str:
        """Return the server's address as callers see it."""
        return self.public_url or f"{request.url.scheme}://{request.url.netloc}"


def good(answer: object, *, status: int = 200) -> Response:
    """Return a success."""
    return Response(_write(answer), status_code=status, media_type="application/json")


def whole(request: Request, name: str, *, default: int, least: int, most: int) -> int:
    """Return a number of the query, at most `most`; raise Invalid."""
    text = request.query_params.get(name, "").strip() or str(default)
    digits = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    if not digits or int(text) < least:
        raise Invalid(f"{name} must be a whole number from {least}")
    return min(int(text), most)


def answering(handler: Handler) -> Handler:
    """Wrap a handler so that the product's errors become the dialect's refusals."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except KinoraError as error:
            return refuse(error)

    return answer
