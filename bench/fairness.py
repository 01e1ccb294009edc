"""Fairness, simulated: the real claims over the real SQLite store, with time that is played.

Four scenes, each seeded: everybody waits (1,000,000 jobs of 10,000 accounts), jobs come in with
heavy tails, classes under a flood of better work, engines that must load models. Peers in the same
run: plain FIFO, and turns by count (what Kinora did before, and what InvokeAI does).
"""

import asyncio
import heapq
import json
import random
import sys
import tempfile
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from kinora.adapters.db.migrate import migrate
from kinora.adapters.db.sqlite import SqlTx
from kinora.adapters.db.statements import connect
from kinora.domain.account import Account, Balance
from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job, JobState
from kinora.domain.order import Order, TextToImage, Words
from kinora.domain.rank import Rank
from kinora.domain.shape import Shape
from kinora.usecases.read_queue import FORESEEN

START = datetime(2026, 11, 28, tzinfo=UTC)
ACCOUNTS, ENGINES = 10_000, 64
SEED = 20261128
ORDER = Order(
    account=AccountId(1),
    ask=TextToImage(words=Words(prompt="a paper boat")),
    model="m",
    quality="720p",
)
SHAPE = Shape(width=1280, height=720, frames=1, fps=0)


@dataclass(slots=True)
class Work:
    """A job as the simulation knows it: `takes` is what it really takes, in seconds."""

    id: int
    account: int
    expected: float
    takes: float
    at: float = 0.0
    rank: Rank = Rank.STANDARD
    model: str = "m"


class Policy:
    """What every policy can do."""

    async def fill(self, works):
        for work in works:
            await self.put(work)


class Fifo(Policy):
    """First come, first served."""

    def __init__(self, weights):
        self.queue = deque()

    async def put(self, work):
        self.queue.append(work)

    async def claim(self, now, warm=frozenset()):
        return self.queue.popleft() if self.queue else None

    async def end(self, work, now):
        pass


class Turns(Policy):
    """One job for each account in turn, whatever it takes; weights are not known to it."""

    def __init__(self, weights):
        self.queues = defaultdict(deque)
        self.heads, self.turns, self.waits, self.now = [], defaultdict(int), set(), 0

    async def put(self, work):
        self.queues[work.account].append(work)
        self._wait(work.account)

    def _wait(self, account):
        if account not in self.waits and self.queues[account]:
            self.waits.add(account)
            turn = max(self.now, self.turns[account])
            heapq.heappush(self.heads, (turn, self.queues[account][0].id, account))

    async def claim(self, now, warm=frozenset()):
        if not self.heads:
            return None
        turn, _, account = heapq.heappop(self.heads)
        self.waits.discard(account)
        self.now, self.turns[account] = max(self.now, turn), turn + 1
        work = self.queues[account].popleft()
        self._wait(account)
        return work

    async def end(self, work, now):
        pass


class Kinora(Policy):
    """The product's own claims, over its own store."""

    def __init__(self, weights):
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "x.db"
        migrate(path)
        connection = connect(str(path))
        self.tx, self.raw = SqlTx(connection), connection.raw
        # Nothing here is to outlive a crash, and what a commit costs is measured elsewhere.
        self.raw.execute("pragma synchronous = off")
        self.raw.execute("begin immediate")
        self.weights, self.works, self.jobs = weights, {}, {}
        self.cost = []

    async def open(self):
        for number, weight in enumerate(self.weights, start=1):
            await self.tx.accounts.add(
                Account(
                    id=AccountId(number),
                    name="",
                    plan="",
                    max_jobs=10**9,
                    active=0,
                    balance=Balance(monthly=0, package=0),
                    created_at=START,
                    weight=weight,
                )
            )

    async def fill(self, works):
        """Let very many jobs wait at once; lists are not looked at here, so they are not kept."""
        self.raw.execute("drop trigger jobs_put_on_shelf")
        await self.put(works[0])
        columns = dict(self.raw.execute("select * from jobs").fetchone())
        columns.pop("shelf", None)
        self.works |= {work.id: work for work in works}
        names = ", ".join(columns)
        values = ", ".join(f":{name}" for name in columns)
        rows = (
            columns
            | {"id": each.id, "account": each.account, "expected": round(1e6 * each.expected)}
            for each in works[1:]
        )
        self.raw.executemany(f"insert into jobs ({names}) values ({values})", rows)  # noqa: S608
        self.raw.execute("delete from heads")
        self.raw.execute(
            "insert into heads (account, rank, tag, job) "
            "select account, rank, 0, min(id) from jobs group by account, rank"
        )

    async def put(self, work):
        self.works[work.id] = work
        at = START + timedelta(seconds=work.at)
        order = replace(ORDER, account=AccountId(work.account), rank=work.rank, model=work.model)
        await self.tx.jobs.add(
            Job(
                id=JobId(work.id),
                order=order,
                state=JobState.QUEUED,
                seed=1,
                cost=0,
                shape=SHAPE,
                created_at=at,
                changed_at=at,
                expected=timedelta(seconds=work.expected),
            )
        )

    async def claim(self, now, warm=frozenset()):
        began = time.thread_time()
        job = await self.tx.jobs.claim(at=START + timedelta(seconds=now), warm=warm)
        self.cost.append(time.thread_time() - began)
        if job is None:
            return None
        self.jobs[job.id] = job
        return self.works[job.id]

    async def end(self, work, now):
        job = self.jobs.pop(work.id)
        ended = job.fail("played", at=START + timedelta(seconds=now))
        assert await self.tx.jobs.save(ended, state=job.state, attempt=job.attempt)

    async def close(self):
        self.raw.execute("rollback")
        self.raw.close()
        self.folder.cleanup()


