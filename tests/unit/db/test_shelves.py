"""Lists by place: the tree of counts and the plain walk say the same."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinora.adapters.db.migrate import apply, migrations, statements
from kinora.adapters.db.shelves import SqlShelves, _standing
from kinora.adapters.db.sqlite import SqliteStore
from kinora.adapters.db.statements import Connection, connect
from kinora.apis.useapi.roll import WalkedShelves
from kinora.domain.account import Account, Balance
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.job import Job, JobState
from kinora.domain.order import (
    Ask,
    ImageEffect,
    MakeMusic,
    MaskSelection,
    Order,
    SaySomething,
    Speech,
    TextToImage,
    TextToVideo,
    Words,
)
from kinora.domain.shape import Shape
from kinora.ports.shelves import Shelf

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = Words(prompt="a fox")
ASKS: list[Ask] = [
    TextToImage(words=WORDS),
    ImageEffect(template="pop-art", images=()),
    MaskSelection(film=AssetId(1), keyframe=1),
    MakeMusic(words="a waltz", seconds=30),
    SaySomething(speech=Speech(text="hello")),
    TextToVideo(words=WORDS),
]
ADA, BEN = AccountId(1), AccountId(2)


def job(number: int, ask: Ask, account: AccountId = ADA) -> Job:
    return Job(
        id=JobId(number),
        order=Order(account=account, ask=ask, model="m", quality="q"),
        state=JobState.FAILED,
        seed=1,
        cost=0,
        shape=Shape(width=2, height=2, frames=1, fps=0),
        created_at=NOW,
        changed_at=NOW,
    )


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[tuple[SqliteStore, Connection]]:
    reads, writes = connect(str(tmp_path / "a.db")), connect(str(tmp_path / "a.db"))
    apply(writes.raw, name=tmp_path)
    store = SqliteStore(reads=reads, writes=writes)
    async with store.transaction() as tx:
        for account in (ADA, BEN):
            await tx.accounts.add(
                Account(
                    id=account,
                    name="a",
                    plan="",
                    max_jobs=1,
                    active=0,
                    balance=Balance(monthly=0, package=0),
                    created_at=NOW,
                )
            )
    yield store, reads
    await store.close()


async def test_every_place_of_a_spread_list(files: tuple[SqliteStore, Connection]) -> None:
    store, reads = files
    # Ids of one millisecond, of seconds, minutes, days and years apart.
    ids = sorted(
        {k * step + 5 for step in (1, 1 << 23, 1 << 29, 1 << 38, 1 << 47) for k in range(12)}
    )
    async with store.transaction() as tx:
        for at, number in enumerate(ids):
            await tx.jobs.add(job(number, ASKS[at % len(ASKS)]))
            await tx.jobs.add(job(number + 1000, ASKS[-1], BEN))
        gone = ids[::7]
        for number in gone:
            found = await tx.jobs.get(JobId(number))
            assert found is not None
            await tx.jobs.save(
                replace(found, state=JobState.DELETED), state=found.state, attempt=found.attempt
            )
    fast, slow = SqlShelves(reads), WalkedShelves(store, step=4)
    for shelf in Shelf:
        whole = await slow.page(ADA, shelf=shelf, offset=0, limit=1000)
        assert whole.total == len(whole.outcomes) > 5
        assert not {each.job.id for each in whole.outcomes} & set(gone)
        for offset in range(whole.total + 2):
            wanted = await slow.page(ADA, shelf=shelf, offset=offset, limit=3)
            assert await fast.page(ADA, shelf=shelf, offset=offset, limit=3) == wanted
    assert (await fast.page(BEN, shelf=Shelf.IMAGE, offset=0, limit=3)).total == 0
    assert (await fast.page(AccountId(9), shelf=Shelf.VIDEO, offset=0, limit=3)).outcomes == []


async def test_a_deep_page_looks_at_few_rows(files: tuple[SqliteStore, Connection]) -> None:
    store, reads = files
    async with store.transaction() as tx:
        for at in range(3000):
            await tx.jobs.add(job((at + 1) << 24, ASKS[0]))
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    async def cost(offset: int) -> int:
        nonlocal steps
        steps = 0
        reads.raw.set_progress_handler(count, 1)
        page = await SqlShelves(reads).page(ADA, shelf=Shelf.IMAGE, offset=offset, limit=20)
        reads.raw.set_progress_handler(None, 0)
        assert (len(page.outcomes), page.total) == (20, 3000)
        return steps

    first = await cost(0)
    assert max([await cost(offset) for offset in (700, 1500, 2980)]) < 2 * first


async def test_old_jobs_are_put_on_their_shelves(tmp_path: Path) -> None:
    raw = sqlite3.connect(":memory:", isolation_level=None)
    before = next(at for at, text in enumerate(migrations()) if "table shelves" in text)
    for script in migrations()[:before]:
        for statement in statements(script):
            raw.execute(statement)
    raw.execute(
        "insert into accounts (id, name, plan, max_jobs, created_at) values (1, '', '', 1, 0)"
    )
    for number, feature in (
        (1 << 30, "text_to_image"),
        (3 << 30, "extend"),
        (5 << 30, "swap_mask"),
        (7 << 30, "speech"),
    ):
        raw.execute(
            "insert into jobs (id, account, feature, state, attempt, breaks, progress, seed, cost,"
            " width, height, frames, fps, model, quality, ordered, reason, created_at, changed_at)"
            " values (?, 1, ?, 'failed', 0, 0, 0, 0, 0, 2, 2, 1, 0, '', '', '', '', 0, 0)",
            (number, feature),
        )
    for statement in statements(migrations()[before]):
        raw.execute(statement)
    rows = raw.execute("select shelf, span from shelves where shift = 30 order by shelf").fetchall()
    assert rows == [("", 5), ("image", 1), ("speech", 7), ("video", 3)]
    raw.close()


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(1, 9)), unique_by=lambda s: s[0]),
    st.integers(0, 50),
)
def test_standing(spans: list[tuple[int, int]], place: int) -> None:
    flat = [(span, at) for span, number in spans for at in range(number)]
    found = _standing(spans, place)
    assert found == (flat[place] if place < len(flat) else (None, place - len(flat)))
