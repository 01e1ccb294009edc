"""Looks at what a server has left on disk, with eyes of its own: plain SQL, none of the product."""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

ENDS = {"completed": "settle", "deleted": "settle"}
FINAL = ("completed", "moderated", "failed", "cancelled", "deleted")
TOLD = {"job.completed", "job.moderated", "job.failed", "job.cancelled"}


class Books:
    """The database of a server that is down, or idle."""

    def __init__(self, data: Path) -> None:
        self._db = sqlite3.connect(f"file:{data / 'kinora.sqlite3'}?mode=ro", uri=True, timeout=30)
        self._db.row_factory = sqlite3.Row
        self._blobs = data / "blobs"

    def close(self) -> None:
        self._db.close()

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        return self._db.execute(sql, values).fetchall()

    def number(self, sql: str, *values: object) -> int:
        return int(self._db.execute(sql, values).fetchone()[0])

    def unfinished(self) -> int:
        return self.number("select count(*) from jobs where state in ('queued', 'running')")

    def findings(self) -> list[str]:
        """Return a sentence for each promise that was broken; the server must be at rest."""
        return [
            *self._states(),
            *self._facts(),
            *self._money(),
            *self._bytes(),
            *self._callbacks(),
        ]

    def _states(self) -> Iterator[str]:
        for row in self.rows("select id, state, result, ended_at from jobs"):
            if row["state"] not in FINAL:
                yield f"job {row['id']} is {row['state']}"
            if row["state"] == "completed" and row["result"] is None:
                yield f"job {row['id']} is completed without a result"
            if row["ended_at"] is None:
                yield f"job {row['id']} has no end"

    def _facts(self) -> Iterator[str]:
        ends: dict[int, list[str]] = {}
        for row in self.rows("select job, kind from facts order by id"):
            ends.setdefault(row["job"], []).append(row["kind"])
        for row in self.rows("select id, state, result from jobs"):
            told = ends.get(row["id"], [])
            ended = {row["state"]}
            if row["state"] == "deleted":
                # What made nothing can be put out of the way, too.
                made = row["result"] is not None
                ended = {"completed"} if made else {"failed", "moderated", "cancelled"}
            final = [kind.removeprefix("job.") for kind in told if kind in TOLD]
            if len(final) != 1 or final[0] not in ended or told.count("job.queued") != 1:
                yield f"job {row['id']} is {row['state']}, its facts are {told}"

    def _money(self) -> Iterator[str]:
        moved: dict[int, Counter[str]] = {}
        held: dict[int, int] = {}
        for row in self.rows("select job, movement, held from entries where job is not null"):
            moved.setdefault(row["job"], Counter())[row["movement"]] += 1
            held[row["job"]] = held.get(row["job"], 0) + row["held"]
        for row in self.rows("select id, state, result from jobs"):
            # What was deleted after it had failed was paid back, not paid.
            end = ENDS.get(row["state"], "release") if row["result"] else "release"
            if moved.pop(row["id"], None) != Counter({"hold": 1, end: 1}):
                yield f"job {row['id']} is {row['state']}, but its entries differ"
            if held.get(row["id"], 0):
                yield f"job {row['id']} still holds {held[row['id']]}"
        yield from (f"entries of job {job}, which is not there" for job in moved)
        sums = "select account, sum(monthly) m, sum(package) p, sum(held) h from entries group by 1"
        for row in self.rows(sums):
            (account,) = self.rows("select * from accounts where id = ?", row["account"])
            if (account["monthly"], account["package"], account["held"]) != (
                row["m"],
                row["p"],
                row["h"],
            ):
                yield f"account {row['account']}: balances are not the sums of its entries"
            if account["held"] or account["active"]:
                holds = f"holds {account['held']}, {account['active']} places"
                yield f"account {row['account']} {holds} at rest"

    def _bytes(self) -> Iterator[str]:
        for row in self.rows("select a.*, j.state from assets a left join jobs j on j.id = a.job"):
            path = self._blobs / (row["content"] or row["blob"])
            if row["job"] is not None and row["state"] not in ("completed", "deleted"):
                yield f"asset {row['id']} of job {row['job']}, which is {row['state']}"
            elif row["gone_at"] is not None:
                continue
            elif row["state"] == "deleted":
                yield f"asset {row['id']} of a deleted job is not gone"
            elif not path.exists():
                yield f"asset {row['id']} has no bytes"
            elif hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
                yield f"asset {row['id']} has other bytes"
        wrong = """select name from blobs
            where number <> (select count(*) from assets where assets.content = blobs.name)"""
        for row in self.rows(wrong):
            yield f"{row['name']}: its references are counted wrongly"

    def _callbacks(self) -> Iterator[str]:
        for row in self.rows("select * from callbacks where done_at is null"):
            yield f"job {row['job']}: its callback was never done (tries {row['tries']})"

    def orphans(self) -> set[str]:
        """Return the files among the blobs that no asset has and that are not to go."""
        wanted = """select coalesce(content, blob) as name from assets where gone_at is null
            union select name from doomed"""
        named = {row["name"] for row in self.rows(wanted)}
        there = (path for path in self._blobs.rglob("*") if path.is_file())
        return {path.relative_to(self._blobs).as_posix() for path in there} - named

    def states(self, jobs: Iterable[int]) -> dict[int, str]:
        known = {row["id"]: row["state"] for row in self.rows("select id, state from jobs")}
        return {job: known.get(job, "not there") for job in jobs}

    def traces(self, traces: Iterable[str]) -> dict[str, int]:
        """Return how many jobs each trace id has made."""
        found: Counter[str] = Counter()
        for row in self.rows("select json_extract(ordered, '$.terms.trace') t from jobs"):
            found[row["t"]] += 1
        return {trace: found[trace] for trace in traces}
