"""Only one at a time: locks that the system lets go of when their holder dies."""

import fcntl
from pathlib import Path
from typing import IO


def try_lock(path: Path, *, shared: bool = False) -> IO[bytes] | None:
    """Return an open, locked file, or None when someone else holds the lock.

    The lock lasts until the file is closed or the process ends, however it ends. A shared one
    can be held by many, but not beside one that is not.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("ab")
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
