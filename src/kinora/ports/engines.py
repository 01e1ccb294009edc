"""Engines by name: this server's own, and upstreams by their host."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kinora.domain.rank import Halt, Stop


class Engines(Protocol):
    """Which engine this server runs, and which ones an operator has halted."""

    async def own(self) -> str:
        """Return the engine that this server ran when it was last started, empty before that."""

    async def set_own(self, name: str) -> None:
        """Note which engine this server runs; how engines are halted stays as it is."""

    async def stops(self) -> Sequence[Stop]:
        """Return the engines that an operator has halted, by name."""

    async def stop(self, name: str, halt: Halt, *, at: datetime) -> None:
        """Halt an engine, whether there is one of this name or not."""

    async def resume(self, name: str) -> bool:
        """Take a halt back; False when there was none."""