@dataclass
class Seen:
    """What a scene showed: seconds served by account, and who waited how long."""

    served: dict = field(default_factory=lambda: defaultdict(float))
    waits: list = field(default_factory=list)
    switches: int = 0
    end: float = 0.0


async def play(policy, arrivals, *, engines, until=None, load=0.0, affine=False):
    """Let engines work through arrivals; `load` seconds are lost when an engine changes models."""
    seen, now, ending = Seen(), 0.0, []
    free = [""] * engines
    coming = deque(arrivals)
    taken = 0
    while True:
        while coming and coming[0].at <= now:
            await policy.put(coming.popleft())
        while free and (until is None or taken < until):
            warm = frozenset(filter(None, free)) if affine else frozenset()
            work = await policy.claim(now, warm)
            if work is None:
                break
            taken += 1
            slot = work.model if work.model in free else "" if "" in free else free[0]
            free.remove(slot)
            extra = load if slot != work.model else 0.0
            seen.switches += bool(extra)
            seen.served[work.account] += work.takes
            seen.waits.append((work, now - work.at))
            heapq.heappush(ending, (now + work.takes + extra, work.id, work))
        steps = [each for each in (ending[:1] and ending[0][0], coming and coming[0].at) if each]
        if (until is not None and taken >= until) or not steps:
            seen.end = now
            return seen
        now = min(steps)
        while ending and ending[0][0] <= now:
            _, _, work = heapq.heappop(ending)
            free.append(work.model)
            await policy.end(work, now)


def jain(values):
    """Return Jain's index of fairness: 1 when all get the same, 1/n when one gets everything."""
    return sum(values) ** 2 / (len(values) * sum(value * value for value in values))


def heavy(chance, *, least, most, tail):
    """Return a number with a Pareto tail, capped."""
    return min(most, least * chance.paretovariate(tail))


def weights_of(chance, number):
    return [chance.choices([1, 2, 4], [80, 15, 5])[0] for _ in range(number)]


async def saturated(accounts, jobs, claims):
    """Everybody waits all the time: what each gets of the engines, by its weight."""
    chance = random.Random(SEED)
    weights = weights_of(chance, accounts)
    # Some make pictures, some long films: what one job of theirs takes on average.
    sizes = [heavy(chance, least=1.0, most=20.0, tail=1.1) for _ in range(accounts)]
    share = [heavy(chance, least=1.0, most=200.0, tail=1.2) for _ in range(accounts)]
    # No account may run out within the scene, or it would not be backlogged.
    least = 3 * claims * 4 // accounts
    extra = max(0, jobs - least * accounts)
    whole = sum(share)
    owners = [
        number
        for number, part in enumerate(share, start=1)
        for _ in range(least + int(extra * part / whole))
    ]
    chance.shuffle(owners)
    works = [sized(chance, n, owner, sizes[owner - 1]) for n, owner in enumerate(owners, start=1)]
    found = {"accounts": accounts, "waiting_jobs": len(works), "claims": claims}
    for policy in (Fifo(weights), Turns(weights), Kinora(weights)):
        if isinstance(policy, Kinora):
            await policy.open()
        await policy.fill(works)
        seen = await play(policy, [], engines=ENGINES, until=claims)
        got = [seen.served[number] / weight for number, weight in enumerate(weights, start=1)]
        name = type(policy).__name__.lower()
        found[name] = {
            "jain_by_weight": round(jain(got), 4),
            "accounts_with_nothing": sum(1 for each in got if not each),
            "accounts_below_a_tenth_of_the_mean": below(got),
        }
        if isinstance(policy, Kinora):
            found[name] |= await costs(policy)
            await policy.close()
        print(name, found[name], flush=True)
    return found


def sized(chance, number, owner, size, at=0.0):
    """Return a job whose expected length is known well for most, badly for some."""
    takes = size * chance.lognormvariate(0, 0.4)
    return Work(number, owner, expected=max(0.1, size), takes=max(0.1, takes), at=at)


def below(got):
    mean = sum(got) / len(got)
    return sum(1 for each in got if each < mean / 10)


async def costs(policy):
    """Return what claims cost, in microseconds of CPU, and a look ahead in the line."""
    spent = sorted(policy.cost)
    began = time.thread_time()
    line = await policy.tx.queue.line(at=START, at_most=FORESEEN)
    look = time.thread_time() - began
    return {
        "claim_us_p50": round(1e6 * median(spent), 1),
        "claim_us_p99": round(1e6 * spent[int(0.99 * len(spent))], 1),
        "look_ahead_ms": round(1e3 * look, 2),
        "looked_at": len(line),
    }


