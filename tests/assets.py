"""Assets that exist on paper only."""

from datetime import UTC, datetime

from kinora.domain.asset import Asset, AssetKind
from kinora.domain.ids import AccountId, AssetId


def asset(width: int, height: int, seconds: float = 0.0, number: int = 1) -> Asset:
    """Return a picture, or with `seconds` a film."""
    kind = AssetKind.VIDEO if seconds else AssetKind.IMAGE
    return Asset(
        id=AssetId(number),
        account=AccountId(1),
        job=None,
        kind=kind,
        mime="",
        blob=f"{number}",
        filename="a",
        size=1,
        sha256="",
        width=width,
        height=height,
        frames=round(seconds * 24) or 1,
        seconds=seconds,
        has_audio=False,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
