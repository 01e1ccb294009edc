"""Nobody is forgotten, whatever comes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kinora.domain.ids import AccountId, JobId
from kinora.domain.rank import Rank
from kinora.domain.runs import RunKind
from kinora.domain.turns import (
    FAR,
    LEAST,
    MOST_PASSED,
    RIPE,
    SHARES,
    Choice,
    Head,
    Line,
    after,
    choose,
)

NOW = datetime(2026, 11, 28, tzinfo=UTC)
KIND = RunKind("text_to_video", "v6", "540p", 5)
IN_PEACE = settings(deadline=None, max_examples=60)
"""The machines that run this are busy."""

lengths = st.integers(LEAST, 100 * LEAST)


def head(account: int, tag: int, length: int, *, weight: float = 1.0, model: str = "v6") -> Head:
    return Head(
        account=AccountId(account),
        job=JobId(account),
        tag=tag,
        length=length,
        weight=weight,
        since=NOW,
        kind=replace(KIND, model=model),
    )


@dataclass
class Backlog:
    """Accounts that always wait, each with lengths that come round."""

    lengths: Sequence[Sequence[int]]
    weights: Sequence[float]
    tags: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    served: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    turns: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    line: Line = field(default_factory=lambda: Line(rank=Rank.STANDARD))

    def heads(self, models: Sequence[str]) -> list[Head]:
        found = [
            head(
                number,
                self.tags[number],
                own[self.turns[number] % len(own)],
                weight=self.weights[number],
                model=models[number % len(models)],
            )
            for number, own in enumerate(self.lengths)
        ]
        return sorted(found, key=lambda each: (each.tag, each.job))

    def serve(self, models: Sequence[str] = ("v6",), warm: frozenset[str] = frozenset()) -> Choice:
        line = replace(self.line, heads=self.heads(models))
        choice = choose([line], at=NOW, warm=warm)
        assert choice is not None
        self.line = after([line], choice)[line.rank]
        number = int(choice.head.account)
        self.tags[number] += choice.head.charge
        self.served[number] += choice.head.length
        self.turns[number] += 1
        return choice


@st.composite
def backlogs(draw: st.DrawFn) -> Backlog:
    own = draw(st.lists(st.lists(lengths, min_size=1, max_size=5), min_size=2, max_size=6))
    weights = draw(st.lists(st.sampled_from([0.5, 1, 2, 5]), min_size=len(own), max_size=len(own)))
    return Backlog(own, weights)


@IN_PEACE
@given(backlog=backlogs(), steps=st.integers(1, 200))
def test_what_two_accounts_got_by_weight_differs_by_one_job_of_each_at_most(
    backlog: Backlog, steps: int
) -> None:
    longest = [
        max(own) / weight for own, weight in zip(backlog.lengths, backlog.weights, strict=True)
    ]
    for _ in range(steps):
        backlog.serve()
        got = [backlog.served[n] / weight for n, weight in enumerate(backlog.weights)]
        for one in range(len(got)):
            for other in range(one):
                bound = longest[one] + longest[other] + steps
                assert abs(got[one] - got[other]) <= bound


@IN_PEACE
@given(
    backlog=backlogs(),
    models=st.lists(st.sampled_from("ab"), min_size=1, max_size=6),
    warm=st.sampled_from([frozenset("a"), frozenset("ab"), frozenset("c")]),
)
def test_a_warm_engine_costs_nobody_more_than_the_bounds(
    backlog: Backlog, models: list[str], warm: frozenset[str]
) -> None:
    passed, waited = 0, 0
    for _ in range(150):
        first = backlog.heads(models)[0]
        choice = backlog.serve(models, warm)
        assert choice.head.tag - first.tag <= FAR
        passed = 0 if choice.head.account == first.account else passed + 1
        waited = max(waited, passed)
    assert waited <= MOST_PASSED


@IN_PEACE
@given(
    mine=lengths,
    others=st.lists(st.tuples(st.sampled_from(list(Rank)), lengths), min_size=1, max_size=20),
    rank=st.sampled_from([Rank.STANDARD, Rank.OFF_PEAK]),
)
def test_a_class_waits_for_a_bounded_amount_of_better_work(
    mine: int, others: list[tuple[Rank, int]], rank: Rank
) -> None:
    better = [(each, length) for each, length in others if each.is_above(rank)]
    better = better or [(Rank.PRIORITY, LEAST)]
    waiting = replace(head(99, 0, mine), since=NOW - RIPE[rank])
    lines = {each: Line(rank=each) for each in Rank}
    work, longest = 0.0, max(length for _, length in better)
    bound = mine / SHARES[rank] + longest
    for step in range(100_000):
        above, length = better[step % len(better)]
        heads: dict[Rank, list[Head]] = {each: [] for each in Rank}
        heads[rank], heads[above] = [waiting], [head(1, step, length)]
        now = [replace(line, heads=heads[line.rank]) for line in lines.values()]
        choice = choose(now, at=NOW)
        assert choice is not None
        lines = dict(after(now, choice))
        if choice.line.rank is rank:
            break
        work += length
        assert work <= bound + 1
    assert work <= bound + 1


def test_off_peak_jobs_go_before_nobody_until_they_are_ripe() -> None:
    young = Line(rank=Rank.OFF_PEAK, owed=10 * LEAST, heads=[head(1, 0, LEAST)])
    busy = Line(rank=Rank.STANDARD, heads=[head(2, 0, LEAST)])
    ripe = NOW + RIPE[Rank.OFF_PEAK]
    for at, rank in ((ripe - timedelta(seconds=1), Rank.STANDARD), (ripe, Rank.OFF_PEAK)):
        choice = choose([young, busy], at=at)
        assert choice is not None
        assert choice.line.rank is rank
    assert choose([Line(rank=Rank.STANDARD)], at=NOW) is None
