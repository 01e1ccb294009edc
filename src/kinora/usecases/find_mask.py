"""Find a mask that was made of a film's frame."""

from dataclasses import dataclass

from kinora.domain.errors import Invalid
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.order import MaskSelection
from kinora.ports.store import Store

PREFIX = "m-"
LONGEST = 18
"""Digits that a number in the store can have, and one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMask:
    """A stored mask and the name of its region."""

    asset: AssetId
    region: str
    keyframe: int


def mask_id(asset: AssetId) -> str:
    """Return how callers name a mask."""
    return f"{PREFIX}{asset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindMask:
    """Read which mask a caller means."""

    store: Store

    async def __call__(self, name: str, *, film: AssetId, account: AccountId) -> FoundMask:
        """Return the mask; raises Invalid when there is none of that film."""
        unknown = Invalid(f"mask_id {name[:LONGEST]!r} is not from mask/selection of this video")
        digits = name.removeprefix(PREFIX)
        if not (digits.isascii() and digits.isdigit() and len(digits) < LONGEST):
            raise unknown
        asset = await self.store.view.assets.get(AssetId(int(digits)))
        if asset is None or asset.account != account or asset.job is None:
            raise unknown
        job = await self.store.view.jobs.get(asset.job)
        ask = job.order.ask if job else None
        if job is None or not isinstance(ask, MaskSelection) or ask.film != film:
            raise unknown
        if asset.id == job.result:
            raise Invalid(f"mask_id {name} is the keyframe and not one of its masks")
        region = asset.filename.partition("-")[0]
        return FoundMask(asset=asset.id, region=region, keyframe=ask.keyframe)
