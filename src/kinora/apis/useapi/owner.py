"""GET and POST /v2/account: what holds for all calls of a token's owner."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.useapi.desk import Desk, good
from kinora.apis.useapi.fields import text_of
from kinora.apis.useapi.wire import LONGEST_REPLY
from kinora.domain.deed import By
from kinora.domain.errors import Invalid
from kinora.domain.ids import AccountId
from kinora.web.callers import by_of


class OwnerRow(msgspec.Struct, frozen=True):
    """Both answers; `replyUrl` is empty when there is none."""

    replyUrl: str  # noqa: N815 - the wire's spelling


class Keep(Protocol):
    """Keeps an account's address for callbacks."""

    def __call__(self, account: AccountId, url: str, *, by: By) -> Awaitable[None]:
        """Keep it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Keeps where all jobs of an account are told; a call's own `replyUrl` goes before it."""

    desk: Desk
    read: Callable[[AccountId], Awaitable[str]]
    keep: Keep

    async def shown(self, request: Request) -> Response:
        """GET /v2/account."""
        account = await self.desk.caller(request)
        return good(OwnerRow(await self.read(account.id)))

    async def changed(self, request: Request) -> Response:
        """POST /v2/account; an empty `replyUrl` ends it."""
        account = await self.desk.caller(request)
        url = text_of(await self.desk.fields(request), "replyUrl")
        if len(url) > LONGEST_REPLY:
            raise Invalid("replyUrl is too long")
        if url and not _is_address(url):
            raise Invalid("replyUrl must be an http or https address")
        await self.keep(account.id, url, by=by_of(request, account))
        return good(OwnerRow(url))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
