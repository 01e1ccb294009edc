"""Heads in SQL: each account's next job in each class, and whose turn it is."""

from datetime import datetime

from kinora.adapters.db.rows import Row, micros, moment
from kinora.adapters.db.statements import Connection
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job
from kinora.domain.rank import Rank
from kinora.domain.runs import RunKind
from kinora.domain.turns import LOOK_AHEAD, Choice, Head, Line, after, choose

MOST_OVER = 10
"""How many times its expected length a job is charged at most, lest a stopped clock ruins an
account."""


class Heads:
    """The order of the queue.

    Claims look at the first heads of each class only (the design measured as fastest for fair
    claims), so they cost the same with one waiting job and with a million.
    """

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    def put(self, job: Job) -> None:
        """Let a job wait."""
        values = {"account": job.account, "rank": job.rank.value, "job": job.id}
        self._db.run("put_head", values)

    def take_out(self, job: Job) -> None:
        """Let a job wait no more that was not claimed."""
        self._move(job.account, job.rank, charged=0)

    def next(self, *, at: datetime, warm: frozenset[str]) -> tuple[list[Line], Choice | None]:
        """Return how the classes stand, and what goes next."""
        lines = self.lines(at_most=LOOK_AHEAD if warm else 1)
        return lines, choose(lines, at=at, warm=warm)

    def pass_turn(self, lines: list[Line], choice: Choice) -> None:
        """Charge the account of a job that was claimed, and let its next one wait for its turn."""
        now = after(lines, choice)
        for line in (now[before.rank] for before in lines if now[before.rank] is not before):
            values = {"virtual": line.virtual, "owed": line.owed, "passed": line.passed}
            self._db.run("note_rank", {"rank": line.rank.value, **values})
        self._move(choice.head.account, choice.line.rank, charged=choice.head.charge)

    def correct(self, job: Job, *, ended: datetime) -> None:
        """Charge what a job took instead of what was expected; it has ended after it ran."""
        values = {"job": job.id, "ended": micros(ended), "most": MOST_OVER}
        self._db.run("correct_head", values)

    def lines(self, *, at_most: int) -> list[Line]:
        """Return how the classes stand, with their first heads."""
        return [
            Line(
                rank=Rank(row["rank"]),
                virtual=row["virtual"],
                owed=row["owed"],
                passed=row["passed"],
                heads=[
                    head_from(head)
                    for head in self._db.all(
                        "next_heads", {"rank": row["rank"], "at_most": at_most}
                    )
                ],
            )
            for row in self._db.all("ranks", {})
        ]

    def _move(self, account: AccountId, rank: Rank, *, charged: int) -> None:
        values = {"account": account, "rank": rank.value, "charge": charged}
        self._db.run("move_head", values)


def head_from(row: Row) -> Head:
    """Read a head."""
    return Head(
        account=AccountId(row["account"]),
        job=JobId(row["job"]),
        tag=row["tag"],
        length=row["expected"],
        weight=row["weight"],
        since=moment(row["created_at"]),
        kind=kind_from(row),
    )


def kind_from(row: Row) -> RunKind:
    """Read of what kind a job's run is."""
    seconds = round(row["frames"] / row["fps"]) if row["fps"] else 0
    return RunKind(row["feature"], row["model"], row["quality"], seconds)
