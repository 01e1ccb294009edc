"""A store that forgets: the same SQL over SQLite's memory, for tests and try-outs.

Being the real adapter on another medium it cannot drift from it; see `docs/decisions`.
"""

import secrets
from pathlib import Path

from kinora.adapters.db.migrate import apply
from kinora.adapters.db.sqlite import SqliteStore
from kinora.adapters.db.statements import connect


def open_memory_store() -> SqliteStore:
    """Return an empty store with the newest schema, gone when it is closed."""
    name = f"file:kinora-{secrets.token_hex(8)}?mode=memory&cache=shared"
    reads, writes = connect(name), connect(name)
    # Readers of a shared cache would wait for the writer's locks, where a file's would not.
    reads.raw.execute("pragma read_uncommitted = on")
    apply(writes.raw, name=Path("memory"))
    return SqliteStore(reads=reads, writes=writes)
