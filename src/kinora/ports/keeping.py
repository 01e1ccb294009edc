"""How long media is kept, what must be kept, and what is to go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kinora.domain.asset import Asset
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.job import Job
from kinora.domain.keeping import Keeping, LegalHold, Rule


class Retention(Protocol):
    """Rules of keeping, and what they have made due."""

    async def rules(self) -> Sequence[Rule]:
        """Return every rule."""

    async def rule_for(self, account: AccountId) -> Keeping:
        """Return what the rules say for an account: its own rule first, then its plan's."""

    async def put(self, rule: Rule) -> None:
        """Keep a rule in place of the one for the same plan or account."""

    async def drop(self, scope: str, name: str) -> bool:
        """Forget a rule; False when there is none."""

    async def expired(self, *, at: datetime, at_most: int) -> Sequence[Asset]:
        """Return what has expired, the longest expired first."""

    async def keep_until(self, asset: AssetId, until: datetime | None) -> None:
        """Let an asset expire at another time, or never."""

    async def of_account(
        self, account: AccountId, *, above: AssetId, at_most: int
    ) -> Sequence[Asset]:
        """Return an account's assets, oldest first, above an id."""

    async def at_work(self, account: AccountId) -> Sequence[Job]:
        """Return an account's jobs that have not ended."""

    async def speaks(self, sound: AssetId) -> bool:
        """Tell whether a voice was taken from a sound."""


class Doomed(Protocol):
    """Names in the blob store whose bytes are to go; a name never comes back."""

    async def add(self, name: str, *, at: datetime) -> None:
        """Give bytes up, in the transaction that decides it."""

    async def some(self, *, at_most: int) -> Sequence[str]:
        """Return names whose bytes are to go."""

    async def cleared(self, names: Sequence[str]) -> None:
        """Forget names whose bytes are gone."""


class LegalHolds(Protocol):
    """What must not be deleted, and why."""

    async def add(
        self,
        account: AccountId,
        *,
        job: JobId | None,
        asset: AssetId | None,
        reason: str,
        who: str,
        at: datetime,
    ) -> LegalHold:
        """Keep a hold and return it with its number."""

    async def end(self, hold: int, *, who: str, at: datetime) -> bool:
        """Lift a hold; False when there is none that goes on."""

    async def of_account(self, account: AccountId) -> Sequence[LegalHold]:
        """Return the holds on an account that go on."""

    async def list(self, *, ended: bool = False) -> Sequence[LegalHold]:
        """Return all holds that go on, or those that have ended too."""
