"""The inside of an engine's process: `python -m kinora.adapters.fleet.child NAME`."""

import importlib
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from kinora.adapters.faults import arm_from
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
    unpack,
    write_report,
)
from kinora.adapters.parentage import die_with_parent
from kinora.adapters.walls import Walls, allow_processor, enter
from kinora.ports.engine import CannotMake, Engine, EngineEvent, Log, Output, Progress, Spec
from kinora.ports.faults import Point, reach

Tell = Callable[[Report], None]


CACHE = "NUMBA_CACHE_DIR"
"""Names the folder in which compiled kernels lie; a setup that adds to it had to compile."""

IDLE = 2.0
"""Seconds without work after which an engine makes itself small."""

AGAIN = "--again"

WALLS = "ENGINE_WALLS"
"""Holds the walls that the engine is to be in, as text."""

PROCESSOR = "ENGINE_PROCESSOR_SECONDS"
"""Holds how many seconds of processor time a run may take; 0 is no limit."""

FAULTS = "FAULTS_OF_ENGINE"
"""Names the folder of faults and the supervisor's process, with a colon between them."""


class Stopped(Exception):
    """The parent wants the run given up."""


class Orders:
    """Commands from the parent, read in a thread of their own."""

    def __init__(self, stream: BinaryIO) -> None:
        """Start to listen; when the parent is gone, so is this process."""
        self._specs: queue.Queue[Spec] = queue.Queue()
        self._stopped: set[int] = set()
        threading.Thread(target=self._listen, args=(stream,), daemon=True).start()

    def next(self, *, when_idle: Callable[[], None]) -> Spec:
        """Wait for the next spec; when it does not come soon, call `when_idle` once."""
        try:
            return self._specs.get(timeout=IDLE)
        except queue.Empty:
            when_idle()
            return self._specs.get()

    def stopped(self, spec: Spec) -> bool:
        """Whether the parent wants this run given up."""
        return spec.job in self._stopped

    def _listen(self, stream: BinaryIO) -> None:
        while (command := unpack(stream)) is not None:
            match command:
                case Run(spec=spec):
                    self._stopped.discard(spec.job)
                    self._specs.put(spec)
                case Stop(job=job):
                    self._stopped.add(job)
        os._exit(0)


def perform(engine: Engine, spec: Spec, orders: Orders, tell: Tell) -> None:
    """Run one spec and tell how it went."""
    try:
        made = follow(engine, spec, orders, tell)
    except Stopped:
        tell(Crash(reason="stopped", detail=""))
    except CannotMake as no:
        tell(Cannot(reason=str(no)))
    except MemoryError:
        tell(Cannot(reason="this needs more memory than the engine may use"))
    except Exception as error:  # noqa: BLE001 - the wall: whatever broke is told, not raised
        tell(Crash(reason=type(error).__name__, detail=traceback.format_exc()))
    else:
        tell(_report(spec, made))


def follow(engine: Engine, spec: Spec, orders: Orders, tell: Tell) -> Output | None:
    """Pass a run's events on and return its output; raise Stopped when the parent says so."""
    made: Output | None = None
    reach(Point.ENGINE_BEGUN)
    with closing(engine.run(spec)) as events:
        for event in events:
            made = event if isinstance(event, Output) else made
            reach(Point.ENGINE_MADE if isinstance(event, Output) else Point.ENGINE_STEP)
            pass_on(event, tell)
            if orders.stopped(spec):
                raise Stopped
    return made


def pass_on(event: EngineEvent, tell: Tell) -> None:
    """Tell what happens during a run; the output waits for the run's good end."""
    match event:
        case Progress(done=done):
            tell(Step(done=done))
        case Log(event=name, fields=fields):
            tell(Said(event=name, fields=dict(fields)))
        case Output():
            return


def _report(spec: Spec, made: Output | None) -> Report:
    if made is None:
        return Crash(reason="the engine made nothing", detail="")
    return _file(spec, made)


def _file(spec: Spec, made: Output) -> File:
    return File(
        name=str(made.path.relative_to(spec.folder)),
        kind=made.kind,
        mime=made.mime,
        width=made.width,
        height=made.height,
        frames=made.frames,
        seconds=made.seconds,
        has_audio=made.has_audio,
        label=made.label,
        beside=tuple(_file(spec, each) for each in made.beside),
    )


def load(dotted: str) -> Engine:
    """Make the engine named `package.module:Class`."""
    module, _, name = dotted.partition(":")
    engine: Engine = getattr(importlib.import_module(module), name)()
    return engine


def compiled_kernels() -> int:
    """Return how many pieces of machine code the cache holds."""
    folder = os.environ.get(CACHE, "")  # noqa: TID251 - what the parent told numba
    return sum(1 for _ in Path(folder).rglob("*.nbc")) if folder else 0


def wall_in(tell: Tell) -> None:
    """Enter the walls that the parent has drawn, and say which stand."""
    drawn = os.environ.get(WALLS, "")  # noqa: TID251 - what the parent told
    if drawn:
        standing = enter(Walls.of(drawn))
        held: dict[str, str | int | float] = {
            name: int(stands) for name, stands in asdict(standing).items()
        }
        tell(Said(event="engine.walled", fields=held))


def begin_again(channel: BinaryIO) -> None:
    """Become a fresh process that finds its kernels compiled: the compiler's memory stays here."""
    os.dup2(channel.fileno(), 1)
    command = [sys.executable, "-m", "kinora.adapters.fleet.child", sys.argv[1], AGAIN]
    os.execv(sys.executable, command)  # noqa: S606 - ourselves, without a shell


def main() -> None:
    """Serve runs until the parent goes away."""
    die_with_parent()
    channel = os.fdopen(os.dup(1), "wb", buffering=0)
    # Whatever a library prints must not be taken for a report.
    os.dup2(2, 1)

    def tell(report: Report) -> None:
        channel.write(write_report(report) + b"\n")

    folder, _, supervisor = os.environ.get(FAULTS, "").rpartition(":")  # noqa: TID251 - see FAULTS
    arm_from(folder, supervisor=int(supervisor or 0))
    wall_in(tell)
    orders = Orders(sys.stdin.buffer)
    engine = load(sys.argv[1])
    before = compiled_kernels()
    engine.setup()
    if compiled_kernels() > before and AGAIN not in sys.argv:
        begin_again(channel)
    give_memory_back()
    tell(Ready())
    seconds = int(os.environ.get(PROCESSOR, "0"))  # noqa: TID251 - what the parent told
    while True:
        spec = orders.next(when_idle=forget_libraries)
        allow_processor(seconds)
        perform(engine, spec, orders, tell)
        give_memory_back()
        tell(Ready())


if __name__ == "__main__":
    main()
