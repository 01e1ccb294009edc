"""Halt the queue, or one account's part of it, and let it go on."""

from dataclasses import dataclass

from kinora.domain.deed import SERVER, By
from kinora.domain.errors import NotAllowed
from kinora.domain.ids import AccountId
from kinora.domain.rank import Halt
from kinora.ports.clock import Clock
from kinora.ports.store import Store

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
            now, target = self.clock.now(), "queue" if account is None else f"account:{account}"
            if halt is not None:
                await tx.queue.stop(account, halt, at=now)
            elif not await tx.queue.resume(account):
                return False
            await tx.audit.add(By(who=self.who).deed(DEEDS[halt], target, at=now))
        return True
