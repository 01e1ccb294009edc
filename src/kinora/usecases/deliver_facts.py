"""Tell endpoints what happened to jobs: at least once, in order, signed at each try."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from kinora.domain.deed import BY_SERVER
from kinora.domain.ids import DeliveryId
from kinora.domain.webhook import (
    KEPT,
    OFF_AFTER,
    PATIENCE,
    Delivery,
    DeliveryState,
    Endpoint,
    Form,
    Try,
    asked_wait,
    next_wait,
)
from kinora.ports.clock import Clock, Mint
from kinora.ports.faults import Point, reach
from kinora.ports.post import Answer, Post
from kinora.ports.sealing import BadSeal
from kinora.ports.store import Outcome, Store, Tx
from kinora.usecases.crew import Crew
from kinora.usecases.keep_endpoints import note
from kinora.usecases.sign_deliveries import SignDelivery

log = structlog.get_logger()

AT_ONCE = 500
"""Facts that are spread, and rows that are dropped, in one transaction."""

MOST_CHANCE = 2**31
GONE, BUSY, OVERLOADED = 410, 429, 503
NOT_WRITTEN = Answer(status=None, millis=0, error="the server could not write what to tell")
NOTHING_TO_TELL = Answer(status=None, millis=0, error="the job is no longer known")

Write = Callable[[Delivery, Outcome], Awaitable[bytes]]
"""Writes a body in an endpoint's form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverFacts:
    """Post what happened to those who want to hear it.

    A reconciler: it looks at what is stored and does what is due, so it may be killed anywhere and
    started again. A post may come twice, when it is killed between the post and its note; the
    delivery's name is then the same.
    """

    store: Store
    clock: Clock
    mint: Mint
    post: Post
    sign: SignDelivery
    write: Mapping[Form, Write]
    crew: Crew = field(default_factory=Crew)

    async def __call__(self) -> int:
        """Do what is due now and wait for its end; return how many posts were tried."""
        begun = await self.begin()
        await self.crew.finish()
        return begun

    async def begin(self) -> int:
        """Begin what is due now and has a free place; return how much that was."""
        now = self.clock.now()
        await self._spread(now)
        begun = 0
        for endpoint in await self.store.view.deliveries.due_endpoints(at=now):
            begun += await self._begin(endpoint, now)
        return begun

    async def trim(self) -> int:
        """Drop what is older than the log is kept; return how much."""
        before, dropped = self.clock.now() - KEPT, 0
        while True:
            async with self.store.transaction() as tx:
                some = await tx.deliveries.trim(before=before, at_most=AT_ONCE)
            dropped += some
            if not some:
                return dropped

    async def _spread(self, now: datetime) -> None:
        while await self.store.view.outbox.untold(at_most=1):
            async with self.store.transaction() as tx:
                await tx.deliveries.spread(at=now, at_most=AT_ONCE)

    async def _begin(self, endpoint: Endpoint, now: datetime) -> int:
        busy = self.crew.busy[endpoint.id]
        places = min(
            self.crew.free(endpoint.id), endpoint.breaker.places(self.crew.each, at=now) - busy
        )
        if places <= 0:
            return 0
        # Those under way are still due, and are passed over.
        due = await self.store.view.deliveries.due(endpoint.id, at=now, at_most=places + busy)
        fresh = [each for each in due if each.id not in self.crew.under_way][:places]
        for delivery in fresh:
            self.crew.start(delivery.id, self._tell(delivery, endpoint), place=endpoint.id)
        return len(fresh)

    async def _tell(self, delivery: Delivery, endpoint: Endpoint) -> None:
        outcome = await self.store.view.jobs.outcome(delivery.job)
        if outcome is None:
            async with self.store.transaction() as tx:
                await tx.deliveries.note(_tried(delivery.id, NOTHING_TO_TELL, self.clock.now()))
                await tx.deliveries.end(delivery, DeliveryState.GIVEN_UP)
            return
        answer = await self._post(delivery, endpoint, outcome)
        reach(Point.POST_SENT)
        async with self.store.transaction() as tx:
            await self._settle(tx, delivery.id, answer)

    async def _post(self, delivery: Delivery, endpoint: Endpoint, outcome: Outcome) -> Answer:
        try:
            body = await self.write[endpoint.form](delivery, outcome)
            headers = self.sign(endpoint, delivery.name, body, at=self.clock.now())
        except BadSeal as error:
            return Answer(status=None, millis=0, error=str(error))
        except Exception:
            # A job that cannot be told of must not be tried for ever, without a pause.
            log.exception("webhook.not_written", delivery=delivery.name)
            return NOT_WRITTEN
        if trace := _header(outcome.job.order.trace):
            headers |= {"Ai-Trace-Id": trace}
        return await self.post(endpoint.url, body, headers=headers)

    async def _settle(self, tx: Tx, number: DeliveryId, answer: Answer) -> None:
        """Note a try and all that follows from it."""
        delivery = await tx.deliveries.get(number)
        endpoint = None if delivery is None else await tx.endpoints.get(delivery.endpoint)
        if delivery is None or endpoint is None:
            return
        await tx.deliveries.note(_tried(number, answer, self.clock.now()))
        if delivery.state is not DeliveryState.WAITING:
            # The endpoint was switched off while this was under way.
            return
        tried = replace(delivery, tries=delivery.tries + 1)
        if answer.taken:
            await tx.deliveries.end(tried, DeliveryState.TAKEN)
            await self._worked(tx, endpoint)
            return
        log.info("webhook.failed", delivery=delivery.name, reason=answer.error)
        await self._failed(tx, tried, endpoint, answer)

    async def _worked(self, tx: Tx, endpoint: Endpoint) -> None:
        closed = endpoint.breaker.worked()
        if closed != endpoint.breaker:
            await tx.endpoints.save(replace(endpoint, breaker=closed))

    async def _failed(self, tx: Tx, delivery: Delivery, endpoint: Endpoint, answer: Answer) -> None:
        now = self.clock.now()
        again = self._again(delivery, endpoint, answer, now)
        if again is None:
            await tx.deliveries.end(delivery, DeliveryState.GIVEN_UP)
        else:
            await tx.deliveries.late(delivery, again=again)
        after = replace(endpoint, breaker=endpoint.breaker.failed(at=now))
        since = after.breaker.failing_since or now
        why = _why_off(answer, failing=now - since)
        if why:
            await tx.deliveries.miss(endpoint.id)
            after = replace(after, enabled=False, why_off=why)
            await note(tx, "disable", after, BY_SERVER, at=now, detail=why)
            log.warning("webhook.off", endpoint=endpoint.id, reason=why)
        elif now - since >= PATIENCE:
            await tx.deliveries.expire(endpoint.id, before=now - PATIENCE)
        await tx.endpoints.save(after)

    def _again(
        self, delivery: Delivery, endpoint: Endpoint, answer: Answer, now: datetime
    ) -> datetime | None:
        chance = self.mint.seed() / MOST_CHANCE
        wait = next_wait(endpoint.form, delivery.tries, chance=chance)
        if wait is None:
            return None
        if answer.status in (BUSY, OVERLOADED):
            wait = max(wait, asked_wait(answer.retry_after, at=now))
        return now + wait


def _why_off(answer: Answer, *, failing: timedelta) -> str:
    """Return why an endpoint is to be switched off, or nothing."""
    if answer.status == GONE:
        return "it answered with status 410, which means that it is gone for good"
    if failing >= OFF_AFTER:
        return f"it took nothing for {OFF_AFTER.days} days"
    return ""


def _tried(number: DeliveryId, answer: Answer, at: datetime) -> Try:
    return Try(
        delivery=number,
        at=at,
        status=answer.status,
        millis=answer.millis,
        error=answer.error,
        answer=answer.text,
    )


def _header(text: str) -> str:
    """Return what of a text can stand in a header."""
    return "".join(letter for letter in text if " " <= letter <= "~").strip()
