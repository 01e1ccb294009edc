"""Rows become values here, and values rows."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from kinora.adapters.db.order_codec import (
    order_from_text,
    order_to_text,
    quote_from_text,
    quote_to_text,
)
from kinora.domain.account import Account, Balance, Key
from kinora.domain.asset import Asset, AssetKind
from kinora.domain.caps import Cap, CapPeriod
from kinora.domain.fact import Fact, FactKind
from kinora.domain.ids import AccountId, AssetId, JobId, KeyId
from kinora.domain.job import Job, JobState
from kinora.domain.ledger import Book, Entry, Movement
from kinora.domain.order import Feature
from kinora.domain.rank import Rank
from kinora.domain.scopes import Scope
from kinora.domain.shape import Shape
from kinora.domain.statement import Line, Standing

Row = sqlite3.Row
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Return a time as whole microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def moment(at: int) -> datetime:
    """Return the time of a microsecond."""
    return EPOCH + timedelta(microseconds=at)


def maybe_micros(at: datetime | None) -> int | None:
    """Return a time as microseconds, when there is one."""
    return None if at is None else micros(at)


def maybe_moment(at: int | None) -> datetime | None:
    """Return the time of a microsecond, when there is one."""
    return None if at is None else moment(at)


@cache
def scopes_from(text: str) -> frozenset[Scope]:
    """Read scopes."""
    return frozenset(map(Scope, text.split()))


def scopes_text(scopes: Iterable[Scope]) -> str:
    """Return scopes as a column has them."""
    return " ".join(sorted(scopes))


def account_from(row: Row) -> Account:
    """Read an account."""
    return Account(
        id=AccountId(row["id"]),
        name=row["name"],
        plan=row["plan"],
        max_jobs=row["max_jobs"],
        active=row["active"],
        balance=Balance(monthly=row["monthly"], package=row["package"]),
        weight=row["weight"],
        rank=Rank(row["rank"]),
        created_at=moment(row["created_at"]),
        allowance=row["allowance"],
        renews_from=maybe_moment(row["renews_from"]),
        renews_at=maybe_moment(row["renews_at"]),
        key=None if row["key"] is None else KeyId(row["key"]),
    )


def key_from(row: Row) -> Key:
    """Read a key."""
    return Key(
        id=KeyId(row["id"]),
        account=AccountId(row["account"]),
        name=row["name"],
        prefix=row["prefix"],
        created_at=moment(row["created_at"]),
        scopes=scopes_from(row["scopes"]),
        expires_at=maybe_moment(row["expires_at"]),
        used_at=maybe_moment(row["used_at"]),
        revoked_at=maybe_moment(row["revoked_at"]),
        cap=cap_from(row),
    )


def cap_from(row: Row) -> Cap | None:
    """Read the cap of a key, when it has one."""
    if row["cap"] is None:
        return None
    period = CapPeriod(row["cap_period"])
    return Cap(credits=row["cap"], period=period, spent=row["cap_spent"])


def job_from(row: Row) -> Job:
    """Read a job."""
    return Job(
        id=JobId(row["id"]),
        order=order_from_text(
            row["ordered"],
            feature=Feature(row["feature"]),
            account=row["account"],
            model=row["model"],
            quality=row["quality"],
            key=row["key"],
        ),
        state=JobState(row["state"]),
        seed=row["seed"],
        cost=row["cost"],
        shape=Shape(width=row["width"], height=row["height"], frames=row["frames"], fps=row["fps"]),
        created_at=moment(row["created_at"]),
        changed_at=moment(row["changed_at"]),
        attempt=row["attempt"],
        breaks=row["breaks"],
        progress=row["progress"],
        started_at=maybe_moment(row["started_at"]),
        ended_at=maybe_moment(row["ended_at"]),
        result=None if row["result"] is None else AssetId(row["result"]),
        reason=row["reason"],
        quote=quote_from_text(row["quote"]),
        expected=row["expected"] * MICROSECOND,
        start_by=maybe_moment(row["start_by"]),
    )


def job_changes(job: Job) -> dict[str, Any]:
    """Return the columns of a job that can change."""
    return {
        "id": job.id,
        "state": job.state.value,
        "attempt": job.attempt,
        "breaks": job.breaks,
        "progress": job.progress,
        "reason": job.reason,
        "result": job.result,
        "changed_at": micros(job.changed_at),
        "started_at": maybe_micros(job.started_at),
        "ended_at": maybe_micros(job.ended_at),
    }


def job_columns(job: Job) -> dict[str, Any]:
    """Return all columns of a job."""
    return job_changes(job) | {
        "account": job.account,
        "feature": job.feature.value,
        "seed": job.seed,
        "cost": job.cost,
        "width": job.shape.width,
        "height": job.shape.height,
        "frames": job.shape.frames,
        "fps": job.shape.fps,
        "model": job.order.model,
        "quality": job.order.quality,
        "ordered": order_to_text(job.order),
        "created_at": micros(job.created_at),
        "key": job.order.key,
        "quote": quote_to_text(job.quote),
        "rank": job.rank.value,
        "expected": job.expected // MICROSECOND,
        "start_by": maybe_micros(job.start_by),
    }


def asset_from(row: Row, *, prefix: str = "") -> Asset:
    """Read an asset, whose own columns may carry a prefix in a join."""
    return Asset(
        id=AssetId(row[prefix + "id"]),
        account=AccountId(row["account"]),
        job=None if prefix == "" and row["job"] is None else JobId(row["id" if prefix else "job"]),
        kind=AssetKind(row[prefix + "kind"]),
        mime=row[prefix + "mime"],
        blob=row[prefix + "blob"],
        filename=row[prefix + "filename"],
        size=row[prefix + "size"],
        sha256=row[prefix + "sha256"],
        width=row[prefix + "width"],
        height=row[prefix + "height"],
        frames=row[prefix + "frames"],
        seconds=row[prefix + "seconds"],
        has_audio=bool(row[prefix + "has_audio"]),
        created_at=moment(row[prefix + "created_at"]),
        content=row[prefix + "content"] or "",
        expires_at=maybe_moment(row[prefix + "expires_at"]),
    )


def asset_columns(asset: Asset) -> dict[str, Any]:
    """Return the columns of an asset."""
    return {
        "id": asset.id,
        "account": asset.account,
        "job": asset.job,
        "kind": asset.kind.value,
        "mime": asset.mime,
        "blob": asset.blob,
        "filename": asset.filename,
        "size": asset.size,
        "sha256": asset.sha256,
        "width": asset.width,
        "height": asset.height,
        "frames": asset.frames,
        "seconds": asset.seconds,
        "has_audio": int(asset.has_audio),
        "created_at": micros(asset.created_at),
        "content": asset.content or None,
        "expires_at": maybe_micros(asset.expires_at),
    }


def entry_from(row: Row) -> Entry:
    """Read a ledger entry."""
    return Entry(
        id=row["id"],
        account=AccountId(row["account"]),
        job=None if row["job"] is None else JobId(row["job"]),
        movement=Movement(row["movement"]),
        books={book: row[book] for book in Book if row[book]},
        note=row["note"],
        at=moment(row["at"]),
        due=maybe_moment(row["due"]),
    )


def price_from(quote: str) -> str:
    """Return how a price was found, in one line, nothing when that is not known."""
    found = quote_from_text(quote)
    return "" if found is None else str(found)


def lines_from(rows: Iterable[Row], opening: Standing) -> Iterator[Line]:
    """Read the lines of a statement, one by one."""
    after = opening
    for row in rows:
        entry = entry_from(row)
        after = after.after(entry)
        if row["feature"] is None:
            yield Line(entry=entry, after=after)
            continue
        yield Line(
            entry=entry,
            after=after,
            feature=row["feature"],
            model=row["model"],
            quality=row["quality"],
            cost=row["cost"],
            price=price_from(row["quote"]),
        )


def fact_from(row: Row) -> Fact:
    """Read a fact."""
    return Fact(
        id=row["id"],
        kind=FactKind(row["kind"]),
        account=AccountId(row["account"]),
        job=JobId(row["job"]),
        at=moment(row["at"]),
    )
