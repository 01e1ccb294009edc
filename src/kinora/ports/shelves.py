"""Lists of an account's jobs by place: fast at any depth, with their whole length."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kinora.domain.ids import AccountId
from kinora.ports.store import Outcome


class Shelf(StrEnum):
    """What stands together: films, pictures, music, speech. Masks of swaps stand nowhere."""

    VIDEO = "video"
    IMAGE = "image"
    MUSIC = "music"
    SPEECH = "speech"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list, and how long the whole list is."""

    outcomes: Sequence[Outcome]
    total: int


class Shelves(Protocol):
    """Jobs of an account, newest first, deleted ones left out."""

    async def page(self, account: AccountId, *, shelf: Shelf, offset: int, limit: int) -> Page:
        """Return up to `limit` jobs from the place `offset` on, counted from 0."""
