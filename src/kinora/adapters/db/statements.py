"""Named SQL statements from the `queries` folder, and a thin way to run them."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
Values = Mapping[str, Any]


@cache
def load_statements() -> Mapping[str, str]:
    """Return every statement of the `queries` folder by its name."""
    found: dict[str, str] = {}
    for entry in (files("kinora.adapters.db") / "queries").iterdir():
        if not entry.name.endswith(".sql"):
            continue
        parts = NAME.split(entry.read_text())[1:]
        found |= {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}
    return found


class Connection:
    """One SQLite connection that runs statements by name."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Wrap a connection in autocommit mode."""
        self.raw = connection
        self._texts = load_statements()

    def one(self, name: str, values: Values) -> sqlite3.Row | None:
        """Return the first row of a query."""
        row: sqlite3.Row | None = self.raw.execute(self._texts[name], values).fetchone()
        return row

    def all(self, name: str, values: Values) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        return self.raw.execute(self._texts[name], values).fetchall()

    def each(self, name: str, values: Values) -> Iterator[sqlite3.Row]:
        """Return the rows of a query one by one, as they are asked for."""
        yield from self.raw.execute(self._texts[name], values)

    def run(self, name: str, values: Values) -> int:
        """Run a statement and return how many rows it changed."""
        return self.raw.execute(self._texts[name], values).rowcount


def connect(path: str) -> Connection:
    """Open a database file for one process; WAL, durable commits, generous statement cache."""
    raw = sqlite3.connect(
        path,
        isolation_level=None,
        timeout=30.0,
        check_same_thread=False,
        cached_statements=256,
        uri=path.startswith("file:"),
    )
    raw.row_factory = sqlite3.Row
    for pragma in ("synchronous = full", "foreign_keys = on", "temp_store = memory"):
        raw.execute(f"pragma {pragma}")
    return Connection(raw)
