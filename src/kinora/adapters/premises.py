"""The data folder beside database and media: what was left behind, and who can read it."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

OTHERS = 0o077
PRIVATE_FILES = ("secret", "metrics-token", "first-key.json", "kinora.sqlite3")
LEAST_ROOM = 1024 * 1024
"""Bytes of disk below which nothing can be promised."""

PRIVATE_KEYS = "provenance/*-key.pem"


class SameFile:
    """Tells whether a file is still the one that it was: not moved, deleted or replaced."""

    def __init__(self, path: Path) -> None:
        """Remember the file that is there now."""
        self._path = path
        self._known = self._look()

    def __call__(self) -> bool:
        """Look whether it is there."""
        return self._known is not None and self._look() == self._known

    def _look(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def has_room(folder: Path) -> bool:
    """Tell whether the disk of a folder has room for a few more jobs and their facts."""
    return shutil.disk_usage(folder).free >= LEAST_ROOM


def leftovers(folder: Path, *, older_than: float) -> Sequence[Path]:
    """Return what lies in a folder and was last touched more than so many seconds ago."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _age(path) > older_than)


def remove(paths: Sequence[Path]) -> None:
    """Remove files and folders."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def open_to_others(data: Path) -> Sequence[Path]:
    """Return what holds secrets and can be read by others than its owner."""
    places = [data, *(data / name for name in PRIVATE_FILES)]
    places += [*data.glob(PRIVATE_KEYS), *data.glob("kinora.sqlite3.before-*")]
    return [place for place in places if place.exists() and place.stat().st_mode & OTHERS]


def close_to_others(paths: Sequence[Path]) -> None:
    """Let only the owner read and write."""
    for path in paths:
        path.chmod(path.stat().st_mode & ~OTHERS)


def _age(path: Path) -> float:
    """Return how long ago the newest of a folder's files was written, in seconds."""
    inside = path.rglob("*") if path.is_dir() else ()
    try:
        newest: float = max(each.lstat().st_mtime for each in (path, *inside))
    except FileNotFoundError:
        # Someone removes it just now.
        return 0.0
    return time.time() - newest
