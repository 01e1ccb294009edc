"""Another server that makes jobs of ours, and what can go wrong between us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from kinora.domain.asset import AssetKind
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.job import Job
from kinora.domain.order import Order


class UpstreamError(Exception):
    """Something went wrong; the text is for people and holds no secret."""


class Unreachable(UpstreamError):
    """Nothing was sent, or a question got no answer; asking again costs nothing."""


class Unclear(UpstreamError):
    """A call that may cost something was sent, and whether it was taken is not known."""


class UpstreamBusy(UpstreamError):
    """It takes no more jobs just now."""


class BadKey(UpstreamError):
    """It does not know our key."""


class NoCredits(UpstreamError):
    """Our account there cannot pay."""


class Declined(UpstreamError):
    """It does not make this; asking again would change nothing."""


class RefusedThere(UpstreamError):
    """Its moderation refused this."""


class Gone(UpstreamError):
    """It does not know the job any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where another server is, and what opens it."""

    url: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file to be sent there."""

    kind: AssetKind
    mime: str
    path: Path


class Stand(StrEnum):
    """How a job stands there."""

    WORKING = "working"
    DONE = "done"
    MODERATED = "moderated"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a job stands there: `link` leads to its file when it is done."""

    stand: Stand
    done: float = 0.0
    link: str = ""
    reason: str = ""


class CallWriter(Protocol):
    """Writes orders down as the calls that another server understands."""

    def takes(self, order: Order) -> bool:
        """Tell whether there is a call for an order at all."""

    def write(self, job: Job, given: Mapping[AssetId, int]) -> str:
        """Return a job's call as text; `given` are its inputs' numbers there; raises Declined."""


class Upstreams(Protocol):
    """Speaks with other servers, and never reaches addresses that it should not."""

    async def upload(self, door: Door, media: Media) -> int:
        """Send a file and return its number there; costs nothing."""

    async def send(self, door: Door, call: str, *, trace: str) -> int:
        """Send a call once and return the job's number there; raises every UpstreamError."""

    async def look(self, door: Door, call: str, there: int) -> Standing:
        """Ask how a job stands; raises Unreachable, BadKey, Gone."""

    async def fetch(self, link: str, *, folder: Path) -> Path:
        """Download a file into a folder; raises Unreachable."""


def bound_to(account: AccountId, email: str, url: str) -> bytes:
    """Return what a lane's sealed key is about: it opens nothing elsewhere."""
    return f"{account}/{email}/{url}".encode()
