"""Say how long media is kept, for a plan or an account."""

from dataclasses import dataclass

from kinora.domain.asset import Asset
from kinora.domain.deed import SERVER, By
from kinora.domain.errors import Invalid, NotAllowed
from kinora.domain.ids import MAX_ID, AccountId, AssetId
from kinora.domain.keeping import LONGEST_DAYS, Keeping, Rule
from kinora.ports.clock import Clock
from kinora.ports.store import Store

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRetention:
    """Keep a rule; it counts for media that is stored from now on."""

    store: Store
    clock: Clock
    who: str = SERVER

    async def __call__(self, rule: Rule) -> None:
        """Keep it; raises Invalid, NotAllowed."""
        days = (rule.keeping.results, rule.keeping.uploads)
        if all(each is None for each in days):
            raise Invalid("say how many days, of results, of uploads or of both")
        if any(each is not None and not 0 <= each <= LONGEST_DAYS for each in days):
            raise Invalid(f"days must be from 0 (for ever) to {LONGEST_DAYS}")
        async with self.store.transaction() as tx:
            if rule.scope == "account" and await tx.accounts.get(_number(rule.name)) is None:
                raise NotAllowed(f"there is no account {rule.name}")
            await tx.retention.put(rule)
            told = f"results {_days(rule.keeping.results)}, uploads {_days(rule.keeping.uploads)}"
            target, now = f"{rule.scope}:{rule.name}", self.clock.now()
            deed = By(who=self.who).deed("retention.set", target, at=now, detail=told)
            await tx.audit.add(deed)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveRetention:
    """Forget a rule; what it dated keeps its date."""

    store: Store
    clock: Clock
    who: str = SERVER

    async def __call__(self, scope: str, name: str) -> None:
        """Forget it; raises Invalid when there is none."""
        async with self.store.transaction() as tx:
            if not await tx.retention.drop(scope, name):
                raise Invalid(f"there is no rule for {scope} {name}")
            deed = By(who=self.who).deed("retention.remove", f"{scope}:{name}", at=self.clock.now())
            await tx.audit.add(deed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRetention:
    """Give what an account has stored already the time that today's rules give to new media."""

    store: Store
    clock: Clock
    otherwise: Keeping
    who: str = SERVER

    async def __call__(self, account: AccountId) -> int:
        """Return how many assets will expire at another time than before.

        It may take several transactions; the first that changes something tells the audit log.
        """
        changed, above = 0, AssetId(0)
        while page := await self._page(account, above):
            above = page[-1].id
            changed += await self._date(account, page, told=changed > 0)
        return changed

    async def _page(self, account: AccountId, above: AssetId) -> list[Asset]:
        rules = self.store.view.retention
        return list(await rules.of_account(account, above=above, at_most=AT_ONCE))

    async def _date(self, account: AccountId, page: list[Asset], *, told: bool) -> int:
        changed = 0
        async with self.store.transaction() as tx:
            rule = (await tx.retention.rule_for(account)).over(self.otherwise)
            for asset in page:
                until = rule.until(asset)
                if until != asset.expires_at:
                    await tx.retention.keep_until(asset.id, until)
                    changed += 1
            if changed and not told:
                target, now = f"account:{account}", self.clock.now()
                await tx.audit.add(By(who=self.who).deed("retention.apply", target, at=now))
        return changed


def _days(number: int | None) -> str:
    if number is None:
        return "as in general"
    return f"{number} days" if number else "for ever"


def _number(name: str) -> AccountId:
    if not (name.isascii() and name.isdigit() and 0 < int(name) <= MAX_ID):
        raise Invalid(f"an account is named by its number, not {name!r}")
    return AccountId(int(name))
