"""Tell an endpoint again what it was told, or missed; and try whether it listens."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from kinora.domain.deed import BY_SERVER, By
from kinora.domain.errors import Invalid
from kinora.domain.ids import AccountId, DeliveryId, EndpointId
from kinora.domain.webhook import Endpoint, Form
from kinora.ports.clock import Clock, Mint
from kinora.ports.post import Answer, Post
from kinora.ports.sealing import BadSeal
from kinora.ports.store import Store
from kinora.ports.webhooks import ReplayAsk
from kinora.usecases.keep_endpoints import found, note
from kinora.usecases.sign_deliveries import SignDelivery

IS_OFF = "the webhook is switched off; enable it first"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDeliveries:
    """Let ended deliveries wait again: the same names, with a new series of tries."""

    store: Store
    clock: Clock

    async def one(
        self,
        delivery: DeliveryId,
        *,
        endpoint: EndpointId,
        account: AccountId | None,
        by: By = BY_SERVER,
    ) -> int:
        """Replay one delivery; return 1. Raises EndpointNotFound, Invalid."""
        to = await self._must_be_on(endpoint, account)
        async with self.store.transaction() as tx:
            now = self.clock.now()
            if not await tx.deliveries.replay(delivery, endpoint=endpoint, at=now):
                raise Invalid(f"delivery {delivery} is not one of this webhook, or still waits")
            await note(tx, "replay", to, by, at=now, detail=f"delivery {delivery}")
        return 1

    async def span(
        self,
        asked: ReplayAsk,
        *,
        endpoint: EndpointId,
        account: AccountId | None,
        by: By = BY_SERVER,
    ) -> int:
        """Replay a span of time; return how many. Raises EndpointNotFound, Invalid.

        It may take several transactions; the first one tells the audit log of all.
        """
        if asked.until <= asked.since:
            raise Invalid("until must be later than since")
        to, told = await self._must_be_on(endpoint, account), False
        span = f"{asked.since:%Y-%m-%d %H:%M:%S} to {asked.until:%Y-%m-%d %H:%M:%S} UTC"
        now, whole = self.clock.now(), 0
        while True:
            async with self.store.transaction() as tx:
                if not told:
                    await note(tx, "replay", to, by, at=now, detail=span)
                some = await tx.deliveries.replay_all(endpoint, asked, at=now)
            whole, told = whole + some, True
            if some < asked.at_most:
                return whole

    async def _must_be_on(self, number: EndpointId, account: AccountId | None) -> Endpoint:
        endpoint = await found(self.store.view, number, account)
        if not endpoint.enabled:
            raise Invalid(IS_OFF)
        return endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class TestEndpoint:
    """Post a signed sample at once, to see what the receiver says; the log does not keep it."""

    __test__ = False
    store: Store
    clock: Clock
    mint: Mint
    post: Post
    sign: SignDelivery

    async def __call__(
        self, number: EndpointId, *, account: AccountId | None, by: By = BY_SERVER
    ) -> Answer:
        """Return what became of it; raises EndpointNotFound, Invalid."""
        endpoint = await found(self.store.view, number, account)
        now = self.clock.now()
        try:
            headers = self.sign(
                endpoint, f"msg_test_{self.mint.id()}", sample(endpoint, now), at=now
            )
        except BadSeal as error:
            raise Invalid(str(error)) from None
        async with self.store.transaction() as tx:
            await note(tx, "test", endpoint, by, at=now)
        answer = await self.post(endpoint.url, sample(endpoint, now), headers=headers)
        return replace(answer, text=answer.text.strip())


def sample(endpoint: Endpoint, at: datetime) -> bytes:
    """Return a body as a receiver will get it, of a job 0 that never was."""
    told: dict[str, object]
    if endpoint.form is Form.STANDARD:
        told = {"type": "webhook.test", "timestamp": at.isoformat(), "data": {}}
    else:
        told = {"credits": 0, "has_audio": False, "id": "0", "size": 0, "status": 1, "url": ""}
    return json.dumps(told, separators=(",", ":")).encode()
