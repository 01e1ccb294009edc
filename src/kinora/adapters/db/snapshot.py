"""Copies of a database file that is in use, and what is read from and noted in such copies."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from kinora.adapters.db.deeds import add_deed
from kinora.adapters.db.statements import connect
from kinora.domain.deed import Deed
from kinora.ports.upkeep import Stored

AT_ONCE = 1000


class Damaged(RuntimeError):
    """A database file is not whole."""


def snapshot(source: Path, target: Path) -> None:
    """Copy the committed state, as of one moment, to a new file; nobody has to stop writing.

    This is SQLite's online backup in one step: a reader of the write-ahead log, which delays no
    writer. Raises Damaged when the copy is not whole.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(sqlite3.connect(source, timeout=30.0)) as reads,
        closing(sqlite3.connect(target, isolation_level=None)) as writes,
    ):
        reads.backup(writes)
        # One file, without a log beside it.
        writes.execute("pragma journal_mode = delete")
        told = writes.execute("pragma quick_check").fetchone()[0]
    if told != "ok":
        raise Damaged(f"{source} is damaged: {told}")
    with target.open("rb") as file:
        os.fsync(file.fileno())


def stored_in(path: Path) -> Iterator[Stored]:
    """Yield the bytes that the assets of a database file have, by name."""
    db = connect(str(path))
    try:
        after = ""
        while rows := db.all("stored_bytes", {"after": after, "at_most": AT_ONCE}):
            after = rows[-1]["name"]
            for row in rows:
                yield Stored(name=row["name"], size=row["size"], sha256=row["sha256"])
    finally:
        db.raw.close()


def note_number(path: Path, name: str, value: int) -> None:
    """Note a number of the installation in a database file; see migrations/0011_retention.sql."""
    db = connect(str(path))
    try:
        db.run("note_installation", {"name": name, "value": value})
    finally:
        db.raw.close()


def number_deliveries(path: Path, *, above: int) -> None:
    """Number the next deliveries of a database file above a number."""
    db = connect(str(path))
    try:
        db.run("forget_deliveries_number", {})
        db.run("note_deliveries_number", {"number": above})
    finally:
        db.raw.close()


def note_deed(path: Path, deed: Deed) -> None:
    """Write a deed into the audit log of a database file."""
    db = connect(str(path))
    try:
        add_deed(db, deed)
    finally:
        db.raw.close()
