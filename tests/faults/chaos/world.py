"""A real server that is broken on purpose, sequence after sequence, and then audited."""

import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from kinora.adapters.faults import CLOCK, lay
from tests.acceptance.conftest import Server
from tests.faults.chaos.audit import Books
from tests.faults.chaos.caller import Caller
from tests.faults.chaos.plan import Plan, Timed, drawn
from tests.faults.chaos.receiver import Receiver

MODULES = {
    "engine": "kinora.adapters.fleet.child",
    "dispatcher": "kinora.cli.run_dispatcher",
    "api": "kinora.cli.run_api",
}
PATIENCE = 300.0
LOOK = 0.05
FUTURE = 8 * 3600.0
"""Seconds after which every callback that was refused is due again."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@dataclass
class Tally:
    """What happened, for the report."""

    sequences: int = 0
    accepted: int = 0
    repeats: int = 0
    laid: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    restarts: int = 0
    findings: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    orphans: int = 0
    posts: int = 0
    refused_posts: int = 0


@dataclass
class World:
    """One server over one data folder."""

    root: Path
    seed: int
    receiver: Receiver
    stall: float = 3.0
    tally: Tally = field(default_factory=Tally)
    promised: dict[int, str] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.faults = self.root / "faults"
        self.faults.mkdir()
        extra = {
            "KINORA_ENGINE": "testcard",
            "KINORA_ENGINES": "1",
            "KINORA_FAULTS": str(self.faults),
            "KINORA_STALL": str(self.stall),
            "KINORA_ALLOWED_NETWORKS": "127.0.0.0/8",
            "KINORA_LOG_LEVEL": "info",
            "KINORA_PROVENANCE": "off",
            "KINORA_GRACE": "5",
        }
        self.server = Server(self.root / "data", free_port(), extra=extra)

    def sequence(self, number: int) -> None:
        """Play one drawn sequence."""
        self.play(drawn(self.seed, number))

    def play(self, plan: Plan, *, to_the_end: bool = False) -> None:
        """Play one sequence and check what was promised in it.

        `to_the_end` waits until every fault was met; otherwise some may be missed, by chance.
        """
        caller = Caller(self.server.address, self.receiver.url)
        for fault in plan.laid:
            lay(self.faults, fault.point, fault.action, passes=fault.passes)
            self.tally.laid[fault.point.value] += 1
        self._set_clock(plan.jump)
        with self._kept_up(), self._killing(plan.timed):
            self._play(caller, plan)
            self._settle(to_the_end=to_the_end)
        self._note(caller)

    def finish(self) -> None:
        """Bring every callback and every job to its end, stop, and audit what is on disk."""
        self.lift()
        self._set_clock(FUTURE)
        with self._kept_up():
            self._wait(
                lambda books: not books.rows("select 1 from callbacks where done_at is null")
            )
            self._wait(lambda books: books.unfinished() == 0)
        self.server.stop()
        books = Books(self.server.data)
        self.tally.findings += books.findings()
        self.tally.findings += self._broken_promises(books)
        self.tally.orphans = len(books.orphans())
        self.tally.states.update(
            {
                row["state"]: row["n"]
                for row in books.rows("select state, count(*) n from jobs group by 1")
            }
        )
        self.tally.posts, self.tally.refused_posts = len(self.receiver.taken), self.receiver.refused
        self.tally.findings += self._false_posts(books)
        books.close()

    def lift(self) -> None:
        """Take away what was laid out and never reached."""
        for path in self.faults.iterdir():
            with suppress(FileNotFoundError):
                path.unlink()

    def _play(self, caller: Caller, plan: Plan) -> None:
        failed: list[BaseException] = []

        def play(kind: str) -> None:
            try:
                caller.play(kind)
            except BaseException as error:  # noqa: BLE001 - told to the main thread
                failed.append(error)

        players = [threading.Thread(target=play, args=(kind,)) for kind in plan.jobs]
        for player in players:
            player.start()
        for player in players:
            player.join()
        if failed:
            raise failed[0]

    def _settle(self, *, to_the_end: bool) -> None:
        """Wait until all jobs have ended, then take the faults away that nobody met."""
        self._wait(lambda books: books.unfinished() == 0 and not (to_the_end and self._left()))
        self.tally.missed.update(self._left())
        self.lift()

    def _left(self) -> set[str]:
        """Return the places of faults that nobody has met yet."""
        there = {path.name for path in self.faults.iterdir() if not path.name.startswith(".")}
        return there - {CLOCK}

    def _note(self, caller: Caller) -> None:
        self.promised |= caller.accepted
        self.deleted |= caller.deleted
        tally = self.tally
        tally.sequences += 1
        tally.accepted += len(caller.accepted)
        tally.repeats += caller.repeats
        books = Books(self.server.data)
        try:
            states = books.states(caller.accepted)
            tally.findings += [
                f"job {job} was accepted and is {state}"
                for job, state in states.items()
                if state in ("not there", "queued", "running")
            ]
            traces = [trace for trace in caller.accepted.values() if trace]
            tally.findings += [
                f"trace {trace} made {count} jobs"
                for trace, count in books.traces(traces).items()
                if count != 1
            ]
        finally:
            books.close()

    def _broken_promises(self, books: Books) -> Iterator[str]:
        states = books.states(self.promised)
        yield from (
            f"job {job} was promised and is {s}" for job, s in states.items() if s == "not there"
        )
        yield from (
            f"job {job} was deleted and is {states[job]}"
            for job in self.deleted
            if states[job] not in ("deleted", "failed", "cancelled")
        )

    def _false_posts(self, books: Books) -> Iterator[str]:
        """Yield what was told and is not so, and what was to be told and was not."""
        told: dict[int, set[str]] = {}
        for post in self.receiver.taken:
            name = post.get("image_id") or post.get("video_id") or ""
            state = post.get("image_status_name") or post.get("video_status_name") or ""
            told.setdefault(int(str(name).rpartition(":")[2]), set()).add(state)
        want = {"completed": "COMPLETED", "failed": "FAILED", "moderated": "MODERATED"}
        for row in books.rows(
            "select job, state from callbacks join jobs on jobs.id = callbacks.job"
        ):
            heard = told.get(row["job"], set())
            end = want.get(row["state"])
            if end is not None and end not in heard:
                yield f"job {row['job']} is {row['state']}, its receiver heard {sorted(heard)}"
            if (heard & set(want.values())) - {end}:
                yield f"job {row['job']} is {row['state']}, its receiver heard {sorted(heard)}"

    def _set_clock(self, wrong: float) -> None:
        fresh = self.faults / ".clock.laid"
        fresh.write_text(str(wrong))
        fresh.rename(self.faults / CLOCK)

    def _wait(self, until: Callable[[Books], bool]) -> None:
        ends = time.monotonic() + PATIENCE
        while True:
            books = Books(self.server.data)
            try:
                if until(books):
                    return
            finally:
                books.close()
            assert time.monotonic() < ends, (
                f"not at rest; not met: {self._left()}; {self.server.log[-4000:]}"
            )
            time.sleep(LOOK)

    @contextmanager
    def _kept_up(self) -> Iterator[None]:
        """Start the server again whenever it is gone, as an operator's init system would."""
        done = threading.Event()
        keeper = threading.Thread(target=self._keep_up, args=(done,))
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()

    def _keep_up(self, done: threading.Event) -> None:
        while not done.wait(LOOK):
            process = self.server.process
            if process is None or process.poll() is not None:
                if process is not None:
                    self.tally.restarts += 1
                # It may be killed before it answers, so nobody waits for that.
                self.server.launch()

    @contextmanager
    def _killing(self, timed: Sequence[Timed]) -> Iterator[None]:
        killers = [threading.Timer(kill.after, self._kill, args=(kill.part,)) for kill in timed]
        for killer in killers:
            killer.start()
        try:
            yield
        finally:
            for killer in killers:
                killer.join()

    def _kill(self, part: str) -> None:
        process = self.server.process
        if process is None:
            return
        with suppress(psutil.Error, StopIteration):
            if part == "server":
                process.send_signal(signal.SIGKILL)
            else:
                self.server.find(MODULES[part]).kill()
            self.tally.kills[part] += 1
