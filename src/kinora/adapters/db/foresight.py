"""What would be claimed next, and next, if no other jobs came."""

from collections import deque
from dataclasses import replace
from datetime import datetime
from heapq import heappop, heappush

from kinora.adapters.db.heads import Heads, head_from
from kinora.adapters.db.statements import Connection
from kinora.domain.ids import AccountId, JobId
from kinora.domain.rank import Rank
from kinora.domain.turns import Choice, Head, Line, after, choose

MOST_READ = 16
"""Jobs of one account that are read at once; the first time it is one, and then twice as many."""

Place = tuple[int, JobId, Head]


class Foresight:
    """Plays the coming claims in memory, by the rules of the real ones, and changes nothing."""

    def __init__(self, db: Connection, *, at_most: int) -> None:
        """Read the first `at_most` heads of each class; no more than as many steps are right."""
        self._db = db
        lines = Heads(db).lines(at_most=at_most)
        # Read in order, so each list is a heap.
        self._heaps = {line.rank: [_placed(head) for head in line.heads] for line in lines}
        self._lines = {line.rank: self._with_first(line) for line in lines}
        self._behind: dict[tuple[AccountId, Rank], deque[Head]] = {}
        self._read: dict[tuple[AccountId, Rank], int] = {}

    def next(self, *, at: datetime) -> Choice | None:
        """Return what goes next, None at the end, and go on."""
        lines = list(self._lines.values())
        choice = choose(lines, at=at)
        if choice is None:
            return None
        self._lines = dict(after(lines, choice))
        rank = choice.line.rank
        heappop(self._heaps[rank])
        behind = self._behind_of(choice.head, rank)
        if behind is not None:
            heappush(self._heaps[rank], _placed(behind))
        self._lines[rank] = self._with_first(self._lines[rank])
        return choice

    def _with_first(self, line: Line) -> Line:
        heap = self._heaps[line.rank]
        return replace(line, heads=(heap[0][2],) if heap else ())

    def _behind_of(self, head: Head, rank: Rank) -> Head | None:
        """Return the account's job behind another."""
        whose = (head.account, rank)
        known = self._behind.setdefault(whose, deque())
        if not known:
            number = min(MOST_READ, 2 * self._read.get(whose, 0) or 1)
            asked = {"account": head.account, "rank": rank.value, "after": head.job}
            rows = self._db.all("waiting_after", {**asked, "at_most": number})
            known.extend(head_from(row) for row in rows)
            self._read[whose] = number
        if not known:
            return None
        found = known.popleft()
        return replace(found, tag=head.tag + head.charge, weight=head.weight)


def _placed(head: Head) -> Place:
    return head.tag, head.job, head
