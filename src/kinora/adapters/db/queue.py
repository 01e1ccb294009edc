"""The queue as a whole in SQL."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from kinora.adapters.db.engines import engine_stops
from kinora.adapters.db.foresight import Foresight
from kinora.adapters.db.heads import kind_from
from kinora.adapters.db.rows import job_from, micros, moment
from kinora.adapters.db.statements import Connection
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job
from kinora.domain.rank import Halt, Rank, Stop
from kinora.domain.runs import KEPT, RunKind
from kinora.ports.queue import Running, Waiting

EVERYTHING = 0
"""The number that stands for every account; real ones begin at 1."""


class SqlQueue:
    """What waits, in which order, and what is halted."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def waiting(self) -> Mapping[Rank, int]:
        """Return how many jobs wait in each class."""
        counted = {row["rank"]: row["waiting"] for row in self._db.all("ranks", {})}
        return {rank: counted[rank] for rank in Rank}

    async def line(self, *, at: datetime, at_most: int) -> Sequence[Waiting]:
        """Return the jobs that would be claimed next, in that order."""
        foresight, found = Foresight(self._db, at_most=at_most), list[Waiting]()
        while len(found) < at_most and (choice := foresight.next(at=at)) is not None:
            head, rank = choice.head, choice.line.rank
            found.append(Waiting(job=head.job, account=head.account, rank=rank, kind=head.kind))
        return found

    async def running(self, *, at_most: int) -> Sequence[Running]:
        """Return the jobs that this server's own engines make now, oldest first."""
        rows = self._db.all("running", {"at_most": at_most})
        return [
            Running(job=JobId(row["job"]), kind=kind_from(row), since=moment(row["started_at"]))
            for row in rows
        ]

    async def paused(self) -> bool:
        """Tell whether no job can be claimed."""
        return self._db.one("paused", {}) is not None

    async def stops(self) -> Sequence[Stop]:
        """Return what an operator has halted."""
        stops = [
            Stop(
                account=AccountId(row["account"]) if row["account"] != EVERYTHING else None,
                halt=Halt(row["halt"]),
                since=moment(row["at"]),
            )
            for row in self._db.all("stops", {})
        ]
        return stops + engine_stops(self._db)

    async def halts_of(self, account: AccountId, *, upstream: str = "") -> frozenset[Halt]:
        """Return how jobs of an account are halted."""
        rows = self._db.all("halts_of", {"account": account, "upstream": upstream})
        return frozenset(Halt(row["halt"]) for row in rows)

    async def stop(self, account: AccountId | None, halt: Halt, *, at: datetime) -> None:
        """Halt an account, or everything."""
        values = {"account": account or EVERYTHING, "halt": halt.value, "at": micros(at)}
        self._db.run("put_stop", values)
        if account is not None:
            held = "hold_heads" if halt is Halt.PAUSED else "free_heads"
            self._db.run(held, {"account": account})

    async def resume(self, account: AccountId | None) -> bool:
        """Take a halt back."""
        values = {"account": account or EVERYTHING}
        self._db.run("free_heads", values)
        return self._db.run("drop_stop", values) == 1

    async def overdue(self, *, at: datetime, at_most: int) -> Sequence[Job]:
        """Return jobs that should have begun before `at` and never did."""
        rows = self._db.all("overdue", {"at": micros(at), "at_most": at_most})
        return [job_from(row) for row in rows]

    async def took(self, kind: RunKind) -> Sequence[float]:
        """Return the newest run times of a kind, in seconds."""
        row = self._db.one("get_runs", _columns(kind))
        return [each / 1000 for each in json.loads(row["took"])] if row else []

    async def note_run(self, kind: RunKind, seconds: float) -> None:
        """Keep a run time."""
        took = [*await self.took(kind), seconds][-KEPT:]
        text = json.dumps([round(each * 1000) for each in took])
        self._db.run("put_runs", {**_columns(kind), "took": text})


def _columns(kind: RunKind) -> dict[str, str | int]:
    return {
        "feature": kind.feature,
        "model": kind.model,
        "quality": kind.quality,
        "seconds": kind.seconds,
    }
