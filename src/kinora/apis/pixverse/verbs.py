"""What the dialect can have done."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kinora.domain.account import Account
from kinora.domain.asset import Asset
from kinora.domain.ids import AccountId
from kinora.domain.job import Job
from kinora.domain.order import Order
from kinora.domain.scopes import Call
from kinora.domain.voice import Voice
from kinora.ports.store import Outcome
from kinora.usecases.find_film import FoundFilm
from kinora.usecases.find_mask import FoundMask
from kinora.usecases.read_queue import Place
from kinora.usecases.submit_job import Repeat, Within


class Submit(Protocol):
    """Accepts an order."""

    async def __call__(
        self, order: Order, *, repeat: Repeat | None = None, within: Within | None = None
    ) -> Job:
        """Return the queued job, or a repeat's earlier one; `within` commits with a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbs:
    """What the door can have done."""

    open_account: Callable[[str, Call], Awaitable[Account]]
    submit: Submit
    read: Callable[..., Awaitable[Outcome]]
    place: Callable[[Job], Awaitable[Place | None]]
    upload: Callable[..., Awaitable[Asset]]
    upload_media: Callable[..., Awaitable[Asset]]
    find_film: Callable[..., Awaitable[FoundFilm]]
    find_sound: Callable[..., Awaitable[Asset]]
    find_mask: Callable[..., Awaitable[FoundMask]]
    wait: Callable[[Job], Awaitable[Outcome]]
    voices: "VoiceVerbs"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceVerbs:
    """What can be done with voices."""

    make: Callable[..., Awaitable[Voice]]
    find: Callable[..., Awaitable[Voice]]
    drop: Callable[..., Awaitable[None]]
    of_account: Callable[[AccountId], Awaitable[Sequence[Voice]]]
