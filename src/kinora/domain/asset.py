"""Stored media, given or made."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kinora.domain.ids import AccountId, AssetId, JobId


class AssetKind(StrEnum):
    """What sort of media an asset is."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One stored file. `job` is None for uploads; `blob` is a name of its own, which callers see.

    `size` is in bytes, `seconds` 0 for stills, `filename` what a person would like to save it as.
    `content` names bytes that assets may share; where it is empty, they lie under `blob`.
    It is kept until `expires_at`, for ever when that is None.
    """

    id: AssetId
    account: AccountId
    job: JobId | None
    kind: AssetKind
    mime: str
    blob: str
    filename: str
    size: int
    sha256: str
    width: int
    height: int
    frames: int
    seconds: float
    has_audio: bool
    created_at: datetime
    content: str = ""
    expires_at: datetime | None = None

    @property
    def place(self) -> str:
        """The name of its bytes in the blob store."""
        return self.content or self.blob
