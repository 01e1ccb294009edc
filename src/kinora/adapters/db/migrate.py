"""Brings a database file to the newest schema."""

import sqlite3
from importlib.resources import files
from pathlib import Path

BUSY = 30.0


class NewerSchema(RuntimeError):
    """The data was written by a newer Kinora; this one must not touch it."""


def migrate(path: Path) -> int:
    """Apply the migrations that the file lacks, all or none; return the schema's number."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY)
    try:
        connection.execute("pragma journal_mode = wal")
        version = apply(connection, name=path)
    finally:
        connection.close()
    path.chmod(0o600)
    return version


def apply(connection: sqlite3.Connection, *, name: Path) -> int:
    """Apply what a connection's database lacks; raise NewerSchema."""
    steps = migrations()
    connection.execute("begin exclusive")
    version = int(connection.execute("pragma user_version").fetchone()[0])
    if version > len(steps):
        connection.execute("rollback")
        raise NewerSchema(
            f"{name} has schema {version}, this Kinora knows up to {len(steps)}: upgrade Kinora"
        )
    for number, script in enumerate(steps[version:], start=version + 1):
        for statement in statements(script):
            connection.execute(statement)
        connection.execute(f"pragma user_version = {number}")
    connection.execute("commit")
    return len(steps)


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
