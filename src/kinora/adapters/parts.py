"""Unfinished uploads in a folder: for each one its bytes, what is known of it, and a lock."""

import asyncio
import json
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from kinora.adapters.locks import try_lock
from kinora.domain.errors import Invalid, TooManyRunning
from kinora.domain.ids import AccountId, AssetId
from kinora.ports.clock import Clock
from kinora.ports.parts import Busy, Part

LIFETIME = timedelta(hours=24)
"""How long after its begin an upload is kept."""

MOST = 20
"""Unfinished uploads that an account may have."""

NAME_BYTES = 16


class DiskParts:
    """Keeps unfinished uploads in a folder that every API process shares."""

    def __init__(self, folder: Path, *, clock: Clock, most: int = MOST) -> None:
        """Keep them below `folder`, which is made when the first one comes."""
        self._folder = folder
        self._clock = clock
        self._most = most

    async def begin(self, *, account: AccountId, length: int, metadata: str) -> Part:
        """Begin an upload; those that have expired are removed on the way."""
        return await asyncio.to_thread(self._begin, account, length, metadata)

    async def look(self, name: str) -> Part | None:
        """Return an upload that is neither dropped nor expired."""
        return await asyncio.to_thread(self._read, name)

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator["DiskPart"]:
        """Open an upload to write."""
        part = await self.look(name)
        if part is None:
            raise KeyError(name)
        lock = await asyncio.to_thread(try_lock, self._folder / name / "lock")
        if lock is None:
            raise Busy(name)
        with lock:
            # It may have grown, or gone, before the lock was ours.
            part = await self.look(name)
            if part is None:
                raise KeyError(name)
            yield DiskPart(self._folder / name, part)

    def _begin(self, account: AccountId, length: int, metadata: str) -> Part:
        parts = [part for part in map(self._read, self._names()) if part is not None]
        open_ones = [part for part in parts if part.account == account and part.asset is None]
        if len(open_ones) >= self._most:
            raise TooManyRunning(
                f"the account has {self._most} unfinished uploads; finish or delete one first"
            )
        part = Part(
            name=secrets.token_hex(NAME_BYTES),
            account=account,
            length=length,
            offset=0,
            metadata=metadata,
            expires_at=self._clock.now() + LIFETIME,
        )
        (self._folder / part.name).mkdir(parents=True)
        (self._folder / part.name / "bytes").touch()
        _write(self._folder / part.name, part)
        return part

    def _names(self) -> list[str]:
        return [each.name for each in self._folder.iterdir()] if self._folder.is_dir() else []

    def _read(self, name: str) -> Part | None:
        if not (name.isascii() and name.isalnum() and len(name) == 2 * NAME_BYTES):
            return None
        place = self._folder / name
        try:
            told = json.loads((place / "part.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        expires = datetime.fromisoformat(told["expires_at"])
        if expires <= self._clock.now():
            shutil.rmtree(place, ignore_errors=True)
            return None
        asset = told["asset"]
        return Part(
            name=name,
            account=AccountId(told["account"]),
            length=told["length"],
            offset=told["length"] if asset else _size(place / "bytes"),
            metadata=told["metadata"],
            expires_at=expires,
            asset=AssetId(asset) if asset else None,
        )


class DiskPart:
    """An upload that is held open."""

    def __init__(self, place: Path, part: Part) -> None:
        """Hold `part`, whose folder is `place`."""
        self._place = place
        self.part = part
        self.path = place / "bytes"

    async def append(self, chunks: AsyncIterator[bytes]) -> Part:
        """Add bytes as they come."""
        try:
            with self.path.open("ab") as file:
                async for chunk in chunks:
                    self._check(file.tell() + len(chunk))
                    await asyncio.to_thread(file.write, chunk)
        finally:
            self.part = replace(self.part, offset=_size(self.path))
        return self.part

    def _check(self, size: int) -> None:
        if size > self.part.length:
            raise Invalid("the upload is longer than its Upload-Length")

    async def settle(self, asset: AssetId) -> Part:
        """Write down what it became, and let its bytes go."""
        self.part = replace(self.part, asset=asset)
        await asyncio.to_thread(_write, self._place, self.part)
        self.path.unlink(missing_ok=True)
        return self.part

    async def drop(self) -> None:
        """Forget the upload."""
        await asyncio.to_thread(shutil.rmtree, self._place, ignore_errors=True)


def _write(place: Path, part: Part) -> None:
    """Write what is known of an upload so that a reader sees the old text or the new one."""
    told = {
        "account": part.account,
        "length": part.length,
        "metadata": part.metadata,
        "expires_at": part.expires_at.isoformat(),
        "asset": part.asset,
    }
    fresh = place / "part.json.new"
    fresh.write_text(json.dumps(told))
    fresh.replace(place / "part.json")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
