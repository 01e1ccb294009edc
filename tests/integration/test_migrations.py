"""Data of every earlier schema is brought to the newest, and upgrades keep their promises."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from kinora.adapters.db.migrate import (
    COMPATIBLE,
    NewerSchema,
    apply,
    fits,
    migrate,
    migrations,
    schema_of,
    statements,
)
from kinora.adapters.db.sqlite import open_store
from kinora.domain.ids import AccountId, AssetId, JobId, VoiceId
from kinora.domain.job import JobState
from kinora.ports.shelves import Shelf
from tests.keeper import House

EARLIER = Path(__file__).parent / "earlier"
NAMES = sorted(
    entry.name
    for entry in (files("kinora.adapters.db") / "migrations").iterdir()
    if entry.name.endswith(".sql")
)
FIRST_MARKED = "0011_retention.sql"
"""From here on each migration says whether older code may open the file."""

ADA = AccountId(1)


def earlier(path: Path, schema: int) -> Path:
    """Make a file of an earlier schema, with something in each of its tables."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma foreign_keys = on")
        for number, name in enumerate(NAMES[:schema], start=1):
            apply(connection, name=path, scripts=migrations()[:number])
            rows = EARLIER / name
            for statement in statements(rows.read_text()) if rows.exists() else ():
                connection.execute(statement)
        assert list(connection.execute("pragma foreign_key_check")) == []
    return path


def shape_of(path: Path) -> set[tuple[str, str, str | None]]:
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute("select type, name, sql from sqlite_master"))


@pytest.mark.parametrize("schema", range(1, len(NAMES)))
async def test_each_earlier_schema_becomes_the_newest(tmp_path: Path, schema: int) -> None:
    path = earlier(tmp_path / "kinora.sqlite3", schema)
    told: list[str] = []
    assert migrate(path, tell=told.append) == len(NAMES)
    migrate(tmp_path / "fresh")
    assert shape_of(path) == shape_of(tmp_path / "fresh")
    copy = tmp_path / f"kinora.sqlite3.before-{len(NAMES)}"
    assert (schema_of(copy), str(copy) in told[0]) == (schema, True)
    store = open_store(path)
    view = store.view
    assert list(await view.ledger.discrepancies()) == []
    assert list(await view.upkeep.damage()) == []
    assert list(await view.upkeep.miscounted()) == []
    states = {job.id: job.state for job in await view.jobs.list(ADA, newest=10)}
    assert [states[JobId(201 + n)] for n in range(6)] == [
        JobState.COMPLETED,
        JobState.QUEUED,
        JobState.RUNNING,
        JobState.FAILED,
        JobState.DELETED,
        JobState.CANCELLED,
    ]
    outcome = await view.jobs.outcome(JobId(201))
    assert outcome is not None
    assert outcome.asset is not None
    assert (outcome.asset.place, outcome.asset.expires_at) == ("made/c9/201-1-301.mp4", None)
    assert await view.assets.gone(AssetId(305)) == ADA
    page = await store.shelves.page(ADA, shelf=Shelf.VIDEO, offset=0, limit=10)
    assert page.total == 4
    if schema >= 4:
        voice = await view.voices.get(VoiceId(401))
        assert voice is not None
        assert voice.sound == 102
    await store.close()


