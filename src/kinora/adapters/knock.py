"""A pipe through which API processes wake the dispatcher: one byte, no words."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress


class Knocker:
    """The writing end."""

    def __init__(self, descriptor: int) -> None:
        """Take an inherited pipe's writing end; a full pipe is as good as a knock."""
        self._descriptor = descriptor
        os.set_blocking(descriptor, False)

    def __call__(self) -> None:
        """Wake the dispatcher; it looks anyway after a second, so a lost knock is no loss."""
        with suppress(BlockingIOError, BrokenPipeError):
            os.write(self._descriptor, b"!")


def hear_knocks(descriptor: int, *heard: Callable[[], None]) -> None:
    """Call all of `heard` in the running event loop whenever someone knocks."""
    os.set_blocking(descriptor, False)

    def drain() -> None:
        with suppress(BlockingIOError):
            os.read(descriptor, 4096)
        for each in heard:
            each()

    asyncio.get_running_loop().add_reader(descriptor, drain)