async def arriving(accounts, jobs):
    """Jobs come for an hour, a tenth more than the engines can do: how long callers wait."""
    chance = random.Random(SEED + 1)
    weights = [1] * accounts
    rates = [heavy(chance, least=1.0, most=3000.0, tail=1.05) for _ in range(accounts)]
    owners = chance.choices(range(1, accounts + 1), rates, k=jobs)
    sizes = [heavy(chance, least=2.0, most=60.0, tail=1.3) for _ in range(accounts)]
    work = sum(sizes[owner - 1] for owner in owners)
    hour = work / ENGINES / 1.1
    times = sorted(chance.uniform(0, hour) for _ in owners)
    works = [
        sized(chance, n, owner, sizes[owner - 1], at)
        for n, (owner, at) in enumerate(zip(owners, times, strict=True), start=1)
    ]
    demand = defaultdict(float)
    for each in works:
        demand[each.account] += each.takes
    fair = hour * ENGINES / len(demand)
    found = {
        "accounts": len(demand),
        "jobs": jobs,
        "seconds": round(hour),
        "largest_share_of_work": round(max(demand.values()) / sum(demand.values()), 3),
    }
    for policy in (Fifo(weights), Turns(weights), Kinora(weights)):
        if isinstance(policy, Kinora):
            await policy.open()
        seen = await play(policy, works, engines=ENGINES)
        modest = sorted(wait for each, wait in seen.waits if demand[each.account] <= fair)
        every = [wait for _, wait in seen.waits]
        name = type(policy).__name__.lower()
        found[name] = {
            "wait_p50_s": round(median(every), 1),
            "wait_max_s": round(max(every), 1),
            "modest_wait_p50_s": round(median(modest), 1),
            "modest_wait_p99_s": round(modest[int(0.99 * len(modest))], 1),
            "modest_wait_max_s": round(modest[-1], 1),
            "modest_jobs_that_waited_over_5_min": sum(1 for wait in modest if wait > 300),
            "never_served": jobs - len(seen.waits),
        }
        if isinstance(policy, Kinora):
            await policy.close()
        print(name, found[name], flush=True)
    return found


async def classes():
    """A flood of better work: what lower classes still get, and how long their first waits."""
    found = {}
    floods = {
        "standard under priority": (Rank.PRIORITY, Rank.STANDARD),
        "off-peak under standard": (Rank.STANDARD, Rank.OFF_PEAK),
    }
    for name, (better, lower) in floods.items():
        policy = Kinora([1, 1])
        await policy.open()
        works = [Work(n, 1, 2.0, 2.0, rank=better) for n in range(1, 6001)]
        works += [Work(n, 2, 10.0, 10.0, rank=lower) for n in range(6001, 6301)]
        seen = await play(policy, works, engines=4, until=4500)
        rows = [(wait, each) for each, wait in seen.waits if each.rank is lower]
        share = sum(each.takes for _, each in rows) / sum(seen.served.values())
        found[name] = {
            "share_of_engine_time": round(share, 3),
            "first_began_after_s": round(rows[0][0], 1),
        }
        await policy.close()
        print(name, found[name], flush=True)
    return found


async def warm(jobs):
    """Engines that load a model in 15 s, with and without preferring what they have loaded."""
    found = {}
    for name, affine in (("without affinity", False), ("with affinity", True)):
        chance = random.Random(SEED + 2)
        policy = Kinora([1] * 200)
        await policy.open()
        works = [
            replace(
                sized(chance, n, chance.randint(1, 200), 8.0),
                model=chance.choices("abcdef", [8, 4, 2, 2, 1, 1])[0],
            )
            for n in range(1, jobs + 1)
        ]
        seen = await play(policy, works, engines=8, load=15.0, affine=affine, until=jobs // 2)
        got = [seen.served[number] for number in range(1, 201)]
        found[name] = {
            "model_loads_per_100_jobs": round(100 * seen.switches / (jobs // 2), 1),
            "jobs_per_hour": round(3600 * (jobs // 2) / seen.end),
            "jain": round(jain(got), 4),
        }
        await policy.close()
        print(name, found[name], flush=True)
    return found


async def main(scale: float) -> None:
    accounts = round(ACCOUNTS * scale)
    results = {"seed": SEED, "engines": ENGINES}
    scenes = {
        "arriving": arriving(accounts, round(20_000 * scale)),
        "classes": classes(),
        "warm": warm(round(4_000 * min(1, 4 * scale))),
        "saturated, a hundredth": saturated(
            accounts // 100, round(10_000 * scale), round(1_000 * scale)
        ),
        "saturated": saturated(accounts, round(1_000_000 * scale), round(100_000 * scale)),
    }
    for name, scene in scenes.items():
        results[name] = await scene
        if scale == 1:
            out = Path(__file__).parent / "results" / "fairness.json"
            out.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
