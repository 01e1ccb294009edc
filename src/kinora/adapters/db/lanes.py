"""Lanes in SQL, and the errands of those whose jobs are made elsewhere."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kinora.adapters.db.engines import Halts
from kinora.adapters.db.rows import Row, maybe_micros, maybe_moment, micros, moment
from kinora.adapters.db.statements import Connection
from kinora.domain.errand import Errand, Step
from kinora.domain.ids import AccountId, JobId
from kinora.domain.lane import (
    DEFAULT_LANE,
    HEALTH_WINDOW,
    Bar,
    Health,
    Lane,
    OwnedLane,
    Quarantine,
    Track,
    Upstream,
)


class SqlLanes:
    """Lanes of accounts; what they run is counted, never noted, so it cannot drift."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def of(self, account: AccountId) -> Sequence[Lane]:
        """Return an account's lanes with what they run now: the default lane, then by age."""
        counted = self._db.all("executing", {"account": account, "otherwise": DEFAULT_LANE})
        running = {row["email"]: row["number"] for row in counted}
        halts = Halts(self._db)
        known = {
            row["email"]: lane_from(row, halts, executing=running.get(row["email"], 0))
            for row in self._db.all("lanes_of", {"account": account})
        }
        if DEFAULT_LANE not in known:
            owner = self._db.one("get_account", {"id": account})
            limit, busy = owner["max_jobs"] if owner else 0, running.get(DEFAULT_LANE, 0)
            halt = halts.of(None)
            own = Lane(email=DEFAULT_LANE, max_jobs=limit, executing=busy, halt=halt)
            return [own, *known.values()]
        return [known.pop(DEFAULT_LANE), *known.values()]

    async def get(self, account: AccountId, email: str) -> Lane | None:
        """Return a kept lane, hidden ones too, without what it runs."""
        row = self._db.one("get_lane", {"account": account, "email": email})
        return lane_from(row, Halts(self._db)) if row else None

    async def all(self) -> Sequence[OwnedLane]:
        """Return the kept lanes of all accounts."""
        halts = Halts(self._db)
        return [
            OwnedLane(account=AccountId(row["account"]), lane=lane_from(row, halts))
            for row in self._db.all("all_lanes", {})
        ]

    async def put(self, account: AccountId, lane: Lane, *, at: datetime) -> None:
        """Keep a new lane, or a lane's new terms."""
        there = lane.upstream
        values = {
            "account": account,
            "email": lane.email,
            "max_jobs": lane.max_jobs,
            "at": micros(at),
            "upstream": there.url if there else "",
            "sealed": there.sealed if there else b"",
            "hint": there.hint if there else "",
            "replays": int(there.replays) if there else 0,
        }
        self._db.run("put_lane", values | _bar(lane.quarantine))

    async def drop(self, account: AccountId, email: str) -> bool:
        """Forget a lane, or hide it while errands of it are open."""
        of = {"account": account, "email": email}
        return self._db.run("drop_lane", of) > 0 or self._db.run("hide_lane", of) > 0

    async def bar(self, account: AccountId, email: str, quarantine: Quarantine | None) -> None:
        """Close a lane, or open it again."""
        self._db.run("bar_lane", {"account": account, "email": email} | _bar(quarantine))

    async def mark(self, account: AccountId, email: str, *, well: bool, at: datetime) -> None:
        """Note how a job of a lane ended."""
        of = {"account": account, "email": email}
        self._db.run("forget_marks", of | {"since": micros(at - HEALTH_WINDOW)})
        self._db.run("mark_lane", of | {"at": micros(at), "well": int(well)})

    async def health(self, account: AccountId, *, at: datetime) -> Mapping[str, Health]:
        """Return how the jobs of an account's lanes ended within the window."""
        values = {"account": account, "since": micros(at - HEALTH_WINDOW)}
        return {
            row["email"]: Health(succeeded=row["succeeded"], failed=row["failed"])
            for row in self._db.all("lane_health", values)
        }

    async def track(self, track: Track) -> None:
        """Note on which lane a job runs."""
        values = {"job": track.job, "email": track.email, "reply_ref": track.reply_ref}
        self._db.run("add_track", values)

    async def tracks(self, jobs: Sequence[JobId]) -> Mapping[JobId, Track]:
        """Return what is known of jobs; those that were never tracked are left out."""
        rows = self._db.all("tracks_of", {"jobs": json.dumps(list(jobs))})
        found = [
            Track(job=JobId(row["job"]), email=row["email"], reply_ref=row["reply_ref"])
            for row in rows
        ]
        return {track.job: track for track in found}


