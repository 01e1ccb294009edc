"""What the queue takes: which classes, how much at once, and for how long."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kinora.domain.errors import Invalid, Overloaded, Unexpected
from kinora.domain.order import Order
from kinora.domain.rank import Halt, Rank
from kinora.ports.store import Tx

OFF_PEAK_WAIT = 24 * 3600
"""Seconds that an off-peak job waits at most, as the vendor says of its own."""

DRAINED = "the queue is being drained and takes no new jobs; try again later"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLimits:
    """How many jobs may wait on this server, and how many seconds one may wait; 0 for no limit."""

    jobs: int = 0
    seconds: int = 0

    async def admit(self, tx: Tx, order: Order, *, upstream: str = "") -> Order:
        """Return an order with the class that it waits in.

        `upstream` is the host of the server that is to make it, empty when it is this one.

        Raises Invalid for a class above the account's own, Overloaded when the queue is full
        or is drained, or the engine is.
        """
        account = await tx.accounts.get(order.account)
        if account is None:
            raise Unexpected("the account of this key is gone")
        if order.rank is not None and order.rank.is_above(account.rank):
            raise Invalid(f"this account has no {order.rank} jobs; its class is {account.rank}")
        if Halt.DRAINING in await tx.queue.halts_of(order.account, upstream=upstream):
            raise Overloaded(DRAINED)
        if self.jobs and sum((await tx.queue.waiting()).values()) >= self.jobs:
            raise Overloaded(f"{self.jobs} jobs wait already; try again later")
        return replace(order, rank=order.rank or account.rank)

    def start_by(self, order: Order, *, now: datetime) -> datetime | None:
        """Return until when an order's job must have begun, None when it may wait for ever."""
        limits = [each for each in (order.start_within, self.seconds) if each]
        if order.rank is Rank.OFF_PEAK:
            limits.append(OFF_PEAK_WAIT)
        return now + timedelta(seconds=min(limits)) if limits else None


NO_LIMITS = QueueLimits()
