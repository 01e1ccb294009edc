"""Whose turn is next: the rules of fairness, without the tables that they run over.

Within a class accounts share engine time by start-time fair queueing (Goyal, Vin, Cheng,
"Start-time Fair Queuing", SIGCOMM 1996; with several engines at once: Jin, Chase, Kaur, SIGMETRICS
2004). Each account has a tag, in virtual microseconds. The smallest tag goes next, and moves on by
the job's expected engine time divided by the account's weight; when the job ends, by what it really
took. An account that comes back starts at the class's virtual time, so that nobody saves turns up.
While two accounts wait, what they got by weight never differs by more than one job of each.

Between classes a better one goes first. Every class below it that waits is owed a share of what
is served (`SHARES`); once that pays for its next job and this has ripened (`RIPE`), it goes first,
once. So a job at the head of its class waits for at most 1 / share times its own length of better
work, whatever comes.

Engines that are warm for a job (its model is loaded) may take it before its turn, from the first
`LOOK_AHEAD` accounts in line and not from further than `FAR` behind; after `MOST_PASSED` such
choices in a row the first in line goes. The order of accounts' tags is not changed by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from kinora.domain.ids import AccountId, JobId
from kinora.domain.rank import ORDER, Rank
from kinora.domain.runs import RunKind

SHARES = {Rank.PRIORITY: 0.0, Rank.STANDARD: 1 / 3, Rank.OFF_PEAK: 1 / 15}
"""What a class is owed of each second that goes to a better one while it waits."""

RIPE = {
    Rank.PRIORITY: timedelta(),
    Rank.STANDARD: timedelta(),
    Rank.OFF_PEAK: timedelta(minutes=10),
}
"""How long a job of a class waits at least before it can go before a better one."""

LOOK_AHEAD = 32
MOST_PASSED = 8

FAR = 60_000_000
"""Virtual microseconds behind the first in line beyond which no warm engine reaches."""

LEAST = 100_000
"""Microseconds that every turn costs at least: handing over is work, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """An account's next job: `tag` is when its turn is, in virtual microseconds.

    `length` is the microseconds of engine time that it will probably take.
    """

    account: AccountId
    job: JobId
    tag: int
    length: int
    weight: float
    since: datetime
    kind: RunKind

    @property
    def warm(self) -> str:
        """What an engine must have loaded to begin at once."""
        return self.kind.model

    @property
    def charge(self) -> int:
        """By how much its turn moves its account's tag on."""
        return round(max(LEAST, self.length) / self.weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One class: its virtual time, what it is owed, and the first accounts that wait in it.

    `passed` counts how often in a row its first was passed over for a warm engine.
    """

    rank: Rank
    virtual: int = 0
    owed: int = 0
    passed: int = 0
    heads: Sequence[Head] = ()

    def is_due(self, at: datetime) -> bool:
        """Tell whether it may go before better classes now."""
        first = self.heads[0]
        return at - first.since >= RIPE[self.rank] and self.owed >= max(LEAST, first.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The job that goes next, and its class."""

    line: Line
    head: Head


def choose(
    lines: Sequence[Line], *, at: datetime, warm: frozenset[str] = frozenset()
) -> Choice | None:
    """Return what goes next, None when nothing waits; `warm` is what free engines have loaded."""
    waiting = sorted((line for line in lines if line.heads), key=lambda line: ORDER[line.rank])
    if not waiting:
        return None
    due = [line for line in waiting[1:] if line.is_due(at)]
    line = due[-1] if due else waiting[0]
    return Choice(line=line, head=_fitting(line, warm))


def _fitting(line: Line, warm: frozenset[str]) -> Head:
    first = line.heads[0]
    if not warm or first.warm in warm or line.passed >= MOST_PASSED:
        return first
    near = (head for head in line.heads[:LOOK_AHEAD] if head.tag - first.tag <= FAR)
    return next((head for head in near if head.warm in warm), first)


def after(lines: Sequence[Line], choice: Choice) -> Mapping[Rank, Line]:
    """Return how the classes stand when a choice has been made; their heads are as before."""
    return {line.rank: _after(line, choice) for line in lines}


def _after(line: Line, choice: Choice) -> Line:
    length = max(LEAST, choice.head.length)
    if line.rank is choice.line.rank:
        first = line.heads[0]
        return replace(
            line,
            virtual=max(line.virtual, first.tag),
            owed=max(0, line.owed - length),
            passed=0 if choice.head is first else line.passed + 1,
        )
    if not line.heads:
        return replace(line, owed=0) if line.owed else line
    if line.rank.is_above(choice.line.rank):
        return line
    most = max(LEAST, line.heads[0].length)
    return replace(line, owed=min(most, line.owed + ceil(length * SHARES[line.rank])))
