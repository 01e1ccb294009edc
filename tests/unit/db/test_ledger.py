"""The books in the database: carried over from older schemas, never rewritten, and proven."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from kinora.adapters.db.audit import RULES
from kinora.adapters.db.migrate import apply, migrate, migrations, statements
from kinora.adapters.db.sqlite import SqliteStore, open_store
from kinora.adapters.db.statements import connect, load_statements
from kinora.domain.account import Balance
from kinora.domain.ids import JobId
from kinora.domain.job import Job, JobState
from kinora.domain.ledger import Book, Movement
from kinora.usecases.ending import end
from tests.contracts.test_store import ADA, NOW, account, job

SINGLE_ENTRY = 6
"""The newest schema whose ledger had single entries."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """A store whose books hold one job of each end, and two that go on."""
    migrate(tmp_path / "store.db")
    made = open_store(tmp_path / "store.db")
    await fill(made)
    yield made
    await made.close()


async def fill(store: SqliteStore) -> list[Job]:
    jobs = [job(cost=cost) for cost in (10, 20, 30, 0, 15)]
    async with store.transaction() as tx:
        await tx.accounts.add(account(ADA, "ada", max_jobs=9))
        await tx.ledger.grant(ADA, monthly=25, package=100, note="start", at=NOW)
        for each in jobs:
            assert await tx.accounts.take_place(ADA)
            assert await tx.ledger.hold(each, at=NOW)
            await tx.jobs.add(each)
        assert await end(tx, jobs[0], jobs[0].fail("no", at=NOW))
        assert await end(tx, jobs[1], jobs[1].cancel(at=NOW))
        done = replace(jobs[2], state=JobState.COMPLETED, ended_at=NOW)
        assert await end(tx, jobs[2], done)
    return jobs


def spoil(store: SqliteStore, *sql: str) -> None:
    """Change the file as no version of Kinora would."""
    raw = store._writer._connection.raw
    for trigger in ("entries_stay", "entries_are_kept", "jobs_end_once"):
        raw.execute(f"drop trigger if exists {trigger}")
    raw.execute("pragma ignore_check_constraints = on")
    raw.execute("pragma foreign_keys = off")
    for each in sql:
        assert raw.execute(each).rowcount == 1


async def test_sound_books_are_proven(store: SqliteStore) -> None:
    proof = await store.view.ledger.prove()
    assert proof.findings == ()
    assert [(check.counted, check.credits) for check in proof.checks] == [
        (9, 0),  # entries, which sum to nothing
        (9, 125),  # all that was issued
        (1, 95),  # 125 less the 30 that were earned
        (2, 15),  # jobs that go on
        (2, 0),
        (5, 75),
        (8, 15),
        (0, 0),
    ]
    found = await store.view.accounts.get(ADA)
    assert found is not None
    assert (found.balance, found.active) == (Balance(monthly=25, package=55), 2)


@pytest.mark.parametrize(
    ("sql", "rules", "said"),
    [
        (
            "update accounts set package = 81",
            ["balances"],
            (
                "account 1: the balances are 25/81/15 (monthly/package/held), the entries sum to "
                "25/55/15 (a balance was changed by hand"
            ),
        ),
        (
            "update entries set package = package + 1 where movement = 'grant'",
            ["sums", "balances"],
            "account 1, entry 1: the books of the entry sum to 1, not to 0",
        ),
        (
            "update entries set revenue = 0, written_off = revenue where movement = 'settle'",
            ["movements"],
            (
                "a settle moves monthly 0, package 0, held -30, issued 0, revenue 0, expired 0, "
                "written off 30, which it may not"
            ),
        ),
        (
            "update accounts set active = 3",
            ["places"],
            "account 1: 3 places are taken, 2 jobs hold one",
        ),
        (
            "update jobs set placed = 1 where state = 'failed'",
            ["places"],
            "the job is failed and still holds a place",
        ),
        (
            "update jobs set state = 'failed' where cost = 15",
            ["holds", "places", "jobs_paid"],
            "the job is failed, its hold of 15 was neither settled nor released",
        ),
        (
            "update jobs set state = 'cancelled' where state = 'completed'",
            ["jobs_paid"],
            "the job is cancelled, its hold was ended by a settle",
        ),
        (
            "update jobs set cost = 21 where cost = 20",
            ["jobs_paid"],
            "20 credits were held, the job costs 21",
        ),
        (
            (
                "update entries set monthly = 9, package = 1 where movement = 'release' "
                "and monthly = 10"
            ),
            ["balances", "jobs_paid"],
            "monthly/package 10/0 were held, 9/1 came back",
        ),
        (
            "delete from entries where movement = 'release' and monthly = 10",
            ["balances", "jobs_paid"],
            "the job is failed, its hold of 10 was neither settled nor released",
        ),
        (
            "delete from jobs where cost = 30",
            ["strays"],
            "a settle of a job that does not exist",
        ),
    ],
)
async def test_what_is_broken_is_named(
    store: SqliteStore, sql: str, rules: list[str], said: str
) -> None:
    spoil(store, sql)
    proof = await store.view.ledger.prove()
    names = {rule: name for name, rule in RULES.items()}
    assert [names[check.rule] for check in proof.checks if check.findings] == rules
    sentences = await store.view.ledger.discrepancies()
    assert any(said in sentence for sentence in sentences), sentences
    assert all(finding.cause for finding in proof.findings)


async def test_a_capped_key_that_counts_wrong_is_named(store: SqliteStore) -> None:
    async with store.transaction():
        store._writer._connection.raw.execute(
            "insert into keys (id, account, name, prefix, digest, created_at, cap, cap_spent) "
            "values (7, 1, 'k', 'sk', x'00', 0, 50, 3)"
        )
    (said,) = await store.view.ledger.discrepancies()
    assert said.startswith("account 1: key 7 counts 3 credits as spent, its jobs cost 0")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("update entries set note = 'x'", "never changed"),
        ("delete from entries", "never deleted"),
        (
            (
                "insert into entries (account, movement, monthly, note, at) "
                "values (1, 'grant', 5, '', 0)"
            ),
            "CHECK",
        ),
    ],
)
async def test_entries_stay_and_balance(store: SqliteStore, sql: str, said: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=said):
        async with store.transaction():
            store._writer._connection.raw.execute(sql)
    assert await store.view.ledger.discrepancies() == []


async def test_postings_are_the_entries_book_by_book(store: SqliteStore) -> None:
    rows = store._reads.raw.execute(
        "select book, owner, sum(amount) from postings group by book, owner order by book"
    )
    assert [tuple(row) for row in rows] == [
        ("held", 1, 15),
        ("issued", None, -125),
        ("monthly", 1, 25),
        ("package", 1, 55),
        ("revenue", None, 30),
    ]


async def test_what_an_operator_takes_is_written_off(store: SqliteStore) -> None:
    async with store.transaction() as tx:
        await tx.ledger.grant(ADA, monthly=5, package=-8, note="", at=NOW)
    taken, given = await store.view.ledger.entries(ADA, newest=2)
    assert (given.movement, given.books) == (Movement.GRANT, {Book.MONTHLY: 5, Book.ISSUED: -5})
    assert taken.movement is Movement.WRITE_OFF
    assert taken.books == {Book.PACKAGE: -8, Book.WRITTEN_OFF: 8}
    assert await store.view.ledger.discrepancies() == []


OLD = """
insert into accounts (id, name, plan, max_jobs, active, monthly, package, held, created_at)
values (1, 'ada', 'p', 5, 2, 0, 80, 15, 0);
insert into jobs (id, account, feature, state, attempt, breaks, progress, seed, cost, width, height,
frames, fps, model, quality, ordered, reason, created_at, changed_at)
select value ->> 0, 1, 'text_to_video', value ->> 1, 0, 0, 0, 0, value ->> 2, 2, 2, 1, 1, 'v6',
'540p', '{"ask":{"words":{"prompt":"x"}},
"terms":{"aspect_ratio":"","seconds":5,"seed":null,"trace":""}}', '', 0, 0 from json_each(
'[[11,"failed",10],[12,"completed",30],[13,"queued",0],[14,"running",15],[15,"deleted",5]]');
update jobs set result = 99 where state in ('completed', 'deleted');
insert into entries (id, account, job, movement, monthly, package, held, note, at)
select value ->> 0, 1, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
'note ' || (value ->> 0), 7 from json_each('[[1,null,"grant",25,110,0],[2,11,"hold",-10,0,10],
[3,12,"hold",-15,-15,30],[4,11,"release",10,0,-10],[5,12,"settle",0,0,-30],[6,13,"hold",0,0,0],
[7,14,"hold",-10,-5,15],[9,15,"hold",0,-5,5],[10,15,"settle",0,0,-5],[12,null,"grant",0,-5,0]]');
"""


async def test_books_of_single_entries_are_carried_over(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = sqlite3.connect(path, isolation_level=None)
    for script in migrations()[:SINGLE_ENTRY]:
        for statement in statements(script):
            old.execute(statement)
    for statement in statements(OLD):
        old.execute(statement)
    old.execute(f"pragma user_version = {SINGLE_ENTRY}")
    columns = """
        select id, account, job, movement, monthly, package, held, note, at from entries order by id
    """
    before = old.execute(columns).fetchall()
    apply(old, name=path)
    assert old.execute(columns).fetchall() == before
    old.close()
    store = open_store(path)
    proof = await store.view.ledger.prove()
    assert proof.findings == ()
    assert proof.checks[1].credits == 130
    entries = await store.view.ledger.entries(ADA)
    house = [book for entry in reversed(entries) for book in entry.books if book in HOUSE]
    assert house == [Book.ISSUED, Book.REVENUE, Book.REVENUE, Book.ISSUED]
    running = await store.view.jobs.get(JobId(14))
    assert running is not None
    assert running.quote is None
    async with store.transaction() as tx:
        assert await end(tx, running, running.fail("x", at=NOW))
        assert not await tx.jobs.free_place(running)
    assert await store.view.ledger.discrepancies() == []
    await store.close()


HOUSE = {Book.ISSUED, Book.REVENUE, Book.EXPIRED, Book.WRITTEN_OFF}


@pytest.mark.parametrize(
    ("name", "values", "index"),
    [
        ("unended", {"before": 1, "placed": 1, "at_most": 1}, "jobs_unended"),
        ("to_renew", {"at": 1, "at_most": 1}, "accounts_renewing"),
        ("spent_by_key", {"id": 1, "since": 1, "until": 2}, "jobs_by_key"),
        ("find_jobs_paid", {"at_most": 1}, "entries_hold_once"),
        ("find_jobs_paid", {"at_most": 1}, "entries_end_once"),
        ("find_holds", {"at_most": 1}, "jobs_active"),
        ("statement", {"account": 1, "newest": 9, "since": 0, "until": 9}, "entries_by_account"),
    ],
)
def test_long_books_are_read_through_an_index(
    store: SqliteStore, name: str, values: dict[str, int], index: str
) -> None:
    plan = connect(str(store._reads.raw.execute("pragma database_list").fetchone()[2])).raw.execute(
        "explain query plan " + load_statements()[name], values
    )
    assert any(index in row["detail"] for row in plan.fetchall())


async def test_books_that_are_written_meanwhile_are_proven_as_they_were(
    store: SqliteStore, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    written: list[str] = []

    def write(statement: str) -> None:
        if "balances are" in statement and not written:
            written.append(statement)
            other.execute("update accounts set held = held + 1")

    store._reads.raw.set_trace_callback(write)
    assert (await store.view.ledger.prove()).findings == ()
    store._reads.raw.set_trace_callback(None)
    other.close()
    assert written
    assert len((await store.view.ledger.prove()).findings) == 2