async def test_work_goes_on_after_an_upgrade(tmp_path: Path) -> None:
    path = earlier(tmp_path / "kinora.sqlite3", 1)
    migrate(path)
    house = House(open_store(path), tmp_path)
    for name, content in (("given/65/101.png", b"picture"), ("made/c9/201-1-301.mp4", b"film")):
        await house.blobs.adopt(house.file(content), name=name)
    assert (await house.finish(b"snow")).id == 202
    twin = await house.picture(ADA, b"snow")
    await house.delete(JobId(201), account=ADA)
    await house.delete(JobId(202), account=ADA)
    assert house.stored() == [b"picture", b"snow"]
    assert await house.is_there(twin.id)
    assert list(await house.store.view.ledger.discrepancies()) == []
    await house.store.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = earlier(tmp_path / "a", 2)
    before = shape_of(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        broken = [*migrations()[:2], "create table half (id integer);", "not sql at all;"]
        with pytest.raises(sqlite3.OperationalError):
            apply(connection, name=path, scripts=broken)
    assert (shape_of(path), schema_of(path)) == (before, 2)


def test_only_the_last_copies_are_kept(tmp_path: Path) -> None:
    for number in (3, 9, 10):
        (tmp_path / f"a.before-{number}").touch()
    migrate(earlier(tmp_path / "a", 1))
    kept = sorted(path.name for path in tmp_path.glob("a.before-*"))
    newest = len(NAMES)
    numbers = sorted({3, 9, 10, newest})[-2:]
    assert kept == sorted(f"a.before-{number}" for number in numbers)


NEXT = """-- compatible: yes
create table pens (id integer primary key) strict;
alter table jobs add column pen integer;
create index jobs_by_pen on jobs (pen) where pen is not null;
"""
RENAMED = (
    "-- compatible: no: columns change their names\nalter table voices rename name to called;\n"
)


def upgraded(path: Path, *more: str) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        apply(connection, name=path, scripts=[*migrations(), *more])
    return path


async def test_this_code_works_on_the_next_schema_when_that_is_compatible(tmp_path: Path) -> None:
    path = upgraded(tmp_path / "kinora.sqlite3", NEXT)
    assert fits(path)
    assert migrate(path) == len(NAMES) + 1
    house = House(open_store(path), tmp_path)
    account = await house.open()
    job = await house.film(account)
    await house.picture(account, b"film")
    await house.delete(job.id, account=account)
    assert house.stored() == [b"film"]
    assert list(await house.store.view.ledger.discrepancies()) == []
    await house.store.close()


@pytest.mark.parametrize("more", [(RENAMED,), (RENAMED, NEXT), (NEXT, RENAMED)])
def test_this_code_leaves_other_schemas_alone(tmp_path: Path, more: tuple[str, ...]) -> None:
    path = upgraded(tmp_path / "a", *more)
    assert not fits(path)
    with pytest.raises(NewerSchema, match=f"knows up to {len(NAMES)}: upgrade Kinora"):
        migrate(path)


HARMFUL = re.compile(
    r"\bdrop\s+(table|column)|\brename\b|\bcreate\s+unique\s+index|\braise\s*\(|\bdelete\s+from",
    re.IGNORECASE,
)
"""What code that knows only the schema before would stumble over."""


def faults_of(script: str) -> Iterator[str]:
    """Yield what is wrong with a migration's promise."""
    if not re.match(r"-- compatible: (yes$|no: \S)", script, re.MULTILINE):
        yield "the first line must be '-- compatible: yes' or '-- compatible: no: <why>'"
    if COMPATIBLE.match(script):
        code = re.sub(r"--.*", "", script)
        yield from (f"not compatible: {found.group()}" for found in HARMFUL.finditer(code))


@pytest.mark.parametrize("name", [name for name in NAMES if name >= FIRST_MARKED])
def test_migrations_keep_what_they_promise(name: str) -> None:
    script = (files("kinora.adapters.db") / "migrations" / name).read_text()
    assert list(faults_of(script)) == []


@pytest.mark.parametrize(
    ("script", "number"),
    [
        (NEXT, 0),
        (RENAMED, 0),
        ("-- compatible: no\ndrop table x;\n", 1),
        ("create table x (id integer);\n", 1),
        ("-- compatible: yes\nalter table x drop column y;\n", 1),
        ("-- compatible: yes\ndrop table x;\nalter table y rename to z;\n", 2),
        ("-- compatible: yes\n-- drop table x\ncreate table y (id integer);\n", 0),
    ],
)
def test_a_broken_promise_is_found(script: str, number: int) -> None:
    assert len(list(faults_of(script))) == number
