"""Make, change and forget lanes of an account."""

import re
from dataclasses import dataclass

from kinora.domain.errors import Invalid, JobNotFound
from kinora.domain.ids import AccountId
from kinora.domain.lane import DEFAULT_LANE, Lane
from kinora.ports.clock import Clock
from kinora.ports.store import Store

EMAIL = re.compile(r"[^\s,/?#:%@]{1,100}@[^\s,/?#:%@]{1,100}")
"""What stands in the names of jobs must not look like their other parts."""

MOST_LANES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PutLane:
    """Make a lane, or change how many jobs one may run at once."""

    store: Store
    clock: Clock

    async def __call__(self, account: AccountId, *, email: str, max_jobs: int) -> Lane:
        """Return the lane; raise Invalid."""
        if not EMAIL.fullmatch(email):
            raise Invalid("email must be an address such as name@example.com")
        async with self.store.transaction() as tx:
            known = {lane.email: lane for lane in await tx.lanes.of(account)}
            if email not in known and len(known) >= MOST_LANES:
                raise Invalid(f"there may be at most {MOST_LANES} accounts; remove one first")
            executing = known[email].executing if email in known else 0
            lane = Lane(email=email, max_jobs=max_jobs, executing=executing)
            await tx.lanes.put(account, lane, at=self.clock.now())
        return lane


@dataclass(frozen=True, slots=True, kw_only=True)
class DropLane:
    """Forget a lane; its jobs go on, and their names stay as they are."""

    store: Store

    async def __call__(self, account: AccountId, *, email: str) -> None:
        """Forget it; raises Invalid for the default lane, JobNotFound for one that is not there."""
        if email == DEFAULT_LANE:
            raise Invalid("the default account cannot be removed")
        async with self.store.transaction() as tx:
            if not await tx.lanes.drop(account, email):
                raise JobNotFound(f"there is no account {email[:100]}")