class SqlErrands:
    """Errands, for as long as they are open."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def add(self, errand: Errand) -> None:
        """Keep a new errand."""
        values = {
            "account": errand.account,
            "email": errand.email,
            "trace": errand.trace,
            "begun_at": micros(errand.begun_at),
        }
        self._db.run("add_errand", _changes(errand) | values)

    async def get(self, job: JobId) -> Errand | None:
        """Return a job's errand."""
        row = self._db.one("get_errand", {"job": job})
        return _errand_from(row) if row else None

    async def save(self, errand: Errand, *, step: Step) -> bool:
        """Write a changed errand if it still is at `step`."""
        return self._db.run("save_errand", _changes(errand) | {"was": step.value}) > 0

    async def open(self) -> Sequence[Errand]:
        """Return all that go on by themselves, oldest first."""
        return [_errand_from(row) for row in self._db.all("open_errands", {})]

    async def unknown(self) -> Sequence[Errand]:
        """Return those that an operator must look at, oldest first."""
        return [_errand_from(row) for row in self._db.all("unknown_errands", {})]

    async def on(self, account: AccountId, email: str) -> int:
        """Return how many errands a lane has."""
        row = self._db.one("errands_on", {"account": account, "email": email})
        return row["number"] if row else 0

    async def charge(self, job: JobId) -> None:
        """Note that a job without a result is paid all the same."""
        self._db.run("charge_job", {"job": job})

    async def drop(self, job: JobId) -> None:
        """Forget an errand, and with a hidden lane's last one the lane."""
        row = self._db.one("get_errand", {"job": job})
        if row is None:
            return
        self._db.run("drop_errand", {"job": job})
        of = {"account": row["account"], "email": row["email"]}
        self._db.run("forget_hidden", of)


def lane_from(row: Row, halts: Halts, *, executing: int = 0) -> Lane:
    """Read a lane."""
    there = Upstream(
        url=row["upstream"],
        sealed=row["sealed"],
        hint=row["hint"],
        replays=bool(row["replays"]),
    )
    upstream = there if there.url else None
    quarantine = None
    if row["barred"]:
        quarantine = Quarantine(
            reason=Bar(row["barred"]),
            until=maybe_moment(row["barred_until"]),
            times=row["barred_times"],
        )
    return Lane(
        email=row["email"],
        max_jobs=row["max_jobs"],
        executing=executing,
        upstream=upstream,
        quarantine=quarantine,
        hidden=bool(row["hidden"]),
        halt=halts.of(upstream),
    )


def _bar(quarantine: Quarantine | None) -> dict[str, Any]:
    return {
        "barred": quarantine.reason.value if quarantine else "",
        "barred_until": maybe_micros(quarantine.until if quarantine else None),
        "barred_times": quarantine.times if quarantine else 0,
    }


def _changes(errand: Errand) -> dict[str, Any]:
    return {
        "job": errand.job,
        "step": errand.step.value,
        "call": errand.call,
        "there": errand.there,
        "sent_at": maybe_micros(errand.sent_at),
        "due_at": micros(errand.due_at),
        "tries": errand.tries,
        "note": errand.note,
    }


def _errand_from(row: Row) -> Errand:
    return Errand(
        job=JobId(row["job"]),
        account=AccountId(row["account"]),
        email=row["email"],
        trace=row["trace"],
        begun_at=moment(row["begun_at"]),
        due_at=moment(row["due_at"]),
        step=Step(row["step"]),
        call=row["call"],
        there=row["there"],
        sent_at=maybe_moment(row["sent_at"]),
        tries=row["tries"],
        note=row["note"],
    )
