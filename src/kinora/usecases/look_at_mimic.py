"""Look at what a mimic is to be made of before it is accepted."""

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from kinora.domain.asset import Asset, AssetKind
from kinora.domain.errors import NoPerson, NoSubject
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.order import Mimic
from kinora.ports.blobs import Blobs
from kinora.ports.media import Eyes
from kinora.ports.store import Store

MOST_KEPT = 10_000
"""Verdicts that are kept; the oldest make room."""


class Verdicts:
    """What stored media showed: an asset never changes, so it is looked at once."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        """Know nothing yet."""
        self._kept: OrderedDict[AssetId, bool] = OrderedDict()
        self._most = most

    def of(self, asset: AssetId) -> bool | None:
        """Return whether a picture or film is fit, None when that is not known."""
        return self._kept.get(asset)

    def keep(self, asset: AssetId, *, fit: bool | None) -> None:
        """Remember a verdict, if there is one."""
        if fit is None:
            return
        self._kept[asset] = fit
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtMimic:
    """Tell whether a picture has a subject that could move, and a film a person who moves.

    What cannot be told in time is let pass: then the engine says the same, later.
    """

    store: Store
    blobs: Blobs
    eyes: Eyes
    folder: Path
    verdicts: Verdicts = field(default_factory=Verdicts)

    async def __call__(self, ask: Mimic, account: AccountId) -> None:
        """Return when nothing speaks against it; raise NoSubject or NoPerson."""
        picture = await self._own(ask.image, AssetKind.IMAGE, account)
        film = await self._own(ask.film, AssetKind.VIDEO, account)
        if picture is None or film is None:
            # Submitting says what is wrong with them; nobody's media are looked at for another.
            return
        paths = await self._unknown(picture), await self._unknown(film)
        if any(paths):
            seen = await self.eyes.look(picture=paths[0], film=paths[1])
            self.verdicts.keep(picture.id, fit=seen.subject)
            self.verdicts.keep(film.id, fit=seen.person)
        if self.verdicts.of(picture.id) is False:
            raise NoSubject
        if self.verdicts.of(film.id) is False:
            raise NoPerson

    async def _own(self, asset_id: AssetId, kind: AssetKind, account: AccountId) -> Asset | None:
        asset = await self.store.view.assets.get(asset_id)
        return asset if asset and asset.kind is kind and asset.account == account else None

    async def _unknown(self, asset: Asset) -> Path | None:
        """Return the file of an asset that was not looked at yet; one that is gone has none."""
        if self.verdicts.of(asset.id) is not None:
            return None
        try:
            return await self.blobs.local(asset.place, folder=self.folder)
        except OSError:
            return None
