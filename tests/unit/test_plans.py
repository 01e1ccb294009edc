"""Months begin on their day, each once, also after a long pause."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinora.adapters.db.sqlite import SqliteStore
from kinora.adapters.memory import open_memory_store
from kinora.catalog.plans import load_plans, plan_named
from kinora.domain.account import Account, Balance
from kinora.domain.errors import Invalid, NotAllowed
from kinora.domain.ids import AccountId
from kinora.domain.ledger import Movement
from kinora.domain.plan import Plan, next_month
from kinora.usecases.choose_plan import ChoosePlan
from kinora.usecases.manage_accounts import CreateAccount, GrantCredits
from kinora.usecases.renew_months import RenewMonths

BEGUN = datetime(2026, 1, 31, 12, tzinfo=UTC)
SMALL = Plan(name="small", monthly=100, max_jobs=2)


@dataclass
class Clock:
    at: datetime = BEGUN

    def now(self) -> datetime:
        return self.at


@pytest.fixture
async def store() -> AsyncIterator[SqliteStore]:
    opened = open_memory_store()
    yield opened
    await opened.close()


async def on_small(store: SqliteStore, clock: Clock) -> Account:
    create = CreateAccount(store=store, clock=clock)
    return await create(name="ada", plan="small", max_jobs=2, on=SMALL)


async def balance(store: SqliteStore) -> Balance:
    found = await store.view.accounts.get(AccountId(1))
    assert found is not None
    assert await store.view.ledger.discrepancies() == []
    return found.balance


def test_months_begin_on_their_day_or_on_the_last() -> None:
    days, at = [], BEGUN
    for _ in range(6):
        at = next_month(BEGUN, after=at)
        days.append((at.month, at.day, at.hour))
    assert days == [(2, 28, 12), (3, 31, 12), (4, 30, 12), (5, 31, 12), (6, 30, 12), (7, 31, 12)]
    leap = datetime(2027, 12, 30, tzinfo=UTC)
    assert next_month(leap, after=datetime(2028, 2, 1, tzinfo=UTC)).day == 29


@given(
    begun=st.timedeltas(timedelta(0), timedelta(days=36_000)).map(lambda span: BEGUN + span),
    later=st.timedeltas(timedelta(0), timedelta(days=9000)),
)
def test_the_next_month_is_the_first_that_lies_ahead(begun: datetime, later: timedelta) -> None:
    after = begun + later
    found = next_month(begun, after=after)
    assert timedelta(0) < found - after <= timedelta(days=31)
    assert found.day == begun.day or (found + timedelta(days=1)).day == 1


async def test_an_account_begins_with_its_first_month(store: SqliteStore) -> None:
    account = await on_small(store, Clock())
    assert (account.balance, account.max_jobs) == (Balance(monthly=100, package=0), 2)
    assert account.renews_at == datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert await balance(store) == account.balance


async def test_what_is_left_expires_and_bought_credits_stay(store: SqliteStore) -> None:
    clock = Clock()
    await on_small(store, clock)
    grant = GrantCredits(store=store, clock=clock)
    await grant(AccountId(1), package=30, monthly=-40)
    renew = RenewMonths(store=store, clock=clock)
    assert await renew() == 0
    clock.at = datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert [await renew(), await renew()] == [1, 0]
    assert await balance(store) == Balance(monthly=100, package=30)
    renewed, expired = await store.view.ledger.entries(AccountId(1), newest=2)
    assert (renewed.movement, renewed.monthly) == (Movement.RENEW, 100)
    assert (expired.movement, expired.monthly) == (Movement.EXPIRE, -60)
    assert renewed.due == clock.at


async def test_a_long_pause_is_caught_up_month_by_month(store: SqliteStore) -> None:
    clock = Clock()
    await on_small(store, clock)
    clock.at = datetime(2026, 6, 1, tzinfo=UTC)
    renew = RenewMonths(store=store, clock=clock)
    assert [await renew(), await renew()] == [4, 0]
    entries = await store.view.ledger.entries(AccountId(1))
    due = [entry.due for entry in reversed(entries) if entry.movement is Movement.RENEW]
    days = [(at.month, at.day) for at in due if at]
    assert days == [(1, 31), (2, 28), (3, 31), (4, 30), (5, 31)]
    assert await balance(store) == Balance(monthly=100, package=0)
    clock.at = datetime(2026, 4, 1, tzinfo=UTC)
    assert await renew() == 0


async def test_another_plan_begins_at_once(store: SqliteStore) -> None:
    clock = Clock()
    await on_small(store, clock)
    choose = ChoosePlan(store=store, clock=clock)
    with pytest.raises(Invalid, match="on the plan small already"):
        await choose(AccountId(1), SMALL)
    with pytest.raises(NotAllowed, match="no account 7"):
        await choose(AccountId(7), SMALL)
    clock.at += timedelta(days=3)
    large = await choose(AccountId(1), Plan(name="large", monthly=500, max_jobs=9))
    assert (large.balance.monthly, large.max_jobs, large.plan) == (500, 9, "large")
    assert large.renews_at == datetime(2026, 3, 3, 12, tzinfo=UTC)
    clock.at += timedelta(days=1)
    free = await choose(AccountId(1), plan_named("free"))
    assert (free.balance.monthly, free.renews_at) == (0, None)
    clock.at += timedelta(days=400)
    assert await RenewMonths(store=store, clock=clock)() == 0
    assert await balance(store) == Balance(monthly=0, package=0)


def test_plans_are_those_of_the_public_page() -> None:
    assert [(plan.name, plan.monthly, plan.max_jobs) for plan in load_plans().values()] == [
        ("free", 0, 3),
        ("essential", 15000, 15),
        ("scale", 239230, 20),
        ("business", 1069500, 25),
    ]
    with pytest.raises(Invalid, match="free, essential, scale, business, not 'gold'"):
        plan_named("gold")
