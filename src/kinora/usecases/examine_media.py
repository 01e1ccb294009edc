"""Look whether stored media is whole, and own up to what is lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kinora.domain.deed import SERVER, By
from kinora.domain.errors import UnderLegalHold
from kinora.ports.blobs import Blobs
from kinora.ports.clock import Clock
from kinora.ports.store import Store
from kinora.ports.upkeep import Stored
from kinora.usecases.naming import digest_of
from kinora.usecases.remove_media import remove_asset

AT_ONCE = 500


@dataclass(slots=True)
class Findings:
    """Names of media that is not there, has another size, or other bytes than it should have."""

    missing: list[str] = field(default_factory=list)
    resized: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamineMedia:
    """Compare what assets should have with what the blob store has."""

    store: Store
    blobs: Blobs

    async def __call__(self, *, deep: bool, folder: Path) -> Findings:
        """Return what is wrong; `deep` reads all bytes, in `folder` where they must be fetched."""
        found, after = Findings(), ""
        while page := await self.store.view.upkeep.stored(after=after, at_most=AT_ONCE):
            after = page[-1].name
            for stored in page:
                await self._look(stored, found, folder if deep else None)
        return found

    async def _look(self, stored: Stored, found: Findings, folder: Path | None) -> None:
        size = await self.blobs.size(stored.name)
        if size == stored.size:
            if folder is not None and await self._changed(stored, folder):
                found.changed.append(stored.name)
            return
        # It may have been deleted since its name was read.
        if await self.store.view.upkeep.having(stored.name):
            (found.missing if size is None else found.resized).append(stored.name)

    async def _changed(self, stored: Stored, folder: Path) -> bool:
        try:
            path = await self.blobs.local(stored.name, folder=folder)
            return digest_of(path) != stored.sha256
        except FileNotFoundError:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkLost:
    """Mark media whose bytes are lost as deleted, so that nobody is promised it any more."""

    store: Store
    clock: Clock
    who: str = SERVER

    async def __call__(self, names: Sequence[str]) -> Sequence[str]:
        """Return the names that stay as they are, because a legal hold keeps them."""
        held = []
        for name in names:
            try:
                await self._mark_all(name)
            except UnderLegalHold:
                held.append(name)
        return held

    async def _mark_all(self, name: str) -> None:
        now, gone = self.clock.now(), []
        async with self.store.transaction() as tx:
            for asset in await tx.upkeep.having(name):
                if await tx.assets.get(asset.id) is not None:
                    await remove_asset(tx, asset, at=now)
                    gone.append(f"asset {asset.id}")
            if gone:
                deed = By(who=self.who).deed(
                    "media.lost", f"blob:{name}", at=now, detail=", ".join(gone)
                )
                await tx.audit.add(deed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """Count anew how many assets share each file."""

    store: Store
    clock: Clock
    who: str = SERVER

    async def __call__(self) -> None:
        """Count, and put right what was wrong."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            await tx.upkeep.recount(at=now)
            await tx.audit.add(By(who=self.who).deed("media.recount", "server", at=now))
