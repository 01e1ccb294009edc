"""One suite over every store."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinora.adapters.clock import RandomMint
from kinora.adapters.db.migrate import NewerSchema, migrate
from kinora.adapters.db.order_codec import order_from_text, order_to_text
from kinora.adapters.db.sqlite import SqliteStore, open_store
from kinora.adapters.db.statements import connect, load_statements
from kinora.adapters.memory import open_memory_store
from kinora.domain.account import Account, Balance, Key
from kinora.domain.asset import AssetKind
from kinora.domain.fact import FactKind
from kinora.domain.ids import AccountId, AssetId, JobId, KeyId, VoiceId
from kinora.domain.job import Job, JobState, WrongState
from kinora.domain.ledger import Movement
from kinora.domain.order import (
    Ask,
    Feature,
    ImageEffect,
    ImageToVideo,
    Motion,
    Order,
    Sound,
    TextToImage,
    TextToVideo,
    Transition,
    VideoEffect,
    Words,
    feature_of,
)
from kinora.domain.shape import Shape
from kinora.domain.voice import Voice
from kinora.ports.store import Answered, Tx, UsageAsk
from tests.assets import asset as asset_on_paper

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADA, BOB = AccountId(1), AccountId(2)
MINT = RandomMint(worker=1, floor=0)


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    if request.param == "memory":
        made = open_memory_store()
    else:
        migrate(tmp_path / "store.db")
        made = open_store(tmp_path / "store.db")
    async with made.transaction() as tx:
        for number, name in ((ADA, "ada"), (BOB, "bob")):
            await tx.accounts.add(account(number, name))
            await tx.ledger.grant(number, monthly=30, package=100, note="start", at=NOW)
    yield made
    await made.close()


def account(number: AccountId, name: str, *, max_jobs: int = 2) -> Account:
    return Account(
        id=number,
        name=name,
        plan="test",
        max_jobs=max_jobs,
        active=0,
        balance=Balance(monthly=0, package=0),
        created_at=NOW,
    )


def job(owner: AccountId = ADA, *, cost: int = 40) -> Job:
    order = Order(
        account=owner,
        ask=TextToVideo(words=Words(prompt="a boat")),
        model="v6",
        quality="540p",
        aspect_ratio="16:9",
        seconds=5,
        trace="t",
    )
    return Job(
        id=JobId(MINT.id()),
        order=order,
        state=JobState.QUEUED,
        seed=3,
        cost=cost,
        shape=Shape(width=64, height=36, frames=120, fps=24),
        created_at=NOW,
        changed_at=NOW,
    )


async def accept(tx: Tx, made: Job) -> None:
    assert await tx.accounts.take_place(made.account)
    assert await tx.ledger.hold(made, at=NOW)
    await tx.jobs.add(made)


async def test_a_commit_is_seen_and_a_failure_leaves_nothing(store: SqliteStore) -> None:
    made = job()
    async with store.transaction() as tx:
        await accept(tx, made)
    assert await store.view.jobs.get(made.id) == made

    lost = job()

    async def fail() -> None:
        async with store.transaction() as tx:
            await accept(tx, lost)
            raise WrongState

    with pytest.raises(WrongState):
        await fail()
    assert await store.view.jobs.get(lost.id) is None
    assert (await store.view.accounts.get(ADA)).active == 1  # type: ignore[union-attr]
    assert list(await store.view.ledger.discrepancies()) == []


async def test_places_are_exact_under_a_rush(store: SqliteStore) -> None:
    async def try_one() -> bool:
        async with store.transaction() as tx:
            return await tx.accounts.take_place(ADA)

    taken = await asyncio.gather(*[try_one() for _ in range(60)])
    assert sum(taken) == 2


async def test_monthly_credits_go_first_and_come_back_where_they_came_from(
    store: SqliteStore,
) -> None:
    made = job(cost=50)
    async with store.transaction() as tx:
        await accept(tx, made)
    assert (await store.view.accounts.get(ADA)).balance == Balance(monthly=0, package=80)  # type: ignore[union-attr]
    async with store.transaction() as tx:
        await tx.ledger.release(made, at=NOW)
    assert (await store.view.accounts.get(ADA)).balance == Balance(monthly=30, package=100)  # type: ignore[union-attr]
    entries = await store.view.ledger.entries(ADA)
    assert [entry.movement for entry in entries] == [
        Movement.RELEASE,
        Movement.HOLD,
        Movement.GRANT,
    ]


async def test_a_hold_ends_once(store: SqliteStore) -> None:
    made = job()
    async with store.transaction() as tx:
        await accept(tx, made)
        await tx.ledger.settle(made, at=NOW)
    for end in ("settle", "release"):
        with pytest.raises(WrongState):
            async with store.transaction() as tx:
                await getattr(tx.ledger, end)(made, at=NOW)
    with pytest.raises(WrongState):
        async with store.transaction() as tx:
            await tx.ledger.settle(job(), at=NOW)


async def test_a_poor_account_holds_nothing(store: SqliteStore) -> None:
    async with store.transaction() as tx:
        assert not await tx.ledger.hold(job(cost=131), at=NOW)
    assert len(await store.view.ledger.entries(ADA)) == 1


async def test_claims_are_fair_between_accounts(store: SqliteStore) -> None:
    whale = [job(ADA, cost=0) for _ in range(50)]
    async with store.transaction() as tx:
        for made in whale:
            await tx.jobs.add(made)
        await tx.jobs.claim(at=NOW)
        small = job(BOB, cost=0)
        await tx.jobs.add(small)
        claimed = [await tx.jobs.claim(at=NOW) for _ in range(3)]
    order = [made.account for made in claimed if made]
    assert BOB in order[:2]
    own = [made.id for made in claimed if made and made.account == ADA]
    assert own == [made.id for made in whale[1:3]]


async def test_an_empty_queue_gives_nothing(store: SqliteStore) -> None:
    async with store.transaction() as tx:
        assert await tx.jobs.claim(at=NOW) is None


async def test_only_the_newest_attempt_counts(store: SqliteStore) -> None:
    async with store.transaction() as tx:
        await accept(tx, job())
        first = await tx.jobs.claim(at=NOW)
        assert first is not None
        again = first.lose(at=NOW)
        assert await tx.jobs.save(again, state=first.state, attempt=first.attempt)
        second = await tx.jobs.claim(at=NOW)
        assert second is not None
        assert (second.attempt, second.breaks) == (2, 1)
        late = first.fail("late", at=NOW)
        assert not await tx.jobs.save(late, state=first.state, attempt=first.attempt)
        await tx.jobs.progress(second.id, attempt=1, done=0.9)
        await tx.jobs.progress(second.id, attempt=2, done=0.5)
        await tx.jobs.progress(second.id, attempt=2, done=0.4)
    found = await store.view.jobs.get(second.id)
    assert found == replace(second, progress=0.5)


async def test_a_cancelled_job_leaves_the_queue(store: SqliteStore) -> None:
    first, second = job(cost=0), job(cost=0)
    async with store.transaction() as tx:
        await tx.jobs.add(first)
        await tx.jobs.add(second)
        gone = first.cancel(at=NOW)
        assert await tx.jobs.save(gone, state=first.state, attempt=0)
        claimed = await tx.jobs.claim(at=NOW)
        assert claimed is not None
        assert claimed.id == second.id
        assert await tx.jobs.claim(at=NOW) is None


async def test_answers_keys_and_facts(store: SqliteStore) -> None:
    made = job()
    key = Key(id=KeyId(9), account=ADA, name="k", prefix="sk-", created_at=NOW)
    async with store.transaction() as tx:
        await tx.jobs.add(made)
        await tx.answers.add(
            ADA, scope="/x", key="k", answered=Answered(digest="d", job=made.id), at=NOW
        )
        await tx.keys.add(key, digest=b"1" * 32)
        await tx.outbox.add(FactKind.QUEUED, made, at=NOW)
    view = store.view
    assert await view.answers.find(ADA, scope="/x", key="k") == Answered(digest="d", job=made.id)
    assert await view.answers.find(BOB, scope="/x", key="k") is None
    opened = await view.keys.open(b"1" * 32, at=NOW)
    assert opened is not None
    assert (opened.account.id, opened.account.key) == (ADA, key.id)
    # Another digest that begins like it is another key's.
    assert await view.keys.open(b"1" * 31 + b"2", at=NOW) is None
    facts = await view.outbox.untold(at_most=5)
    assert [fact.kind for fact in facts] == [FactKind.QUEUED]
    async with store.transaction() as tx:
        await tx.outbox.told(facts, at=NOW)
        assert await tx.keys.revoke(key.id, at=NOW)
        assert not await tx.keys.revoke(key.id, at=NOW)
        assert await tx.answers.forget(before=NOW + timedelta(days=1)) == 1
    assert list(await view.outbox.untold(at_most=5)) == []
    assert await view.keys.open(b"1" * 32, at=NOW) is None
    assert await view.keys.known(b"1" * 32)


async def test_a_caller_that_gives_up_wedges_nobody(store: SqliteStore) -> None:
    async def one(number: int) -> None:
        async with store.transaction() as tx:
            await tx.answers.add(
                ADA, scope="s", key=str(number), answered=Answered(digest="", job=JobId(1)), at=NOW
            )

    tasks = [asyncio.create_task(one(number)) for number in range(50)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for number in range(1, 50, 2):
        assert await store.view.answers.find(ADA, scope="s", key=str(number)) is not None
    await one(99)


texts = st.text(max_size=30)
words = st.builds(Words, prompt=texts, negative_prompt=texts, motion=st.sampled_from(Motion))
sounds = st.none() | st.builds(Sound, content=texts)
ids = st.integers(1, 2**53 - 1).map(AssetId)
asks: st.SearchStrategy[Ask] = st.one_of(
    st.builds(TextToVideo, words=words, sound=sounds),
    st.builds(TextToImage, words=words),
    st.builds(ImageToVideo, words=words, image=ids, sound=sounds),
    st.builds(VideoEffect, template=texts, images=st.tuples(ids, ids), words=words, sound=sounds),
    st.builds(Transition, words=words, first=ids, last=ids, sound=sounds),
    st.builds(ImageEffect, template=texts, images=st.tuples(ids)),
)


@given(ask=asks, seconds=st.integers(0, 15), seed=st.none() | st.integers(0, 2**31 - 1))
def test_orders_survive_their_text(ask: Ask, seconds: int, seed: int | None) -> None:
    order = Order(account=ADA, ask=ask, model="v6", quality="540p", seconds=seconds, seed=seed)
    text = order_to_text(order)
    back = order_from_text(text, feature=feature_of(ask), account=ADA, model="v6", quality="540p")
    assert back == order


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    newest = migrate(path)
    assert migrate(path) == newest
    newer = connect(str(path)).raw
    newer.execute(f"pragma user_version = {newest + 1}")
    newer.execute("update installation set value = ? where name = 'readable_from'", [newest + 1])
    with pytest.raises(NewerSchema, match="upgrade Kinora"):
        migrate(path)


HOT = (
    "get_job",
    "outcome",
    "keys_like",
    "next_heads",
    "waiting_after",
    "put_head",
    "move_head",
    "correct_head",
    "overdue",
    "get_runs",
    "find_answer",
    "take_place",
    "add_asset",
    "jobs_in_state",
    "get_asset",
    "gone_asset",
    "remove_asset",
    "shared_bytes",
    "share_bytes",
    "unshare_bytes",
    "drop_bytes",
    "rules_for",
    "expired_assets",
    "put_expiry",
    "assets_of_account",
    "active_jobs",
    "voice_of_sound",
    "open_legal_holds",
    "assets_having",
    "digests_like",
    "use_key",
    "kept_bytes",
    "forget_tallies",
)


class AnyValues(dict[str, int]):
    def __missing__(self, name: str) -> int:
        return 1


ANY_VALUES = AnyValues()


@pytest.mark.parametrize("name", HOT)
def test_hot_statements_never_read_a_whole_table(name: str, tmp_path: Path) -> None:
    migrate(tmp_path / "x.db")
    db = connect(str(tmp_path / "x.db")).raw
    statement = load_statements()[name]
    plan = db.execute("explain query plan " + statement, ANY_VALUES).fetchall()
    steps = [row["detail"] for row in plan]
    whole = [step for step in steps if step.startswith("SCAN") and "heads" not in step]
    assert whole == []
    keyed = ("INDEX", "PRIMARY KEY")
    assert all(any(key in step for key in keyed) for step in steps if "heads" in step)


async def test_usage_is_what_jobs_cost_and_gave_back_newest_first(store: SqliteStore) -> None:
    mine = [job(cost=3 + number) for number in range(4)]
    times = [NOW + timedelta(days=number) for number in range(4)]
    async with store.transaction() as tx:
        for made, at in zip(mine, times, strict=True):
            await tx.jobs.add(made)
            await tx.ledger.hold(made, at=at)
        await tx.ledger.settle(mine[0], at=times[1])
        await tx.ledger.release(mine[1], at=times[2])
        theirs = job(BOB, cost=5)
        await tx.jobs.add(theirs)
        await tx.ledger.hold(theirs, at=NOW)
    every = UsageAsk(
        movements=frozenset({Movement.HOLD, Movement.RELEASE}),
        features=frozenset(Feature),
        at_most=10,
    )

    async def used(**changed: Any) -> list[tuple[Movement, int]]:
        found = await store.view.ledger.usage(ADA, replace(every, **changed))
        return [(each.entry.movement, each.entry.monthly + each.entry.package) for each in found]

    holds = [(Movement.HOLD, -6), (Movement.HOLD, -5), (Movement.HOLD, -4), (Movement.HOLD, -3)]
    assert await used() == [(Movement.RELEASE, 4), *holds]
    assert await used(movements=frozenset({Movement.RELEASE})) == [(Movement.RELEASE, 4)]
    assert await used(since=times[1], until=times[3]) == [(Movement.RELEASE, 4), *holds[1:3]]
    assert await used(features=frozenset({Feature.EXTEND})) == []
    first = await store.view.ledger.usage(ADA, replace(every, at_most=2))
    assert [each.feature for each in first] == [feature_of(mine[0].order.ask)] * 2
    assert await used(before=first[-1].entry.id) == holds[1:]


async def test_voices_belong_to_their_account(store: SqliteStore) -> None:
    sound = replace(asset_on_paper(0, 0, 4.0, 77), account=ADA, kind=AssetKind.AUDIO)
    made = Voice(id=VoiceId(900), account=ADA, name="Ada", sound=sound.id, created_at=NOW)
    async with store.transaction() as tx:
        await tx.assets.add(sound)
        await tx.voices.add(made)
    assert await store.view.voices.get(made.id) == made
    assert list(await store.view.voices.of_account(ADA)) == [made]
    assert list(await store.view.voices.of_account(BOB)) == []
    async with store.transaction() as tx:
        assert not await tx.voices.drop(made.id, account=BOB)
        assert await tx.voices.drop(made.id, account=ADA)
        assert not await tx.voices.drop(made.id, account=ADA)
    assert await store.view.voices.get(made.id) is None
