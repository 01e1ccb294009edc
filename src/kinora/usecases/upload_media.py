"""Take in a film or a sound."""

from dataclasses import dataclass
from pathlib import Path

from kinora.domain.asset import Asset
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.keeping import FOR_EVER, Keeping
from kinora.ports.blobs import Blobs
from kinora.ports.clock import Clock, Mint
from kinora.ports.media import MediaGate
from kinora.ports.store import Store
from kinora.usecases.judge_content import JudgeContent
from kinora.usecases.keep_upload import keep_upload
from kinora.usecases.naming import blob_name, content_name, digest_of
from kinora.usecases.read_quota import NO_QUOTA, ReadQuota

MAX_MEDIA_BYTES = 100 * 1024 * 1024
"""The largest that any operation's page allows; each operation has limits of its own below it."""

ENDINGS = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/webm": "weba",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadMedia:
    """Check a film or a sound, keep it, and give it an id."""

    store: Store
    blobs: Blobs
    gate: MediaGate
    clock: Clock
    mint: Mint
    judge: JudgeContent
    keeping: Keeping = FOR_EVER
    quota: ReadQuota = NO_QUOTA

    async def __call__(self, source: Path, *, account: AccountId) -> Asset:
        """Return the stored film or sound.

        `source` lies in a folder of its own, which the caller removes. Raises Invalid,
        Moderated, QuotaReached, TooOften, Overloaded.
        """
        clip = await self.gate.admit_media(source)
        await self.judge.upload(clip, account=account, look=None)
        asset_id = AssetId(self.mint.id())
        ending = ENDINGS[clip.mime]
        digest = digest_of(clip.path)
        asset = Asset(
            id=asset_id,
            account=account,
            job=None,
            kind=clip.kind,
            mime=clip.mime,
            blob=blob_name(asset_id, ending=ending),
            filename=f"{clip.kind}-{asset_id}.{ending}",
            size=clip.path.stat().st_size,
            sha256=digest,
            width=clip.width,
            height=clip.height,
            frames=clip.frames,
            seconds=clip.seconds,
            has_audio=clip.has_audio,
            created_at=self.clock.now(),
            content=content_name(digest, asset_id, ending=ending),
        )
        return await keep_upload(
            asset,
            clip.path,
            store=self.store,
            blobs=self.blobs,
            keeping=self.keeping,
            quota=self.quota,
        )
