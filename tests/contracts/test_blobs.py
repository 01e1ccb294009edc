import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kinora.adapters.blobs.disk import DiskBlobs
from kinora.ports.blobs import Blobs


@pytest.fixture
def blobs(tmp_path: Path) -> DiskBlobs:
    return DiskBlobs(tmp_path / "blobs")


async def keep(blobs: Blobs, tmp_path: Path, name: str, body: bytes) -> None:
    source = tmp_path / "source"
    source.write_bytes(body)
    await blobs.adopt(source, name=name)
    assert not source.exists()


async def test_what_is_kept_can_be_read_in_parts(blobs: Blobs, tmp_path: Path) -> None:
    body = bytes(range(256)) * 4000
    await keep(blobs, tmp_path, "a/b.bin", body)
    assert await blobs.size("a/b.bin") == len(body)
    whole = [chunk async for chunk in blobs.read("a/b.bin", start=0, length=len(body))]
    assert b"".join(whole) == body
    assert len(whole) > 1
    part = [chunk async for chunk in blobs.read("a/b.bin", start=5, length=7)]
    assert b"".join(part) == body[5:12]
    assert (await blobs.local("a/b.bin", folder=tmp_path)).read_bytes() == body


async def test_missing_and_deleted(blobs: Blobs, tmp_path: Path) -> None:
    assert await blobs.size("none") is None
    with pytest.raises(FileNotFoundError):
        await blobs.local("none", folder=tmp_path)
    await blobs.delete("none")
    await keep(blobs, tmp_path, "a", b"1")
    await blobs.delete("a")
    assert await blobs.size("a") is None


async def test_list_by_age(blobs: Blobs, tmp_path: Path) -> None:
    await keep(blobs, tmp_path, "x/1", b"1")
    later = datetime.now(UTC) + timedelta(hours=1)
    assert list(await blobs.list(older_than=later)) == ["x/1"]
    assert list(await blobs.list(older_than=later - timedelta(hours=2))) == []


async def test_list_of_a_folder(blobs: Blobs, tmp_path: Path) -> None:
    for name in ("x/1", "x/y/2", "xy/3"):
        await keep(blobs, tmp_path, name, b"1")
    later = datetime.now(UTC) + timedelta(hours=1)
    assert list(await blobs.list(older_than=later, within="x")) == ["x/1", "x/y/2"]
    assert list(await blobs.list(older_than=later, within="z")) == []
    with pytest.raises(ValueError, match="not a blob name"):
        await blobs.list(older_than=later, within="../x")


async def test_what_is_kept_again_takes_the_place(blobs: Blobs, tmp_path: Path) -> None:
    await keep(blobs, tmp_path, "a", b"lost")
    await keep(blobs, tmp_path, "a", b"found again")
    assert await blobs.size("a") == 11


async def test_age_counts_from_when_it_was_kept(blobs: Blobs, tmp_path: Path) -> None:
    source = tmp_path / "old"
    source.write_bytes(b"1")
    os.utime(source, (1, 1))
    await blobs.adopt(source, name="a")
    before = datetime.now(UTC) - timedelta(minutes=1)
    assert list(await blobs.list(older_than=before)) == []


async def test_a_backup_freezes_what_is_there(blobs: DiskBlobs) -> None:
    assert not await blobs.frozen()
    with blobs.freeze() as first:
        assert first
        assert await blobs.frozen()
        with blobs.freeze() as second:
            assert not second
    assert not await blobs.frozen()


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../up", "a/../../up"])
async def test_names_that_lead_outside(blobs: Blobs, name: str) -> None:
    with pytest.raises(ValueError, match="not a blob name"):
        await blobs.size(name)
