"""Uploads in parts: one suite over every adapter."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kinora.adapters.parts import LIFETIME, DiskParts
from kinora.domain.errors import Invalid, TooManyRunning, UploadFailed
from kinora.domain.ids import AccountId, AssetId
from kinora.ports.parts import Busy, Parts

ME, YOU = AccountId(1), AccountId(2)


@dataclass
class Hands:
    """A clock that is turned by hand."""

    time: datetime = field(default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def parts(tmp_path: Path, clock: Hands) -> Parts:
    return DiskParts(tmp_path / "uploads", clock=clock, most=2)


async def sending(*chunks: bytes, breaks: bool = False) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    if breaks:
        raise UploadFailed


async def begun(parts: Parts, account: AccountId = ME, length: int = 10) -> str:
    return (await parts.begin(account=account, length=length, metadata="filename YQ==")).name


async def test_bytes_add_up_to_a_whole(parts: Parts) -> None:
    name = await begun(parts)
    async with parts.hold(name) as held:
        assert (await held.append(sending(b"01", b"234"))).offset == 5
    async with parts.hold(name) as held:
        whole = await held.append(sending(b"56789"))
        assert whole.whole
        assert held.path.read_bytes() == b"0123456789"


async def test_what_came_before_a_break_stays(parts: Parts) -> None:
    name = await begun(parts)
    with pytest.raises(UploadFailed):
        async with parts.hold(name) as held:
            await held.append(sending(b"0123", breaks=True))
    found = await parts.look(name)
    assert found is not None
    assert (found.offset, found.length, found.account) == (4, 10, ME)
    assert found.metadata == "filename YQ=="


async def test_more_than_promised_is_refused(parts: Parts) -> None:
    name = await begun(parts)
    with pytest.raises(Invalid, match="Upload-Length"):
        async with parts.hold(name) as held:
            await held.append(sending(b"01234567", b"890"))
    found = await parts.look(name)
    assert found is not None
    assert found.offset == 8


async def test_one_writer_at_a_time(parts: Parts) -> None:
    name = await begun(parts)
    async with parts.hold(name):
        with pytest.raises(Busy):
            async with parts.hold(name):
                pass
    async with parts.hold(name):
        pass


async def test_a_settled_upload_is_whole_and_leaves_its_place(parts: Parts) -> None:
    names = [await begun(parts), await begun(parts)]
    with pytest.raises(TooManyRunning):
        await begun(parts)
    await begun(parts, account=YOU)
    async with parts.hold(names[0]) as held:
        await held.append(sending(b"0123456789"))
        await held.settle(AssetId(77))
        assert not held.path.exists()
    found = await parts.look(names[0])
    assert found is not None
    assert (found.asset, found.whole) == (77, True)
    await begun(parts)


async def test_dropped_expired_and_invented_uploads_are_gone(parts: Parts, clock: Hands) -> None:
    dropped, old = await begun(parts), await begun(parts, length=1)
    async with parts.hold(dropped) as held:
        await held.drop()
    clock.time += LIFETIME - timedelta(seconds=1)
    assert await parts.look(old) is not None
    clock.time += timedelta(seconds=1)
    for name in (dropped, old, "0" * 32, "..", "../../etc/passwd", ""):
        assert await parts.look(name) is None
        with pytest.raises(KeyError):
            async with parts.hold(name):
                pass
