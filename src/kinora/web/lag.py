"""How late the event loop is: the first sign that a process has more to do than it can."""

import asyncio

OFTEN = 0.25
TOO_LATE = 1.0
"""Seconds by which the loop is late when nothing new should be taken."""


class Lag:
    """Measures by sleeping; `busy` while the loop has fallen behind."""

    def __init__(self, *, too_late: float = TOO_LATE) -> None:
        """Begin as if nothing were late."""
        self._too_late = too_late
        self.seconds = 0.0

    @property
    def busy(self) -> bool:
        """Whether the loop is too late to take new work."""
        return self.seconds > self._too_late

    async def watch(self) -> None:
        """Measure for as long as this runs."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + OFTEN
            await asyncio.sleep(OFTEN)
            self.seconds = max(0.0, loop.time() - due)
