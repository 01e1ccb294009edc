"""What a server's process gets from its supervisor through standard input."""

import os
import sys
import threading
from collections.abc import Callable

from kinora.settings import Settings, decode


def read_settings_line() -> Settings:
    """Return the settings that the supervisor wrote first."""
    return decode(sys.stdin.buffer.readline())


def follow_supervisor(*, drain: Callable[[], None] = lambda: None) -> None:
    """Call `drain` when the supervisor says so, and end this process when it is gone."""

    def listen() -> None:
        for line in sys.stdin.buffer:
            if line.strip() == b"drain":
                drain()
        os._exit(0)

    threading.Thread(target=listen, daemon=True, name="supervisor").start()
