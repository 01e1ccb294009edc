"""Looks at stored media for what they show, behind the gate's wall: see `zygote`."""

import asyncio
from pathlib import Path

from kinora.adapters.media.gate import Guard
from kinora.ports.media import NOT_TOLD, Seen

PATIENCE = 4.0
"""Seconds that a caller waits for a look, its place in the line included."""


class GuardedEyes:
    """Looks at one pair after the other, each in a grandchild of its own.

    `engine` is the dotted name of the module that knows what to look for; bootstrap tells it, so
    that this need not know any engine.
    """

    def __init__(self, engine: str, *, patience: float = PATIENCE) -> None:
        """Start nothing yet."""
        self._engine = engine
        self._patience = patience
        # Loaded before the fork: that takes longer than to look.
        self._guard = Guard(engine)
        self._place = asyncio.Lock()

    async def look(self, *, picture: Path | None, film: Path | None) -> Seen:
        """Return what the two show, so far as it was told in time."""
        asked = {"eyes": self._engine}
        asked |= {"picture": str(picture)} if picture else {}
        asked |= {"film": str(film)} if film else {}
        try:
            async with asyncio.timeout(self._patience), self._place:
                told = await self._guard.ask(asked)
        except TimeoutError:
            return NOT_TOLD
        if told is None or "code" in told:
            return NOT_TOLD
        return Seen(subject=told["picture"], person=told["film"])

    async def close(self) -> None:
        """End the process."""
        await self._guard.close()
