"""A fleet of child processes on this machine, one engine run at a time in each."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from kinora.adapters.fleet.rest import forget_libraries, give_memory_back
from kinora.adapters.fleet.wire import (
    Cannot,
    Crash,
    File,
    Ready,
    Report,
    Run,
    Said,
    Step,
    Stop,
    pack,
    read_report,
)
from kinora.domain.ids import AssetId
from kinora.domain.job import Job
from kinora.ports.engine import Output, Spec
from kinora.ports.fleet import Broke, FleetNews, Freed, Made, Moved, Refused

log = structlog.get_logger()

STALL = 180.0
"""Seconds without a sign of life after which a running engine is taken for hung and killed."""

LOOK_EVERY = 15.0
"""Seconds between two looks at whether a silent engine is hung."""

TELL_EVERY = 0.4
"""Seconds between two notes of progress; each costs a commit."""

GLANCE = 0.2
"""Seconds between two looks at whether work has come meanwhile."""

RENEW_AFTER = 60.0
"""Seconds without work after which an engine that has worked is replaced by a fresh one.

What a film needed once (filters, typefaces, fragments of freed memory) stays in its process: up to
100 MB that an idle server need not hold.
"""

LONGEST_REST = 30.0
MAX_LINE = 1 << 20


@dataclass(slots=True)
class Child:
    """One engine process and the job at work in it."""

    number: int
    process: asyncio.subprocess.Process | None = None
    ready: bool = False
    job: Job | None = None
    folder: Path = field(default_factory=Path)
    told_at: float = 0.0
    heard_at: float = 0.0
    crashes: int = 0
    worked: bool = False
    model: str = ""

    @property
    def free(self) -> bool:
        """Whether it can take a job right now."""
        return self.ready and self.job is None

    @property
    def silent(self) -> float:
        """Seconds since it was last heard."""
        return time.monotonic() - self.heard_at

    def send(self, message: bytes) -> None:
        """Write to the process; if it is gone, its end is noticed by its reader."""
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.write(message)


class ChildFleet:
    """Runs one engine in `size` processes, and brings a process back when it dies.

    `engine` is the dotted name `package.module:Class`; `environment` is what the children get;
    a process that has worked is replaced after `renew_after` seconds without work, one that gives
    no sign of life for `stall` seconds during a run is killed. `loads_models` tells that a process
    begins sooner with the model of its last job.
    """

    def __init__(
        self,
        engine: str,
        *,
        size: int,
        environment: Mapping[str, str],
        renew_after: float = RENEW_AFTER,
        stall: float = STALL,
        loads_models: bool = False,
    ) -> None:
        self._engine = engine
        self._renew_after = renew_after
        self._stall = stall
        self._loads_models = loads_models
        self._renewing = asyncio.Lock()
        self._environment = dict(environment)
        self._children = [Child(number) for number in range(size)]
        self._news: asyncio.Queue[FleetNews | None] = asyncio.Queue()
        self._keepers: list[asyncio.Task[None]] = []

    @property
    def free(self) -> int:
        """How many jobs can be handed over right now."""
        return sum(child.free for child in self._children)

    @property
    def warm(self) -> frozenset[str]:
        """The models of free processes' last jobs, if that makes a difference."""
        if not self._loads_models:
            return frozenset()
        return frozenset(child.model for child in self._children if child.free and child.model)

    async def start(self) -> None:
        """Bring the processes up; each tells when it is ready."""
        self._keepers = [asyncio.create_task(self._keep(child)) for child in self._children]

    async def hand_over(self, job: Job, *, inputs: Mapping[AssetId, Path], folder: Path) -> None:
        """Give a running job to a free process."""
        child = self._free_for(job)
        if child is None:
            # It ended between the claim and now.
            self._news.put_nowait(Broke(job=job, reason="the engine ended before it began"))
            return
        child.job, child.folder, child.worked = job, folder, True
        child.model = job.order.model
        child.told_at = child.heard_at = time.monotonic()
        spec = Spec(
            job=job.id,
            attempt=job.attempt,
            ask=job.order.ask,
            seed=job.seed,
            shape=job.shape,
            inputs=dict(inputs),
            folder=folder,
            watermark=job.order.watermark,
        )
        child.send(pack(Run(spec)))

    def _free_for(self, job: Job) -> Child | None:
        """Return a free process; where models are loaded, one that has it, or that has none."""
        free = [child for child in self._children if child.free]
        if self._loads_models:
            model = job.order.model
            free.sort(key=lambda child: (child.model != model, bool(child.model)))
        return next(iter(free), None)

    async def stop(self, job: Job) -> None:
        """Ask for a job to be given up at its next step."""
        for child in self._children:
            if child.job is not None and child.job.id == job.id:
                child.send(pack(Stop(job.id)))

    async def news(self) -> AsyncIterator[FleetNews]:
        """Yield what happens until the fleet is closed."""
        while (news := await self._news.get()) is not None:
            yield news

    async def close(self) -> None:
        """Bring every process down."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for child in self._children:
            await _kill(child.process)
        self._news.put_nowait(None)

    async def _keep(self, child: Child) -> None:
        while True:
            child.process = await self._begin()
            child.worked, child.model = False, ""
            reason = await self._follow(child)
            child.ready = False
            await _kill(child.process)
            log.warning(
                "engine.ended", child=child.number, reason=reason, status=child.process.returncode
            )
            if child.job is not None:
                self._settle(child, Broke(job=child.job, reason=reason))
            await asyncio.sleep(min(LONGEST_REST, 0.1 * 2**child.crashes))
            child.crashes += 1

    @property
    def _look_every(self) -> float:
        return min(LOOK_EVERY, self._renew_after, self._stall / 2)

    async def _begin(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "kinora.adapters.fleet.child",
            self._engine,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=self._environment,
            limit=MAX_LINE,
        )

    async def _follow(self, child: Child) -> str:
        """Read a process's reports until it ends, and return why it did."""
        while child.process is not None and child.process.stdout is not None:
            stream = child.process.stdout
            try:
                line = await asyncio.wait_for(stream.readline(), self._look_every)
            except TimeoutError:
                if child.job is not None and child.silent > self._stall:
                    return f"the engine gave no sign of life for {self._stall:.0f} s"
                if self._tired(child):
                    await self._renew(child)
                continue
            except ValueError:
                return "the engine spoke out of turn"
            child.heard_at = time.monotonic()
            if not line:
                break
            self._hear(child, read_report(line))
        return "the engine's process ended"

    def _tired(self, child: Child) -> bool:
        rested = child.free and child.silent >= self._renew_after
        return rested and child.worked and not self._renewing.locked()

    async def _renew(self, child: Child) -> None:
        """Put a fresh process in an idle one's place, unless work comes before it is ready.

        The old one stays at hand until then, so no job ever waits for this.
        """
        async with self._renewing:
            other: asyncio.subprocess.Process | None = None
            try:
                other = fresh = await self._begin()
                if await self._ready_in_peace(fresh, child):
                    child.process, other, child.model = fresh, child.process, ""
            except (OSError, ValueError) as error:
                log.warning("engine.not_renewed", child=child.number, reason=str(error))
            finally:
                await _kill(other)
        child.worked = not child.free
        log.debug("engine.renewed", child=child.number, given_up=child.worked)
        give_memory_back()
        forget_libraries()

    async def _ready_in_peace(self, fresh: asyncio.subprocess.Process, child: Child) -> bool:
        """Wait until a fresh process is ready; False when it ends, or `child` gets work first."""
        if fresh.stdout is None:
            return False
        saying = asyncio.ensure_future(fresh.stdout.readline())
        while child.free and not saying.done():
            await asyncio.wait({saying}, timeout=GLANCE)
        return saying.cancel() is False and bool(saying.result()) and child.free

    def _hear(self, child: Child, report: Report) -> None:
        job = child.job
        match report:
            case Ready():
                child.ready = True
                self._news.put_nowait(Freed())
            case Said(event=event, fields=fields):
                log.info(event, child=child.number, job=job and job.id, **fields)
            case _ if job is not None:
                self._hear_of(child, job, report)
            case _:
                log.warning("engine.out_of_turn", child=child.number)

    def _hear_of(self, child: Child, job: Job, report: Report) -> None:
        match report:
            case Step(done=done):
                self._move(child, job, done)
            case File():
                child.crashes = 0
                self._settle(child, Made(job=job, output=_output(report, child.folder)))
            case Cannot(reason=reason):
                self._settle(child, Refused(job=job, reason=reason))
            case Crash(reason=reason, detail=detail):
                log.error("engine.fault", job=job.id, reason=reason, detail=detail)
                self._settle(child, Broke(job=job, reason=f"the engine failed ({reason})"))
            case Ready() | Said():
                return

    def _move(self, child: Child, job: Job, done: float) -> None:
        now = time.monotonic()
        if now - child.told_at >= TELL_EVERY:
            child.told_at = now
            self._news.put_nowait(Moved(job=job, done=done))

    def _settle(self, child: Child, news: FleetNews) -> None:
        # Not free until the process says so again: it may still be tidying up.
        child.job, child.ready = None, False
        self._news.put_nowait(news)


async def _kill(process: asyncio.subprocess.Process | None) -> None:
    if process is None:
        return
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def _output(report: File, folder: Path) -> Output:
    return Output(
        path=folder / Path(report.name).name,
        kind=report.kind,
        mime=report.mime,
        width=report.width,
        height=report.height,
        frames=report.frames,
        seconds=report.seconds,
        has_audio=report.has_audio,
        label=report.label,
        beside=tuple(_output(each, folder) for each in report.beside),
    )
