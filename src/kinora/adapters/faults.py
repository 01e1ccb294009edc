"""Faults that a test lays out as files: `<folder>/<point>` says what is to happen there.

A file holds one line: an action, and how often the place is passed before it strikes. It strikes
once, in whichever process comes first, for it is taken away before it does; `always` leaves it
there. So a fault can be laid out while the server runs, and outlives no restart.

    kill          SIGKILL to this process
    kill-server   SIGKILL to the supervisor, with which every process ends
    stop          SIGSTOP to this process, as if it hung
    full          the disk is full
    broken        an error that nobody foresaw
"""

import errno
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from kinora.adapters.clock import SystemClock
from kinora.ports.faults import Point, arm

ALWAYS = "always"
CLOCK = "clock"
"""A file of this name holds the seconds by which the clock is wrong."""


class Broken(RuntimeError):
    """A fault that a test asked for."""


class FaultFolder:
    """Strikes where a file says so."""

    def __init__(self, folder: Path, *, supervisor: int) -> None:
        """Look into `folder`; `supervisor` is the process to kill for `kill-server`."""
        self._folder = folder
        self._supervisor = supervisor

    def __call__(self, point: Point) -> None:
        """Do what is laid out for a place."""
        action = self._taken(self._folder / point.value)
        if action:
            self._actions[action]()

    def _taken(self, path: Path) -> str:
        """Return the action that is due at a place, and take it away; "" when none is."""
        try:
            action, _, passes = path.read_text().partition(" ")
        except FileNotFoundError:
            return ""
        if passes == ALWAYS:
            return action
        # Only one process gets it: the one that manages to move it away.
        mine = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.rename(mine)
        except FileNotFoundError:
            return ""
        left = int(passes or 0)
        if left == 0:
            mine.unlink()
            return action
        mine.write_text(f"{action} {left - 1}")
        mine.rename(path)
        return ""

    @property
    def _actions(self) -> Mapping[str, Callable[[], None]]:
        return {
            "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
            "kill-server": self._kill_server,
            "stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
            "full": _full,
            "broken": _broken,
        }

    def _kill_server(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._supervisor, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


class FaultyClock(SystemClock):
    """The system's clock, off by what a file in the folder says."""

    def __init__(self, folder: Path) -> None:
        """Look into `folder`."""
        self._path = folder / CLOCK

    def now(self) -> datetime:
        """Return the time, aware, in UTC, as a machine whose clock was set would tell it."""
        try:
            wrong = float(self._path.read_text())
        except (FileNotFoundError, ValueError):
            wrong = 0.0
        return super().now() + timedelta(seconds=wrong)


def lay(folder: Path, point: Point, action: str, *, passes: int | str = 0) -> None:
    """Lay a fault out, whole or not at all; `passes` may be "always"."""
    fresh = folder / f".{point.value}.laid"
    fresh.write_text(f"{action} {passes}")
    fresh.rename(folder / point.value)


def arm_from(folder: str, *, supervisor: int) -> None:
    """Arm this process when a folder is named."""
    if folder:
        arm(FaultFolder(Path(folder), supervisor=supervisor))


def _full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _broken() -> None:
    raise Broken("a test asked for this fault")
