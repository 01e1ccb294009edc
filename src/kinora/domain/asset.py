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
    """One stored file. `job` is None for uploads; `blob` is its name in the blob store.

    `size` is in bytes, `seconds` 0 for stills, `filename` what a person would like to save it as.
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
