"""What a server's process gets from its supervisor through standard input."""

import os
import threading
from collections.abc import Callable
from io import FileIO

from kinora.settings import Settings, decode

STDIN = 0


def read_settings_line() -> Settings:
    """Return the settings that the supervisor wrote first."""
    return decode(_from_supervisor().readline())


def follow_supervisor(*, drain: Callable[[], None] = lambda: None) -> None:
    """Call `drain` when the supervisor says so, and end this process when it is gone."""

    def listen() -> None:
        for line in _from_supervisor():
            if line.strip() == b"drain":
                drain()
        os._exit(0)

    threading.Thread(target=listen, daemon=True, name="supervisor").start()


def _from_supervisor() -> FileIO:
    """Open standard input without a buffer.

    `sys.stdin` has a lock, which the listening thread would hold when the process ends; Python
    then aborts. And a buffer may swallow the line after the one that was asked for.
    """
    return FileIO(STDIN, "rb", closefd=False)
