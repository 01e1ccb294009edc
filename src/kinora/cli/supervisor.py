"""The supervisor: starts the processes of a server, brings back the ones that die, ends them all.

Each process reads its settings from its standard input, which stays open for as long as the
supervisor lives: when it closes, the process ends. So nothing outlives a supervisor, even a
killed one; on Linux not even a process that hangs (`die_with_parent`).
"""

import asyncio
import os
import signal
import socket as sockets
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from kinora.adapters.faults import arm_from
from kinora.bootstrap.signs import sign_of
from kinora.ports.faults import Point, reach
from kinora.settings import Settings, encode, environment

BACKLOG = 2048
LONGEST_REST = 5.0
LOOKS = 4
"""How often a part is looked at before it is taken for hung."""

BIRTH = 60.0
"""Seconds that a part has for its first sign of life: a busy machine is slow to start it."""

STEADY = 10.0
"""Seconds after which a process counts as well, and its next death as its first."""


def listen(host: str, port: int) -> sockets.socket:
    """Return a listening socket, which every API process inherits."""
    family = sockets.AF_INET6 if ":" in host else sockets.AF_INET
    socket = sockets.socket(family, sockets.SOCK_STREAM)
    socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
    try:
        socket.bind((host, port))
    except OSError:
        socket.close()
        raise
    socket.listen(BACKLOG)
    return socket


@dataclass(slots=True)
class Part:
    """One process of the server: what it runs and the pipe ends or sockets it inherits."""

    name: str
    arguments: Sequence[str]
    inherits: Sequence[int]
    process: asyncio.subprocess.Process | None = None
    expected_to_end: bool = False
    began: float = 0.0
    last_sign: float = 0.0
    silent_looks: int = 0
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def look(self, sign: float) -> bool:
        """Note when it last gave a sign of life; return whether it is silent for too long.

        Looks are counted, not seconds: a machine that slept has hung nothing.
        """
        unborn = sign <= self.began and time.time() - self.began < BIRTH
        silent = sign == self.last_sign and not unborn
        self.silent_looks = self.silent_looks + 1 if silent else 0
        self.last_sign = sign
        return self.silent_looks >= LOOKS

    def say(self, line: bytes) -> None:
        """Write a line to the process."""
        if self.process is not None and self.process.stdin is not None:
            with suppress(ConnectionError):
                self.process.stdin.write(line + b"\n")

    def signal(self, number: int) -> None:
        """Send a signal, unless the process is gone."""
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)


class Supervisor:
    """Keeps a server's processes up until it is told to stop."""

    def __init__(self, settings: Settings, *, socket: sockets.socket) -> None:
        """Plan the processes; `run` starts them."""
        self._settings = settings
        self._socket = socket
        hears, knocks = os.pipe()
        self._dispatcher = Part("dispatcher", [str(hears)], [hears])
        self._apis = [
            Part(f"api-{n}", [str(n), str(socket.fileno()), str(knocks)], [socket.fileno(), knocks])
            for n in range(settings.api_processes)
        ]
        self._stop = asyncio.Event()

    async def run(self) -> int:
        """Serve until SIGTERM or SIGINT; return the exit status."""
        arm_from(self._settings.faults, supervisor=os.getpid())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_stop)
        parts = [*self._apis, self._dispatcher]
        keepers = {part.name: asyncio.create_task(self._keep(part)) for part in parts}
        watching = asyncio.create_task(self._watch(parts))
        await self._stop.wait()
        watching.cancel()
        for api in self._apis:
            api.say(b"drain")
        await self._end(self._dispatcher, keepers, patience=self._settings.grace + 10)
        for api in self._apis:
            await self._end(api, keepers, patience=10)
        return 0

    def _told_to_stop(self) -> None:
        if self._stop.is_set():
            # Told twice: whoever asks does not want to wait.
            for part in (*self._apis, self._dispatcher):
                part.signal(signal.SIGKILL)
        self._stop.set()

    async def _keep(self, part: Part) -> None:
        rest = 0.05
        loop = asyncio.get_running_loop()
        while not part.expected_to_end:
            began = loop.time()
            part.process = await self._start(part)
            status = await part.process.wait()
            if self._ending(part):
                return
            rest = 0.05 if loop.time() - began > STEADY else min(LONGEST_REST, rest * 2)
            print(f"kinora: {part.name} ended with {status}; starting it again", file=sys.stderr)  # noqa: T201 - no logger here
            await asyncio.sleep(rest)

    async def _watch(self, parts: Sequence[Part]) -> None:
        """Kill a part that has hung; its keeper starts it again."""
        while True:
            await asyncio.sleep(self._settings.stall / LOOKS)
            for part in parts:
                if part.look(sign_of(self._settings, part.name)):
                    print(f"kinora: {part.name} gives no sign of life; killed", file=sys.stderr)  # noqa: T201 - no logger here
                    part.signal(signal.SIGKILL)
                    part.silent_looks = 0

    def _ending(self, part: Part) -> bool:
        return part.expected_to_end

    async def _start(self, part: Part) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            f"kinora.cli.run_{part.name.partition('-')[0]}",
            *part.arguments,
            stdin=asyncio.subprocess.PIPE,
            pass_fds=part.inherits,
            # An idle server shall not hold on to memory that it needed once.
            env=environment(MALLOC_ARENA_MAX="1", MALLOC_TRIM_THRESHOLD_="131072"),
            # Ctrl-C in a terminal reaches the whole group; only the supervisor shall act on it.
            start_new_session=True,
        )
        part.process, part.began = process, time.time()
        part.say(encode(self._settings))
        reach(Point.PART_STARTED)
        return process

    async def _end(
        self, part: Part, keepers: dict[str, asyncio.Task[None]], *, patience: float
    ) -> None:
        part.expected_to_end = True
        part.signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(asyncio.shield(keepers[part.name]), patience)
        except TimeoutError:
            part.signal(signal.SIGKILL)
            await keepers[part.name]
