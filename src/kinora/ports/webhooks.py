"""Endpoints that hear facts, and what is on its way to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kinora.domain.ids import AccountId, DeliveryId, EndpointId, JobId
from kinora.domain.webhook import Delivery, DeliveryState, Endpoint, Try


class Endpoints(Protocol):
    """URLs that hear facts."""

    async def add(self, endpoint: Endpoint) -> None:
        """Keep a new endpoint."""

    async def get(self, endpoint: EndpointId) -> Endpoint | None:
        """Return the endpoint."""

    async def of_account(self, account: AccountId | None) -> Sequence[Endpoint]:
        """Return an account's endpoints, or all, oldest first."""

    async def save(self, endpoint: Endpoint) -> None:
        """Write a changed endpoint; account, form and time of birth never change."""

    async def remove(self, endpoint: EndpointId) -> bool:
        """Forget an endpoint and its log; False when there is none."""

    async def name(self, endpoint: EndpointId, *, job: JobId, base: str) -> None:
        """Note that a job names an endpoint; committed with the job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayAsk:
    """Which deliveries are to be told again: facts from `since` until before `until`.

    `taken` says whether also those that the receiver took.
    """

    since: datetime
    until: datetime
    taken: bool
    at_most: int = 1000


class Deliveries(Protocol):
    """Facts on their way to endpoints."""

    async def spread(self, *, at: datetime, at_most: int) -> int:
        """Make deliveries of facts that are not told yet, and mark these as told.

        Returns up to which fact, 0 when there was none.
        """

    async def due_endpoints(self, *, at: datetime) -> Sequence[Endpoint]:
        """Return endpoints to which something is due, none that rest, the longest due first."""

    async def due(self, endpoint: EndpointId, *, at: datetime, at_most: int) -> Sequence[Delivery]:
        """Return what is due, the longest due first; facts of one job come one by one."""

    async def get(self, delivery: DeliveryId) -> Delivery | None:
        """Return the delivery."""

    async def list(
        self, endpoint: EndpointId, *, newest: int, before: DeliveryId | None = None
    ) -> Sequence[Delivery]:
        """Return an endpoint's deliveries, newest fact first, those that come after `before`."""

    async def tries(self, delivery: DeliveryId) -> Sequence[Try]:
        """Return the tries of a delivery, oldest first."""

    async def note(self, tried: Try) -> None:
        """Keep a try in the log."""

    async def end(self, delivery: Delivery, state: DeliveryState) -> None:
        """End a delivery that waits."""

    async def late(self, delivery: Delivery, *, again: datetime) -> None:
        """Note a try that went wrong, and when to try again; later facts of its job wait too."""

    async def expire(self, endpoint: EndpointId, *, before: datetime) -> int:
        """Give up what has waited since before a time; return how many."""

    async def miss(self, endpoint: EndpointId) -> int:
        """End all that waits for an endpoint that was switched off; return how many."""

    async def replay(self, delivery: DeliveryId, *, endpoint: EndpointId, at: datetime) -> bool:
        """Let an ended delivery wait again under its name; False when there is none."""

    async def replay_all(self, endpoint: EndpointId, asked: ReplayAsk, *, at: datetime) -> int:
        """Let ended deliveries wait again, the oldest first; return how many."""

    async def trim(self, *, before: datetime, at_most: int) -> int:
        """Drop deliveries that ended, and facts that were told, before a time; return how many."""
