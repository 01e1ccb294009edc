"""Halt the queue, or one account's or engine's part of it, and let it go on."""

from dataclasses import dataclass

from kinora.domain.deed import SERVER, By
from kinora.domain.errors import NotAllowed
from kinora.domain.ids import AccountId
from kinora.domain.rank import Halt
from kinora.ports.clock import Clock
from kinora.ports.store import Store, Tx
from kinora.usecases.read_engines import check_engine

DEEDS = {Halt.PAUSED: "queue.pause", Halt.DRAINING: "queue.drain", None: "queue.resume"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltQueue:
    """Pause or drain; kept until it is taken back, over restarts, too."""

    store: Store
    clock: Clock
    who: str = SERVER

    async def __call__(self, halt: Halt | None, *, account: AccountId | None = None) -> bool:
        """Halt an account, or everything; None takes the halt back, False when there was none.

        Raises NotAllowed for an account that does not exist.
        """
        async with self.store.transaction() as tx:
            if account is not None and await tx.accounts.get(account) is None:
                raise NotAllowed(f"there is no account {account}")
            if halt is not None:
                await tx.queue.stop(account, halt, at=self.clock.now())
            elif not await tx.queue.resume(account):
                return False
            await self._note(tx, halt, "queue" if account is None else f"account:{account}")
        return True

    async def engine(self, halt: Halt | None, *, name: str) -> bool:
        """Halt an engine's jobs in the same ways; raise Invalid for one that there is not."""
        async with self.store.transaction() as tx:
            await check_engine(tx, name)
            if halt is not None:
                await tx.engines.stop(name, halt, at=self.clock.now())
            elif not await tx.engines.resume(name):
                return False
            await self._note(tx, halt, f"engine:{name}")
        return True

    async def _note(self, tx: Tx, halt: Halt | None, target: str) -> None:
        deed = By(who=self.who).deed(DEEDS[halt], target, at=self.clock.now())
        await tx.audit.add(deed)
