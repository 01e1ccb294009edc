"""What stored files are called."""

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from kinora.domain.ids import AssetId
from kinora.domain.job import Job


def blob_name(asset: AssetId, *, ending: str) -> str:
    """Return where an upload's bytes live: spread over folders by the id's last digits."""
    return f"given/{asset % 256:02x}/{asset}.{ending}"


def made_blob_name(job: Job, asset: AssetId, *, ending: str) -> str:
    """Return where a result's bytes live; no two reports of a job ever share a name."""
    return f"made/{job.id % 256:02x}/{job.id}-{job.attempt}-{asset}.{ending}"


def content_name(sha256: str, asset: AssetId, *, ending: str) -> str:
    """Return where new bytes are put: under their hash, with an end that no other bytes have.

    Of equal bytes the first name stays and the later ones go; see `adapters/db/assets.py`.
    """
    return f"content/{sha256[:2]}/{sha256[2:4]}/{sha256}.{asset}.{ending}"


def host_of(url: str) -> str:
    """Return what a log may tell of an address: names, paths and queries may hold secrets."""
    try:
        return urlsplit(url).hostname or "no host"
    except ValueError:
        return "no host"


def digest_of(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
