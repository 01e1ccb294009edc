"""A backup holds all that it names, and what comes back goes on as if nothing had happened."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kinora.adapters.archive import BadBackup, Manifest
from kinora.bootstrap.backup import back_up, restore
from kinora.bootstrap.ground import Ground, stand
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job, JobState
from kinora.ports.store import Answered
from kinora.settings import Settings
from kinora.usecases.fail_job import FailJob
from kinora.usecases.recover_jobs import RecoverJobs
from tests.contracts.test_webhooks import HOOK, endpoint
from tests.keeper import House

ADA = AccountId(1)


@pytest.fixture
def house(ground: Ground) -> House:
    return House(ground.store, ground.settings.data)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def made(ground: Ground, target: Path, *, media: bool = True, link: bool = True) -> Manifest:
    return back_up(ground.settings, target, media=media, link=link)


@asynccontextmanager
async def restored(source: Path, data: Path) -> AsyncIterator[Ground]:
    restore(source, data, quick=False)
    again = await stand(Settings(data=data), process=1)
    try:
        yield again
    finally:
        await again.close()


def files_in(folder: Path) -> dict[str, bytes]:
    found = (path for path in (folder / "blobs").rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


async def test_a_delivery_after_a_restore_has_a_name_that_no_other_had(
    ground: Ground, house: House, target: Path, tmp_path: Path
) -> None:
    async def told(at: Ground) -> str:
        job = await House(at.store, at.settings.data).submit(ADA)
        async with at.store.transaction() as tx:
            assert await tx.deliveries.spread(at=job.created_at, at_most=10)
        (newest,) = await at.store.view.deliveries.list(HOOK, newest=1)
        return newest.name

    async with ground.store.transaction() as tx:
        await tx.endpoints.add(endpoint())
    names = {await told(ground)}
    made(ground, target)
    names.add(await told(ground))
    async with restored(target, tmp_path / "new") as again:
        names.add(await told(again))
    assert len(names) == 3


async def test_what_is_restored_goes_on(
    ground: Ground, house: House, target: Path, tmp_path: Path
) -> None:
    done = await house.film(ADA, b"film", beside=(b"mask",))
    picture = await house.picture(ADA)
    gone = await house.film(ADA, b"gone")
    await house.delete(gone.id, account=ADA)
    running, waiting = await house.submit(ADA), await house.submit(ADA)
    async with ground.store.transaction() as tx:
        answered = Answered(digest="d", job=done.id)
        await tx.answers.add(ADA, scope="s", key="k", answered=answered, at=house.clock.now())
        assert await tx.jobs.claim(at=house.clock.now())
    manifest = made(ground, target)
    assert (manifest.number, manifest.size, manifest.missing) == (3, 15, [])
    later = await house.submit(ADA)
    async with restored(target, tmp_path / "new") as again:
        assert files_in(tmp_path / "new") == files_in(target)
        assert (await stored_job(again, done.id)).state is JobState.COMPLETED
        assert await again.store.view.assets.get(picture.id) == picture
        assert await again.store.view.jobs.get(later.id) is None
        assert await again.store.view.answers.find(ADA, scope="s", key="k") == answered
        # No id that was given out after the backup is given out again.
        assert again.mint.id() > later.id
        recover = RecoverJobs(
            store=again.store,
            clock=again.clock,
            fail=FailJob(store=again.store, clock=again.clock),
        )
        assert await recover() == 1
        states = [(await stored_job(again, job.id)).state for job in (running, waiting)]
        assert states == [JobState.QUEUED, JobState.QUEUED]
        assert list(await again.store.view.ledger.discrepancies()) == []
        assert list(await again.store.view.upkeep.damage()) == []
        assert again.secret == ground.secret


async def stored_job(ground: Ground, job: JobId) -> Job:
    found = await ground.store.view.jobs.get(job)
    assert found is not None
    return found


async def test_a_backup_is_renewed_without_copying_again(
    ground: Ground, house: House, target: Path
) -> None:
    first = await house.film(ADA, b"first")
    made(ground, target, link=False)
    (old,) = (target / "blobs").rglob("*.mp4")
    await house.film(ADA, b"second")
    # What left the live folder is still taken from the earlier backup, while it is named.
    for path in (ground.settings.data / "blobs").rglob("*.mp4"):
        if path.read_bytes() == b"first":
            path.unlink()
    manifest = made(ground, target)
    assert (manifest.number, manifest.missing) == (2, [])
    (kept,) = (path for path in (target / "blobs").rglob("*.mp4") if path.name == old.name)
    assert kept.read_bytes() == b"first"
    await house.delete(first.id, account=ADA)
    assert made(ground, target).number == 1
    assert list(files_in(target).values()) == [b"second"]
    assert [path.name for path in target.parent.iterdir() if "backup" in path.name] == ["backup"]


async def test_media_can_be_left_out_and_lost_media_is_told_of(
    ground: Ground, house: House, target: Path, tmp_path: Path
) -> None:
    await house.film(ADA, b"film")
    assert made(ground, target, media=False).media is False
    assert files_in(target) == {}
    for path in (ground.settings.data / "blobs").rglob("*.mp4"):
        path.unlink()
    (lost,) = made(ground, target).missing
    assert lost.endswith(".mp4")
    async with restored(target, tmp_path / "new") as again:
        assert len(await again.store.view.assets.blobs()) == 1


def test_an_empty_place_is_no_backup(ground: Ground, target: Path, tmp_path: Path) -> None:
    with pytest.raises(BadBackup, match=r"has no manifest\.json"):
        restore(tmp_path / "nothing", tmp_path / "new", quick=False)
    target.mkdir()
    (target / "letter.txt").write_text("dear")
    with pytest.raises(BadBackup, match="is not a backup of Kinora"):
        made(ground, target)
    assert (target / "letter.txt").read_text() == "dear"
    with pytest.raises(BadBackup, match="lies in the data folder"):
        made(ground, ground.settings.data / "backup")
    with ground.blobs.freeze(), pytest.raises(BadBackup, match="another backup"):
        made(ground, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def harm_database(target: Path) -> None:
    with (target / "kinora.sqlite3").open("r+b") as file:
        file.seek(5000)
        file.write(b"harm")


def harm_list(target: Path) -> None:
    with (target / "media.jsonl").open("a") as file:
        file.write(json.dumps({"name": "../up", "size": 1, "sha256": ""}) + "\n")


def harm_media(target: Path) -> None:
    (film,) = (target / "blobs").rglob("*.mp4")
    film.unlink()
    film.write_bytes(b"harm")


def lose_media(target: Path) -> None:
    (film,) = (target / "blobs").rglob("*.mp4")
    film.unlink()


def lose_secret(target: Path) -> None:
    (target / "secret").unlink()


def come_from_later(target: Path) -> None:
    told = json.loads((target / "manifest.json").read_text())
    told["created_at"] = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    (target / "manifest.json").write_text(json.dumps(told))


def be_newer(target: Path) -> None:
    told = json.loads((target / "manifest.json").read_text())
    (target / "manifest.json").write_text(json.dumps({**told, "format": 2}))


def be_torn(target: Path) -> None:
    (target / "manifest.json").write_text("{")


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (harm_database, r"damaged: kinora\.sqlite3"),
        (harm_list, r"damaged: media\.jsonl"),
        (harm_media, "damaged: content/"),
        (lose_media, "damaged: content/"),
        (lose_secret, "damaged: secret"),
        (come_from_later, "set the clock"),
        (be_newer, "has form 2"),
        (be_torn, "cannot be read"),
    ],
)
async def test_a_harmed_backup_is_not_restored(
    ground: Ground,
    house: House,
    target: Path,
    tmp_path: Path,
    harm: Callable[[Path], None],
    told: str,
) -> None:
    await house.film(ADA, b"film")
    made(ground, target)
    harm(target)
    with pytest.raises(BadBackup, match=told):
        restore(target, tmp_path / "new", quick=False)
    assert not (tmp_path / "new").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


async def test_a_folder_that_holds_something_is_left_alone(
    ground: Ground, target: Path, tmp_path: Path
) -> None:
    made(ground, target)
    with pytest.raises(BadBackup, match="is not empty"):
        restore(target, ground.settings.data, quick=False)
    (tmp_path / "empty").mkdir()
    restore(target, tmp_path / "empty", quick=True)
    assert (tmp_path / "empty" / "kinora.sqlite3").exists()
