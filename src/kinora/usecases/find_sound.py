"""Find the sound that a caller means."""

from dataclasses import dataclass

from kinora.domain.asset import Asset, AssetKind
from kinora.domain.errors import ContentDeleted, MediaNotFound, NotAllowed
from kinora.domain.ids import AccountId, AssetId
from kinora.ports.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class FindSound:
    """Read which uploaded sound a caller means."""

    store: Store

    async def __call__(self, number: AssetId, *, account: AccountId) -> Asset:
        """Return the sound; raises MediaNotFound, ContentDeleted, NotAllowed."""
        sound = await self.store.view.assets.get(number)
        if sound is None and await self.store.view.assets.gone(number) == account:
            raise ContentDeleted("audio_media_id was deleted, or has expired")
        if sound is None or sound.kind is AssetKind.IMAGE:
            raise MediaNotFound("audio_media_id not found")
        if sound.account != account:
            raise NotAllowed("audio_media_id belongs to another account")
        if sound.kind is not AssetKind.AUDIO:
            raise MediaNotFound("audio_media_id: media_type is not audio")
        return sound
