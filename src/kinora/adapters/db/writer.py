"""Group commit: callers that come together share one commit, and so one wait for the disk.

A turn is one caller's body. It runs inside a savepoint in the event loop, where a statement costs
some ten microseconds; only the begin (which may wait for another process) and the commit (which
waits for the disk) go to a thread. Measured in `bench/store.py`.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from kinora.adapters.db.statements import Connection
from kinora.adapters.db.trouble import Undone
from kinora.domain.errors import Overloaded
from kinora.ports.faults import Point, reach

MOST_TURNS = 256
"""How many callers share a commit at the most, so that the first need not wait for ever."""


MOST_WAITING = 2048
"""How many callers may wait for a turn; more are sent away before memory grows with them."""


def _future() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True)
class Turn:
    """One caller: `granted` when its body may run, `over` when it has, `kept` when committed."""

    granted: asyncio.Future[None] = field(default_factory=_future)
    over: asyncio.Future[None] = field(default_factory=_future)
    kept: asyncio.Future[None] = field(default_factory=_future)


class Writer:
    """The one writer of this process."""

    def __init__(self, connection: Connection, *, most_waiting: int = MOST_WAITING) -> None:
        """Write through a connection of its own; a thread is started at the first write."""
        self._most_waiting = most_waiting
        self._connection = connection
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._waiting: list[Turn] = []
        self._loop: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; the block's statements are committed when it has been left.

        Raises Overloaded when too many wait.
        """
        if len(self._waiting) >= self._most_waiting:
            raise Overloaded
        turn = Turn()
        self._waiting.append(turn)
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._write())
        try:
            await turn.granted
        except asyncio.CancelledError:
            # A cancelled wait leaves its place; one that was just granted says it is over.
            _set(turn.over)
            raise
        execute = self._connection.raw.execute
        execute("savepoint turn")
        try:
            yield
        except BaseException:
            # A full disk makes SQLite undo the whole transaction, the savepoint with it.
            if self._connection.raw.in_transaction:
                execute("rollback to turn")
                execute("release turn")
            raise
        else:
            execute("release turn")
        finally:
            _set(turn.over)
        await asyncio.shield(turn.kept)

    async def close(self) -> None:
        """Finish what is under way."""
        if self._loop is not None:
            await self._loop
        self._thread.shutdown()
        self._connection.raw.close()

    async def _write(self) -> None:
        while self._waiting:
            done: list[Turn] = []
            try:
                await self._in_thread("begin immediate")
                await self._grant_turns(done)
                reach(Point.COMMIT_BEFORE)
                await self._in_thread("commit")
                reach(Point.COMMIT_AFTER)
            except BaseException as error:
                self._give_up(done, error)
                if not isinstance(error, Exception):
                    raise
            else:
                for turn in done:
                    _set(turn.kept)

    async def _grant_turns(self, done: list[Turn]) -> None:
        while self._waiting and len(done) < MOST_TURNS:
            turn = self._waiting.pop(0)
            if turn.granted.cancelled():
                continue
            done.append(turn)
            _set(turn.granted)
            await turn.over
            if not self._connection.raw.in_transaction:
                raise Undone("SQLite undid the transaction of this group")

    def _give_up(self, done: list[Turn], error: BaseException) -> None:
        """Undo the batch and tell everyone in it; if it never began, everyone who waits."""
        if self._connection.raw.in_transaction:
            self._connection.raw.execute("rollback")
        for turn in done:
            if not turn.kept.done():
                turn.kept.set_exception(error)
                turn.kept.exception()
        if not done:
            for turn in self._waiting:
                if not turn.granted.done():
                    turn.granted.set_exception(error)
            self._waiting.clear()

    async def _in_thread(self, statement: str) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._connection.raw.execute, statement)


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
