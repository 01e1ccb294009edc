"""Lanes in SQL."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from kinora.adapters.db.rows import micros
from kinora.adapters.db.statements import Connection
from kinora.domain.ids import AccountId, JobId
from kinora.domain.lane import DEFAULT_LANE, Lane, Track


class SqlLanes:
    """Lanes of accounts; what they run is counted, never noted, so it cannot drift."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def of(self, account: AccountId) -> Sequence[Lane]:
        """Return an account's lanes with what they run now: the default lane, then by age."""
        rows = self._db.all("lanes_of", {"account": account})
        limits = {row["email"]: row["max_jobs"] for row in rows}
        owner = self._db.one("get_account", {"id": account})
        own = limits.pop(DEFAULT_LANE, owner["max_jobs"] if owner else 0)
        counted = self._db.all("executing", {"account": account, "otherwise": DEFAULT_LANE})
        running = {row["email"]: row["number"] for row in counted}
        return [
            Lane(email=email, max_jobs=limit, executing=running.get(email, 0))
            for email, limit in {DEFAULT_LANE: own, **limits}.items()
        ]

    async def put(self, account: AccountId, lane: Lane, *, at: datetime) -> None:
        """Keep a new lane, or a lane's new limit."""
        values = {"account": account, "email": lane.email, "max_jobs": lane.max_jobs}
        self._db.run("put_lane", {**values, "at": micros(at)})

    async def drop(self, account: AccountId, email: str) -> bool:
        """Forget a lane; False when there is none."""
        return self._db.run("drop_lane", {"account": account, "email": email}) > 0

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
