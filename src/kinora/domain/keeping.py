"""How long media is kept, and what must be kept whoever wants it gone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kinora.domain.asset import Asset
from kinora.domain.ids import AccountId, AssetId, JobId

LONGEST_DAYS = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How many days results and uploads are kept; 0 is for ever, None leaves it to a wider rule."""

    results: int | None = None
    uploads: int | None = None

    def over(self, wider: "Keeping") -> "Keeping":
        """Return this rule, with a wider one's days where it has none."""
        return Keeping(
            results=wider.results if self.results is None else self.results,
            uploads=wider.uploads if self.uploads is None else self.uploads,
        )

    def until(self, asset: Asset) -> datetime | None:
        """Return when an asset expires, None when it never does."""
        days = self.uploads if asset.job is None else self.results
        return asset.created_at + timedelta(days=days) if days else None


FOR_EVER = Keeping(results=0, uploads=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an operator wants for a plan (`scope` is "plan") or for an account, by its number."""

    scope: str
    name: str
    keeping: Keeping


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    """Why something must not be deleted: all of an account, or one job or one asset of it.

    `who` put it and `ended_by` lifted it: names of people. It goes on while `ended_at` is None.
    """

    id: int
    account: AccountId
    job: JobId | None
    asset: AssetId | None
    reason: str
    who: str
    at: datetime
    ended_at: datetime | None = None
    ended_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What of one account must not be deleted."""

    everything: bool = False
    jobs: frozenset[JobId] = field(default_factory=frozenset)
    assets: frozenset[AssetId] = field(default_factory=frozenset)

    def covers(self, asset: Asset) -> bool:
        """Tell whether an asset must stay."""
        return self.everything or asset.job in self.jobs or asset.id in self.assets
