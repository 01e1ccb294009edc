"""What removes media for the doors, built."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from kinora.bootstrap.ground import Ground, build_clear
from kinora.usecases.cancel_job import CancelJob
from kinora.usecases.delete_job import DeleteJob

log = structlog.get_logger()


class InBackground:
    """Does some work without making anyone wait for it."""

    def __init__(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do `work` each time this is called."""
        self._work = work
        self._under_way: set[asyncio.Task[None]] = set()

    async def __call__(self) -> None:
        """Begin the work, and return at once."""
        begun = asyncio.create_task(self._do())
        self._under_way.add(begun)
        begun.add_done_callback(self._under_way.discard)

    async def _do(self) -> None:
        try:
            await self._work()
        except Exception:
            log.exception("background.failed")


def build_delete(ground: Ground) -> DeleteJob:
    """Build the verb; bytes go while its caller reads the answer, or when the server tidies up."""
    store, clock = ground.store, ground.clock
    return DeleteJob(
        store=store,
        clock=clock,
        cancel=CancelJob(store=store, clock=clock),
        clear=InBackground(build_clear(ground)),
    )
