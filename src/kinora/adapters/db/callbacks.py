"""Callbacks in SQL."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from kinora.adapters.db.rows import micros
from kinora.adapters.db.statements import Connection
from kinora.domain.ids import JobId
from kinora.domain.job import JobState
from kinora.ports.callbacks import Callback


class SqlCallbacks:
    """Wishes to be told."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def add(self, callback: Callback, *, at: datetime) -> None:
        """Keep a wish."""
        values = {"job": callback.job, "url": callback.url, "base": callback.base}
        self._db.run("add_callback", {**values, "due_at": micros(at)})

    async def urls(self, jobs: Sequence[JobId]) -> Mapping[JobId, str]:
        """Return where jobs are told; those that nobody wants to hear of are left out."""
        rows = self._db.all("callback_urls", {"jobs": json.dumps(list(jobs))})
        return {JobId(row["job"]): row["url"] for row in rows}

    async def due(self, *, at: datetime, at_most: int) -> Sequence[Callback]:
        """Return those whose job has a state that was not told yet, the longest due first."""
        rows = self._db.all("callbacks_due", {"at": micros(at), "at_most": at_most})
        return [
            Callback(job=JobId(row["job"]), url=row["url"], base=row["base"], tries=row["tries"])
            for row in rows
        ]

    async def told(self, job: JobId, state: JobState, *, at: datetime) -> None:
        """Note that a state was told; after a final one there is no more to tell."""
        now = micros(at)
        done = now if state.final else None
        self._db.run("callback_told", {"job": job, "told": state.value, "at": now, "done_at": done})

    async def rest(self, job: JobId, *, until: datetime) -> None:
        """Leave a wish alone until a time."""
        self._db.run("callback_rests", {"job": job, "due_at": micros(until)})

    async def late(self, job: JobId, *, again: datetime | None, at: datetime) -> None:
        """Note a post that went wrong, and when to try again; None gives up."""
        done = micros(at) if again is None else None
        due = micros(at if again is None else again)
        self._db.run("callback_late", {"job": job, "due_at": due, "done_at": done})
