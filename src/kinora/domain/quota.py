"""What an account may keep and do beside its credits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Limits of one account; 0 is none.

    `kept` counts bytes of media, uploads and results, until they are deleted; `uploads` files in a
    day (UTC); `fetches` links in a minute.
    """

    kept: int = 0
    uploads: int = 0
    fetches: int = 0


UNLIMITED = Quota()
