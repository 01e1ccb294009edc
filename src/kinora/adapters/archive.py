"""A backup as a folder: a snapshot of the database, the media that it names, and the secrets.

manifest.json      what this is: versions, counts, SHA-256 of the files beside it
kinora.sqlite3     the database as of one moment
media.jsonl        one line for each blob that it names: name, size, sha256
blobs/…            the blobs, hard links to the live ones where the disk allows it
secret, …          what opens keys and signs links; nobody but the owner can read them
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from kinora.ports.upkeep import Stored

FORMAT = 1
MANIFEST, MEDIA, DATABASE, BLOBS = "manifest.json", "media.jsonl", "kinora.sqlite3", "blobs"
BESIDE = ("secret", "metrics-token", "first-key.json", "blocked-media.txt", "provenance")
"""What lies in the data folder beside database and media, and belongs to the installation."""

PRIVATE_FOLDER, PRIVATE = 0o700, 0o600


class BadBackup(ValueError):
    """A backup cannot be made or used; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself. `files` has the SHA-256 of each file but the blobs.

    `media` tells whether blobs are in it; `missing` names those that were not there to be copied.
    """

    kinora: str
    schema: int
    created_at: str
    number: int
    size: int
    media: bool
    missing: list[str]
    files: dict[str, str]
    settings: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def at(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.created_at)


@contextmanager
def built_whole(target: Path) -> Iterator[Path]:
    """Give a new folder beside `target` that takes its place when the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    fresh.mkdir(mode=PRIVATE_FOLDER)
    old = fresh.with_name(f"{fresh.name}.old")
    try:
        yield fresh
        _sync_folders(fresh)
        if target.exists():
            target.rename(old)
        fresh.rename(target)
        _sync(target.parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def copy_beside(source: Path, target: Path) -> None:
    """Copy the installation's own files, those that there are."""
    for name in BESIDE:
        place = source / name
        if place.is_dir():
            shutil.copytree(place, target / name)
        elif place.is_file():
            shutil.copy2(place, target / name)


def keep_blob(stored: Stored, sources: list[Path], target: Path, *, link: bool) -> bool:
    """Put a blob that lies in one of several folders into another; False when none has it whole.

    An earlier backup is a source as good as the live folder: a blob never changes.
    """
    place = blob_in(target, stored.name)
    place.parent.mkdir(parents=True, exist_ok=True)
    for source in sources:
        if _taken(blob_in(source, stored.name), place, size=stored.size, link=link):
            return True
    return False


def list_media(folder: Path, media: Iterator[Stored]) -> Iterator[Stored]:
    """Write the list of blobs while they pass."""
    with (folder / MEDIA).open("w") as file:
        for stored in media:
            file.write(json.dumps(asdict(stored)) + "\n")
            yield stored
        file.flush()
        os.fsync(file.fileno())


def media_in(folder: Path) -> Iterator[Stored]:
    """Yield the blobs that a backup's list names."""
    with (folder / MEDIA).open() as file:
        for line in file:
            yield Stored(**json.loads(line))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write what a backup says of itself; the last file of all."""
    with (folder / MANIFEST).open("w") as file:
        json.dump(asdict(manifest), file, indent=2)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(folder: Path) -> Manifest:
    """Return what a backup says of itself; raise BadBackup."""
    try:
        told = json.loads((folder / MANIFEST).read_text())
        manifest = Manifest(**told)
    except FileNotFoundError:
        raise BadBackup(f"{folder} is not a backup of Kinora: it has no {MANIFEST}") from None
    except (json.JSONDecodeError, TypeError):
        raise BadBackup(f"{folder / MANIFEST} cannot be read") from None
    if manifest.format != FORMAT:
        raise BadBackup(f"{folder} has form {manifest.format}, this Kinora knows {FORMAT}")
    return manifest


def digests_in(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a backup but its manifest and its blobs."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    names = ((path.relative_to(folder), path) for path in paths)
    return {
        name.as_posix(): digest(path)
        for name, path in names
        if name.parts[0] != BLOBS and name.name != MANIFEST
    }


def digest(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def blob_in(folder: Path, name: str) -> Path:
    """Return where a blob lies; raise BadBackup for a name that leads outside."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts:
        raise BadBackup(f"not a blob name: {name!r}")
    return folder.joinpath(*parts)


def _taken(source: Path, place: Path, *, size: int, link: bool) -> bool:
    try:
        if source.stat().st_size != size:
            return False
        if not (link and _linked(source, place)):
            shutil.copyfile(source, place)
            _sync(place)
    except FileNotFoundError:
        return False
    return True


def _linked(source: Path, place: Path) -> bool:
    """Link a file; False where that cannot be: another disk, or too many links."""
    try:
        os.link(source, place)
    except FileNotFoundError:
        raise
    except OSError:
        return False
    return True


def _sync_folders(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        if path.is_dir():
            _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
