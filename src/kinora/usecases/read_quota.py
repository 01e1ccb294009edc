"""Tell what an account may keep and do, and how much of it is used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kinora.domain.ids import AccountId
from kinora.domain.plan import Plan
from kinora.domain.quota import UNLIMITED, Allowed, Limit, Quota, allowed
from kinora.ports.store import Tx

UPLOAD, FETCH = "upload", "fetch"
SPANS = {UPLOAD: 86_400, FETCH: 60}
"""Seconds over which what an account does is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What an account uses; what has no limit is not counted, and None."""

    kept: int
    uploads: int | None
    fetches: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadQuota:
    """Knows the quotas of accounts: their plan's, and `otherwise` where that says nothing.

    An account whose plan is not among `plans` has what is said otherwise.
    """

    otherwise: Quota = UNLIMITED
    plans: Mapping[str, Plan] = field(default_factory=dict)

    async def __call__(self, tx: Tx, account: AccountId) -> Allowed:
        """Return what an account may."""
        # Every submit asks; where no plan says anything, there is nothing to look up.
        found = await tx.accounts.get(account) if self.plans else None
        plan = self.plans.get(found.plan) if found else None
        if plan is None:
            return allowed(self.otherwise)
        return allowed(self.otherwise, plan=plan.name, says=plan.quota)

    async def used(self, tx: Tx, account: AccountId, *, at: datetime) -> Used:
        """Return what an account keeps, has uploaded today, and has had fetched this minute."""
        may = await self(tx, account)

        async def tallied(what: str, limit: Limit) -> int | None:
            span, _ = span_of(what, at)
            return await tx.quotas.tallied(account, what, span=span) if limit.most else None

        return Used(
            kept=await tx.quotas.kept(account),
            uploads=await tallied(UPLOAD, may.uploads),
            fetches=await tallied(FETCH, may.fetches),
        )


NO_QUOTA = ReadQuota()


def span_of(what: str, at: datetime) -> tuple[int, float]:
    """Return in which span a time lies, and how many seconds into it."""
    span, into = divmod(at.timestamp(), SPANS[what])
    return int(span), into
