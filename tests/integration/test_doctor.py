"""The doctor finds what is wrong, says so plainly, and mends what can be mended."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from kinora.adapters.db.statements import connect
from kinora.bootstrap.ground import Ground, build_operator
from kinora.cli.checks import Visit, look_over
from kinora.domain.ids import AccountId
from kinora.domain.job import JobState
from kinora.usecases.hold_media import HoldMedia, Subject
from tests.keeper import House

ADA = AccountId(1)
LONG_AGO = time.time() - timedelta(days=3).total_seconds()


@pytest.fixture
def house(ground: Ground) -> House:
    return House(ground.store, ground.settings.data)


async def told(
    ground: Ground, *, mend: bool = False, deep: bool = False, serving: bool = False
) -> dict[str, tuple[bool, str]]:
    visit = Visit(operator=build_operator(ground), mend=mend, deep=deep, serving=serving)
    rows = await look_over(visit, agrees=lambda _: True)
    return {row["check"]: (row["well"], row["finding"]) for row in rows}


def ill(found: dict[str, tuple[bool, str]]) -> list[str]:
    return [name for name, (well, _) in found.items() if not well]


def blob_of(ground: Ground, content: bytes) -> Path:
    blobs = ground.settings.data / "blobs"
    return next(p for p in blobs.rglob("*") if p.is_file() and p.read_bytes() == content)


async def test_a_sound_house_is_well(ground: Ground, house: House) -> None:
    await house.film(ADA)
    await house.picture(ADA)
    assert ill(await told(ground, deep=True)) == []


async def test_lost_media_is_given_up_only_when_told_to(ground: Ground, house: House) -> None:
    first, twin = await house.film(ADA, b"lost"), await house.film(ADA, b"lost")
    await house.picture(ADA, b"lost")
    await house.clear()
    blob_of(ground, b"lost").unlink()
    found = await told(ground)
    assert (ill(found), found["files"][1][:9]) == (["files"], "1 missing")
    unasked = Visit(operator=build_operator(ground), mend=True, deep=False, serving=False)
    assert [row["check"] for row in await look_over(unasked, agrees=None) if not row["well"]] == [
        "files"
    ]
    assert await house.state(first) is JobState.COMPLETED
    assert ill(await told(ground, mend=True)) == []
    assert [await house.state(job) for job in (first, twin)] == [JobState.DELETED] * 2
    assert ill(await told(ground)) == []
    assert list(await ground.store.view.ledger.discrepancies()) == []


async def test_lost_media_under_a_legal_hold_stays_lost(ground: Ground, house: House) -> None:
    job = await house.film(ADA, b"lost")
    await HoldMedia(store=ground.store, clock=ground.clock)(
        Subject(job=job.id), reason="x", who="ada"
    )
    blob_of(ground, b"lost").unlink()
    found = await told(ground, mend=True)
    assert (ill(found), "legal hold" in found["files"][1]) == (["files"], True)
    assert await house.state(job) is JobState.COMPLETED


async def test_lost_media_comes_back_with_equal_media(ground: Ground, house: House) -> None:
    job = await house.film(ADA, b"lost")
    blob_of(ground, b"lost").unlink()
    await house.picture(ADA, b"lost")
    assert ill(await told(ground, deep=True, mend=True)) == []
    blob_of(ground, b"lost").unlink()
    await house.film(ADA, b"lost")
    assert ill(await told(ground, deep=True)) == []
    assert await house.state(job) is JobState.COMPLETED


async def test_damaged_media_is_found(ground: Ground, house: House) -> None:
    await house.picture(ADA, b"short")
    await house.picture(ADA, b"other")
    blob_of(ground, b"short").write_bytes(b"cut")
    blob_of(ground, b"other").write_bytes(b"othre")
    found = await told(ground)
    assert (ill(found), found["bytes"][1][:9]) == (["bytes"], "1 damaged")
    assert (await told(ground, deep=True, mend=True))["bytes"][1][:9] == "2 damaged"


async def test_references_are_counted_anew(ground: Ground, house: House) -> None:
    first, _ = await house.picture(ADA, b"a"), await house.picture(ADA, b"a")
    await house.picture(ADA, b"b")
    db = connect(str(ground.settings.database)).raw
    db.execute("update blobs set number = number + 5")
    db.execute("insert into blobs (name, sha256, size, number) values ('content/x', 'x', 1, 1)")
    found = await told(ground)
    assert (ill(found), "7 references are noted, there are 2" in found["references"][1]) == (
        ["references"],
        True,
    )
    assert ill(await told(ground, mend=True)) == []
    assert ill(await told(ground)) == []
    assert await house.is_there(first.id)
    assert house.stored() == [b"a", b"b"]


async def test_what_was_left_behind_goes(ground: Ground, house: House) -> None:
    data = ground.settings.data
    await house.blobs.adopt(house.file(b"orphan"), name="content/or/ph/an")
    os.utime(data / "blobs/content/or/ph/an", (LONG_AGO, LONG_AGO))
    for place in ("tmp/call", "uploads/part", "work/203-1"):
        (data / place).mkdir(parents=True)
        (data / place / "bytes").touch()
        for path in (data / place / "bytes", data / place):
            os.utime(path, (LONG_AGO, LONG_AGO))
    (data / "tmp" / "young").touch()
    await house.film(ADA, b"twin")
    await house.film(ADA, b"twin")
    (data / "secret").chmod(0o644)
    beside = await told(ground, serving=True)
    assert ill(beside) == ["modes"]
    assert "work" not in beside["leftovers"][1].replace("--mend: ", "")
    assert "the server removes them soon" in beside["deleted"][1]
    assert ill(await told(ground, mend=True)) == []
    assert house.stored() == [b"twin"]
    assert [path.name for path in (data / "tmp").iterdir()] == ["young"]
    assert [*(data / "uploads").iterdir(), *(data / "work").iterdir()] == []
    assert (data / "secret").stat().st_mode & 0o777 == 0o600
    sentences = {text for _, text in (await told(ground)).values()}
    assert {"nothing was left behind", "secrets are private", "deleted media is gone"} <= sentences


async def test_a_damaged_database_is_told_of(ground: Ground, house: House) -> None:
    asset = await house.picture(ADA)
    db = connect(str(ground.settings.database)).raw
    db.execute("pragma foreign_keys = off")
    db.execute("update assets set account = 77 where id = ?", [asset.id])
    found = await told(ground)
    assert ill(found) == ["database"]
    assert "refers to nothing in accounts" in found["database"][1]
