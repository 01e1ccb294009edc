"""Posting to URLs that others name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

OK, REDIRECT = 200, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a post: `status` is None when nobody answered, `error` empty when taken.

    `text` is the beginning of what the receiver answered, `retry_after` its header, unread.
    """

    status: int | None
    millis: int
    error: str = ""
    text: str = ""
    retry_after: str = ""

    @property
    def taken(self) -> bool:
        """Whether the receiver took it, with any status of 200 to 299."""
        return not self.error and self.status is not None and OK <= self.status < REDIRECT


class Post(Protocol):
    """Sends a body to a stranger's URL, never to places that it should not reach."""

    async def __call__(
        self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return what became of it; nothing is raised."""
