"""Brings a database file to the newest schema.

A migration whose first line says `-- compatible: yes` leaves everything that older code reads and
writes as it was, so the code before it may open the file, too: for one step back after an upgrade.
Which schema's code may, the file itself says (`readable_from`). Before anything is changed the
file is copied.
"""

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from kinora.adapters.db.snapshot import Damaged, snapshot

BUSY = 30.0
COPIES = 2
"""How many copies from before a migration are kept."""

COMPATIBLE = re.compile(r"^-- compatible: yes\b")
HAS_NUMBERS = "select 1 from sqlite_master where type = 'table' and name = 'installation'"
READABLE_FROM = "select value from installation where name = 'readable_from'"
NOTE_READABLE_FROM = "insert or replace into installation (name, value) values ('readable_from', ?)"


class NewerSchema(RuntimeError):
    """The data was written by a newer Kinora; this one must not touch it."""


def migrate(path: Path, *, tell: Callable[[str], object] = lambda _: None) -> int:
    """Apply the migrations that the file lacks, all or none; return the schema's number.

    Raises NewerSchema; Damaged when a migration fails or the file is none; OSError when there is
    no room for the copy.
    """
    path.touch()
    path.chmod(0o600)
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY)) as connection:
        before, newest = _begin(connection, path), len(migrations())
        if 0 < before < newest:
            copy = _copy(path, newest)
            tell(f"the data has schema {before} and is brought to {newest}; a copy is in {copy}")
        try:
            return apply(connection, name=path)
        except sqlite3.DatabaseError as error:
            raise Damaged(f"{path} cannot be upgraded, nothing was changed: {error}") from None


def apply(
    connection: sqlite3.Connection, *, name: Path, scripts: Sequence[str] | None = None
) -> int:
    """Apply what a connection's database lacks; raise NewerSchema."""
    steps = migrations() if scripts is None else scripts
    connection.execute("begin exclusive")
    version = _version(connection)
    if version > len(steps):
        readable = _readable_from(connection)
        connection.execute("rollback")
        if readable is not None and readable <= len(steps):
            return version
        raise NewerSchema(
            f"{name} has schema {version}, this Kinora knows up to {len(steps)}: upgrade Kinora"
        )
    for number, script in enumerate(steps[version:], start=version + 1):
        for statement in statements(script):
            connection.execute(statement)
        if not COMPATIBLE.match(script) and connection.execute(HAS_NUMBERS).fetchone():
            connection.execute(NOTE_READABLE_FROM, (number,))
        connection.execute(f"pragma user_version = {number}")
    connection.execute("commit")
    return len(steps)


def schema_of(path: Path) -> int:
    """Return the number of a file's schema."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY)) as connection:
        return _version(connection)


def fits(path: Path) -> bool:
    """Tell whether this code can work on a file as it is; raise Damaged."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY)) as connection:
        version, newest = _begin(connection, path), len(migrations())
        if version <= newest:
            return version == newest
        readable = _readable_from(connection)
        return readable is not None and readable <= newest


def migrations() -> list[str]:
    """Return the scripts in their order."""
    folder = files("kinora.adapters.db") / "migrations"
    found = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".sql")),
        key=lambda entry: entry.name,
    )
    return [entry.read_text() for entry in found]


def statements(script: str) -> list[str]:
    """Split a script into statements; a trigger's inner semicolons do not end it."""
    found, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return found


def _begin(connection: sqlite3.Connection, path: Path) -> int:
    """Open a file for good, and return its schema; raise Damaged for one that is no database."""
    try:
        connection.execute("pragma journal_mode = wal")
        return _version(connection)
    except sqlite3.OperationalError:
        # It is locked, or cannot be written: another matter.
        raise
    except sqlite3.DatabaseError as error:
        raise Damaged(f"{path}: {error}; restore a backup") from None


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


def _readable_from(connection: sqlite3.Connection) -> int | None:
    if connection.execute(HAS_NUMBERS).fetchone() is None:
        return None
    row = connection.execute(READABLE_FROM).fetchone()
    return None if row is None else int(row[0])


def _copy(path: Path, newest: int) -> Path:
    """Copy a file to `….before-<newest>`, and keep only the last few such copies."""
    target = path.with_name(f"{path.name}.before-{newest}")
    fresh = target.with_name(f".{target.name}")
    fresh.unlink(missing_ok=True)
    snapshot(path, fresh)
    fresh.replace(target)
    copies = sorted(
        path.parent.glob(f"{path.name}.before-*"),
        key=lambda each: int(each.name.rpartition("-")[2]),
    )
    for old in copies[:-COPIES]:
        old.unlink()
    return target
