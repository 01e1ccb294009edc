"""Take in a picture."""

from dataclasses import dataclass
from pathlib import Path

from kinora.domain.asset import Asset, AssetKind
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.keeping import FOR_EVER, Keeping
from kinora.ports.blobs import Blobs
from kinora.ports.clock import Clock, Mint
from kinora.ports.media import ImageGate
from kinora.ports.store import Store
from kinora.usecases.judge_content import JudgeContent
from kinora.usecases.keep_upload import keep_upload
from kinora.usecases.naming import blob_name, content_name, digest_of
from kinora.usecases.read_quota import NO_QUOTA, ReadQuota

MAX_IMAGE_BYTES = 20 * 1024 * 1024
"""Pictures must be smaller than this: the limit of the PixVerse Platform's upload page."""

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadImage:
    """Check a picture, keep its clean twin, and give it an id."""

    store: Store
    blobs: Blobs
    gate: ImageGate
    clock: Clock
    mint: Mint
    judge: JudgeContent
    keeping: Keeping = FOR_EVER
    quota: ReadQuota = NO_QUOTA

    async def __call__(self, source: Path, *, account: AccountId) -> Asset:
        """Return the stored picture.

        `source` lies in a folder of its own, which the caller removes. Raises ImageTooBig,
        ImageFormat, ImageDimensions, ImageUnreadable, ImageModerated, QuotaReached, TooOften or
        Overloaded.
        """
        still = await self.gate.admit(source, folder=source.parent)
        await self.judge.upload(still, account=account, look=still.look)
        asset_id = AssetId(self.mint.id())
        ending = ENDINGS[still.mime]
        digest = digest_of(still.path)
        asset = Asset(
            id=asset_id,
            account=account,
            job=None,
            kind=AssetKind.IMAGE,
            mime=still.mime,
            blob=blob_name(asset_id, ending=ending),
            filename=f"image-{asset_id}.{ending}",
            size=still.path.stat().st_size,
            sha256=digest,
            width=still.width,
            height=still.height,
            frames=1,
            seconds=0.0,
            has_audio=False,
            created_at=self.clock.now(),
            content=content_name(digest, asset_id, ending=ending),
        )
        return await keep_upload(
            asset,
            still.path,
            store=self.store,
            blobs=self.blobs,
            keeping=self.keeping,
            quota=self.quota,
        )
