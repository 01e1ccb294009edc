"""Calls that are sent again: how they are known."""

import hashlib

from starlette.requests import Request

from kinora.domain.errors import Invalid
from kinora.domain.repeat import Repeat

HEADER = "idempotency-key"
LONGEST = 255


def repeat_of(request: Request, raw: bytes, *, scope: str) -> Repeat | None:
    """Return how to know this submit when it comes again, None when it has no Idempotency-Key.

    The header: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ . Its
    value may be quoted, as a string of structured fields is. Raises Invalid for one that cannot be.
    """
    given = request.headers.get(HEADER)
    if given is None:
        return None
    key = given.strip().removeprefix('"').removesuffix('"')
    if not key or len(key) > LONGEST or not key.isprintable():
        raise Invalid(f"Idempotency-Key must have 1 to {LONGEST} printable characters")
    digest = hashlib.sha256(raw).hexdigest()
    return Repeat(scope=scope, key=key, digest=digest, name="Idempotency-Key")
