"""Put an account on a plan."""

from dataclasses import dataclass
from datetime import datetime

from kinora.domain.account import Account
from kinora.domain.deed import SERVER, Deed
from kinora.domain.errors import Invalid, NotAllowed
from kinora.domain.ids import AccountId
from kinora.domain.plan import Plan, next_month
from kinora.ports.clock import Clock
from kinora.ports.store import Store, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePlan:
    """Begin a plan now: what is left of monthly credits expires, and its own come.

    From now on the account's months are counted from this day.
    """

    store: Store
    clock: Clock
    who: str = SERVER

    async def __call__(self, account_id: AccountId, plan: Plan) -> Account:
        """Return the account on its plan; raise NotAllowed, Invalid when it is on it already."""
        async with self.store.transaction() as tx:
            before = await tx.accounts.get(account_id)
            if before is None:
                raise NotAllowed(f"there is no account {account_id}")
            if before.renews_from is not None and before.plan == plan.name:
                raise Invalid(f"account {account_id} is on the plan {plan.name} already")
            now, target = self.clock.now(), f"account:{account_id}"
            await begin_plan(tx, account_id, plan, at=now)
            deed = Deed(at=now, who=self.who, what="account.plan", target=target, detail=plan.name)
            await tx.audit.add(deed)
            return await tx.accounts.get(account_id) or before


async def begin_plan(tx: Tx, account: AccountId, plan: Plan, *, at: datetime) -> None:
    """Begin a plan with its first month; one without monthly credits has no months."""
    renews_at = next_month(at, after=at) if plan.monthly else None
    await tx.accounts.subscribe(account, plan, renews_from=at, renews_at=renews_at)
    await tx.ledger.renew(account, allowance=plan.monthly, due=at, at=at)
