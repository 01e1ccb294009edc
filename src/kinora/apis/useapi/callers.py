"""Who calls: `Authorization: Bearer user:<number>-<key>`."""

import re
from collections.abc import Awaitable, Callable

from kinora.domain.account import Account
from kinora.domain.errors import Unauthorised

TOKEN = re.compile(r"bearer\s+user:(\d{1,16})-(\S+)", re.IGNORECASE)


async def open_by_token(header: str, open_account: Callable[[str], Awaitable[Account]]) -> Account:
    """Return the account that a header opens; raise Unauthorised.

    The number before the key must be the account's own: it is part of what callers were given.
    """
    found = TOKEN.fullmatch(header.strip())
    if found is None:
        raise Unauthorised
    account = await open_account(found[2])
    if account.id != int(found[1]):
        raise Unauthorised
    return account
