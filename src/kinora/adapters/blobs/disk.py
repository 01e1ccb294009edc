"""Blobs as files in a folder."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from kinora.adapters.locks import try_lock

CHUNK = 256 * 1024
TRIES, PAUSE = 40, 0.05


class DiskBlobs:
    """Keeps each blob in a file; it appears under its name only when it is whole and durable."""

    def __init__(self, folder: Path) -> None:
        """Keep blobs in `folder`, which is made at the first write."""
        self._folder = folder

    async def adopt(self, source: Path, *, name: str) -> None:
        """Take a finished local file over under a name."""
        await asyncio.to_thread(self._adopt, source, self._path(name))

    async def size(self, name: str) -> int | None:
        """Return how many bytes a blob has, None when there is none."""
        try:
            return os.stat(self._path(name)).st_size  # noqa: PTH116 - a hot path of microseconds
        except FileNotFoundError:
            return None

    async def read(self, name: str, *, start: int, length: int) -> AsyncIterator[bytes]:
        """Yield `length` bytes from `start`."""
        file = os.open(self._path(name), os.O_RDONLY)
        try:
            while length > 0:
                # Stored files are mostly in the page cache, where a read costs less than a thread.
                chunk = os.pread(file, min(CHUNK, length), start)
                if not chunk:
                    return
                start += len(chunk)
                length -= len(chunk)
                yield chunk
        finally:
            os.close(file)

    async def local(self, name: str, *, folder: Path) -> Path:
        """Return the blob's own file: it is local already, and never changes."""
        path = self._path(name)
        if not path.is_file():
            raise FileNotFoundError(name)
        return path

    async def delete(self, name: str) -> None:
        """Remove a blob, for good also when the power fails."""
        await asyncio.to_thread(self._delete, self._path(name))

    async def frozen(self) -> bool:
        """Tell whether a backup is being taken, so that nothing may be removed."""
        lock = await asyncio.to_thread(try_lock, self._lock, shared=True)
        if lock is None:
            return True
        lock.close()
        return False

    @contextmanager
    def freeze(self) -> Iterator[bool]:
        """Let nothing be removed within the block; False when someone else does so already."""
        lock = try_lock(self._lock)
        for _ in range(TRIES):
            if lock is not None:
                break
            # Whoever asks whether this is frozen holds the lock for a moment.
            time.sleep(PAUSE)
            lock = try_lock(self._lock)
        if lock is None:
            yield False
            return
        with lock:
            yield True

    async def list(self, *, older_than: datetime, within: str = "") -> Sequence[str]:
        """Return the names of blobs written before a time, those below the folder `within`."""
        place = self._path(within) if within else self._folder
        return await asyncio.to_thread(self._list, older_than, place)

    def _list(self, older_than: datetime, place: Path) -> Sequence[str]:
        return sorted(
            path.relative_to(self._folder).as_posix()
            for path in place.rglob("*")
            if path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < older_than
        )

    @property
    def _lock(self) -> Path:
        return self._folder.with_name(f"{self._folder.name}.lock")

    def _delete(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            path.unlink()
            _sync(path.parent, os.O_RDONLY | os.O_DIRECTORY)

    def _adopt(self, source: Path, target: Path) -> None:
        # Its age counts from now: see `SweepBlobs`.
        os.utime(source)
        fresh = [folder for folder in target.parents if not folder.exists()]
        target.parent.mkdir(parents=True, exist_ok=True)
        _sync(source, os.O_RDONLY)
        try:
            source.rename(target)
        except OSError:
            self._copy(source, target)
        for folder in (target.parent, *(made.parent for made in fresh)):
            _sync(folder, os.O_RDONLY | os.O_DIRECTORY)

    def _copy(self, source: Path, target: Path) -> None:
        """Bring a file over from another disk, whole or not at all."""
        fresh = target.with_name(f".{target.name}.part")
        try:
            shutil.copyfile(source, fresh)
            _sync(fresh, os.O_RDONLY)
            fresh.replace(target)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
        source.unlink()

    def _path(self, name: str) -> Path:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts:
            raise ValueError(f"not a blob name: {name!r}")
        return self._folder.joinpath(*parts)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
