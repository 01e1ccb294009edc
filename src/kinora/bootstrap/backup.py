"""Backups while the server runs, and their way back."""

import os
import shutil
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from kinora import __version__
from kinora.adapters import archive
from kinora.adapters.archive import BadBackup, Manifest
from kinora.adapters.blobs.disk import DiskBlobs
from kinora.adapters.clock import SystemClock, newest_id_at
from kinora.adapters.db.migrate import migrate, schema_of
from kinora.adapters.db.snapshot import (
    Damaged,
    note_deed,
    note_number,
    number_deliveries,
    snapshot,
    stored_in,
)
from kinora.domain.deed import BY_SERVER, By
from kinora.settings import Settings

NOT_TOLD = ("bootstrap_key", "metrics_token", "data", "cache")
"""Settings that are secret, or mean nothing elsewhere."""

SEVERAL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came back: the manifest, and the schema before and after."""

    manifest: Manifest
    schema: int


def back_up(settings: Settings, target: Path, *, media: bool, link: bool) -> Manifest:
    """Write a backup, whole or not at all; one that is there already is renewed.

    The database is copied first. Until the media that the copy names is copied too, nothing is
    removed from the data folder. Raises BadBackup.
    """
    _check_target(settings, target)
    blobs = DiskBlobs(settings.data / "blobs")
    with blobs.freeze() as frozen:
        if not frozen:
            raise BadBackup("another backup is being taken; try again when it is done")
        with archive.built_whole(target) as fresh:
            return _write(settings, target, fresh, media=media, link=link)


def restore(source: Path, data: Path, *, quick: bool, by: By = BY_SERVER) -> Restored:
    """Make a data folder of a backup, which stays as it is; raise BadBackup.

    Everything is checked against the manifest before the folder appears; `quick` takes media for
    whole when its size is right. The audit log of the new folder hears that `by` did it.
    """
    manifest = read_checked(source)
    _check_place(manifest, data)
    with archive.built_whole(data) as fresh:
        archive.copy_beside(source, fresh)
        database = fresh / archive.DATABASE
        shutil.copyfile(source / archive.DATABASE, database)
        if manifest.media:
            _restore_media(source, fresh, manifest, quick=quick)
        schema = migrate(database)
        # Ids that the lost server gave out after the backup must never be given out again.
        now = SystemClock().now()
        note_number(database, "mint_floor", newest_id_at(now))
        number_deliveries(database, above=newest_id_at(now))
        told = f"of {manifest.at:%Y-%m-%d %H:%M:%S} UTC, from {source.absolute()}"
        note_deed(database, by.deed("backup.restore", "server", at=now, detail=told))
        with database.open("rb") as file:
            os.fsync(file.fileno())
        _close_up(fresh)
    return Restored(manifest=manifest, schema=schema)


def read_checked(source: Path) -> Manifest:
    """Return a backup's manifest when all its files but the media are what it says."""
    manifest = archive.read_manifest(source)
    found = archive.digests_in(source)
    wrong = sorted(name for name, digest in manifest.files.items() if found.get(name) != digest)
    if wrong:
        raise BadBackup(f"the backup is damaged: {_some(wrong)} is not what its manifest says")
    return manifest


def _write(settings: Settings, target: Path, fresh: Path, *, media: bool, link: bool) -> Manifest:
    now = SystemClock().now()
    database = fresh / archive.DATABASE
    try:
        snapshot(settings.database, database)
    except Damaged as error:
        raise BadBackup(str(error)) from None
    archive.copy_beside(settings.data, fresh)
    sources = [settings.data / archive.BLOBS, target / archive.BLOBS]
    missing, number, size = [], 0, 0
    for stored in archive.list_media(fresh, stored_in(database)):
        number, size = number + 1, size + stored.size
        if media and not archive.keep_blob(stored, sources, fresh / archive.BLOBS, link=link):
            missing.append(stored.name)
    manifest = Manifest(
        kinora=__version__,
        schema=schema_of(database),
        created_at=now.isoformat(),
        number=number,
        size=size,
        media=media,
        missing=missing,
        files=archive.digests_in(fresh),
        settings=_hint(settings),
    )
    archive.write_manifest(fresh, manifest)
    return manifest


def _restore_media(source: Path, fresh: Path, manifest: Manifest, *, quick: bool) -> None:
    known = set(manifest.missing)
    wrong = []
    for stored in archive.media_in(source):
        target = fresh / archive.BLOBS
        kept = archive.keep_blob(stored, [source / archive.BLOBS], target, link=False)
        if kept and not quick:
            kept = archive.digest(archive.blob_in(target, stored.name)) == stored.sha256
        if not kept and stored.name not in known:
            wrong.append(stored.name)
    if wrong:
        raise BadBackup(f"the backup is damaged: {_some(wrong)} missing or not what it was")


def _check_target(settings: Settings, target: Path) -> None:
    if target.resolve().is_relative_to(settings.data.resolve()):
        raise BadBackup(f"{target} lies in the data folder itself")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        # Raises unless it is a backup, which may be renewed.
        archive.read_manifest(target)


def _check_place(manifest: Manifest, data: Path) -> None:
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise BadBackup(f"{data} is not empty; a backup is restored to a new folder")
    now: datetime = SystemClock().now()
    if now < manifest.at:
        raise BadBackup(
            f"this machine's clock says {now:%Y-%m-%d %H:%M}, the backup was made at "
            f"{manifest.at:%Y-%m-%d %H:%M}: set the clock, ids come from it"
        )


def _close_up(folder: Path) -> None:
    """Let nobody but the owner read what belongs to the installation."""
    folder.chmod(archive.PRIVATE_FOLDER)
    for name in ("secret", "metrics-token", "first-key.json", archive.DATABASE):
        if (folder / name).exists():
            (folder / name).chmod(archive.PRIVATE)


def _hint(settings: Settings) -> dict[str, str]:
    """Return settings that differ from the defaults, without secrets."""
    plain = Settings()
    return {
        each.name: str(getattr(settings, each.name))
        for each in fields(Settings)
        if each.name not in NOT_TOLD and getattr(settings, each.name) != getattr(plain, each.name)
    }


def _some(names: list[str]) -> str:
    return ", ".join(names[:SEVERAL]) + (" …" if len(names) > SEVERAL else "")
