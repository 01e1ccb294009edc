"""What the dialect calls jobs and files: composite texts around the product's numbers."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import unquote

from kinora.domain.asset import Asset
from kinora.domain.errors import Invalid, Malformed
from kinora.domain.ids import MAX_ID, AccountId, AssetId, JobId
from kinora.domain.job import Job
from kinora.domain.order import Feature

NAME = re.compile(r"user:(\d{1,16})-pixverse:([^,/?#\s]+)-(video|image|music|speech):(\d{1,20})")
PATH = re.compile(r"(?:upload|image|video|audio)/(\d{1,20})(?:\.[a-z0-9]{1,5})?")
LONGEST = 400


class Kind(StrEnum):
    """What a name says that it names."""

    VIDEO = "video"
    IMAGE = "image"
    MUSIC = "music"
    SPEECH = "speech"


HEARD = {Feature.MUSIC: Kind.MUSIC, Feature.SPEECH: Kind.SPEECH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A job as callers name it; `email` is the lane that it ran on."""

    account: AccountId
    email: str
    kind: Kind
    job: JobId

    def __str__(self) -> str:
        return f"user:{self.account}-pixverse:{self.email}-{self.kind}:{self.job}"


def kind_of(job: Job) -> Kind:
    """Return what a job makes."""
    seen = Kind.IMAGE if job.shape.fps == 0 else Kind.VIDEO
    return HEARD.get(job.feature, seen)


def name_of(job: Job, *, email: str) -> str:
    """Return how callers name a job."""
    return str(Name(account=job.account, email=email, kind=kind_of(job), job=job.id))


def read_name(given: str) -> Name:
    """Return what a name says, raw or percent-encoded; raise Malformed.

    The email may hold hyphens and even `-video:`, so the last mark of a kind counts.
    """
    text = unquote(given) if "%" in given else given
    found = NAME.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise Malformed("the id must have the form user:<number>-pixverse:<email>-<kind>:<number>")
    return Name(
        account=AccountId(int(found[1])),
        email=found[2],
        kind=Kind(found[3]),
        job=JobId(min(int(found[4]), MAX_ID)),
    )


def path_of(asset: Asset) -> str:
    """Return the path by which later calls use a file: `upload/…`, or `video/…` and its like."""
    place = asset.kind.value if asset.job else "upload"
    return f"{place}/{asset.id}{PurePosixPath(asset.blob).suffix}"


def read_path(given: str, *, field: str) -> AssetId:
    """Return which file a path means; raise Invalid."""
    found = PATH.fullmatch(given.lower().lstrip("/"))
    if found is None:
        raise Invalid(f"{field} must be a path from files, such as upload/123456.png")
    return AssetId(min(int(found[1]), MAX_ID))
