"""Turn an order into a queued job, paid for and promised."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from kinora.catalog.book import Catalog
from kinora.catalog.prices import at_rank
from kinora.domain.asset import Asset, AssetKind
from kinora.domain.errors import (
    CapReached,
    ContentDeleted,
    ImageNotFound,
    Invalid,
    MediaNotFound,
    NotAllowed,
    NotEnoughCredits,
    TooManyRunning,
    Unexpected,
)
from kinora.domain.fact import FactKind
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.job import Job, JobState
from kinora.domain.moderation import Decision, Verdict
from kinora.domain.order import Ask, Mimic, Order, films_of, inputs_of, sounds_of
from kinora.domain.repeat import Repeat as Repeat  # noqa: PLC0414 - whoever submits needs it
from kinora.domain.runs import expected_of
from kinora.ports.clock import Clock, Mint
from kinora.ports.faults import Point, reach
from kinora.ports.store import Answered, Store, Tx
from kinora.usecases.queue_limits import NO_LIMITS, QueueLimits

Within = Callable[[Tx, Job], Awaitable[None]]
Look = Callable[[Mimic, AccountId], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitJob:
    """Accept an order: everything that follows from it is committed at once, or nothing is."""

    store: Store
    catalog: Catalog
    clock: Clock
    mint: Mint
    wake: Callable[[], None]
    judge: Callable[[Order], Awaitable[Decision]]
    look: Look | None = None
    limits: QueueLimits = NO_LIMITS

    async def __call__(
        self,
        order: Order,
        *,
        repeat: Repeat | None = None,
        within: Within | None = None,
        upstream: str = "",
    ) -> Job:
        """Return the queued job, or the earlier one when this submit is a repeat.

        `within` does what must be committed with a new job, or undoes it all by raising.
        `upstream` is the host of the server that is to make it, empty when it is this one.

        Raises Invalid and its kin for a bad order, Moderated, ImageNotFound, MediaNotFound,
        ContentDeleted, NotAllowed, NoSubject, NoPerson, TooManyRunning, NotEnoughCredits;
        Overloaded when the queue takes no more.
        """
        self.catalog.check(order)
        decision = await self.judge(order)
        if isinstance(order.ask, Mimic) and self.look and not await self._known(order, repeat):
            await self.look(order.ask, order.account)
        reach(Point.SUBMIT_BEGUN)
        async with self.store.transaction() as tx:
            earlier = await self._earlier(tx, order, repeat)
            if earlier is not None:
                return earlier
            admitted = await self.limits.admit(tx, order, upstream=upstream)
            job = await self._accept(tx, admitted)
            if within is not None:
                await within(tx, job)
            if decision.verdict is not Verdict.ALLOW:
                await tx.reviews.add(order.account, job.id, decision, at=job.created_at)
            if repeat is not None:
                answered = Answered(digest=repeat.digest, job=job.id)
                await tx.answers.add(
                    order.account,
                    scope=repeat.scope,
                    key=repeat.key,
                    answered=answered,
                    at=job.created_at,
                )
            reach(Point.SUBMIT_WRITTEN)
        reach(Point.SUBMIT_KEPT)
        self.wake()
        return job

    async def _known(self, order: Order, repeat: Repeat | None) -> bool:
        """Tell whether this submit is a repeat: what was once accepted is not looked at again."""
        return await self._earlier(self.store.view, order, repeat) is not None

    async def _earlier(self, tx: Tx, order: Order, repeat: Repeat | None) -> Job | None:
        if repeat is None:
            return None
        answered = await tx.answers.find(order.account, scope=repeat.scope, key=repeat.key)
        if answered is None:
            return None
        if answered.digest != repeat.digest:
            raise Invalid(f"this {repeat.name} was already used with another body")
        return await tx.jobs.get(answered.job)

    async def _accept(self, tx: Tx, order: Order) -> Job:
        wanted = zip(inputs_of(order.ask), _kinds(order.ask), strict=True)
        inputs = [await self._input(tx, order, asset, kind) for asset, kind in wanted]
        self.catalog.check_inputs(order, inputs)
        now, shape = self.clock.now(), self.catalog.shape(order, inputs)
        quote = at_rank(self.catalog.quote(order, inputs), order.rank)
        job = Job(
            id=JobId(self.mint.id()),
            order=order,
            state=JobState.QUEUED,
            seed=self.mint.seed() if order.seed is None else order.seed,
            cost=quote.credits,
            shape=shape,
            created_at=now,
            changed_at=now,
            quote=quote,
            start_by=self.limits.start_by(order, now=now),
        )
        job = replace(job, expected=expected_of(await tx.queue.took(job.kind), shape))
        if not await tx.accounts.take_place(order.account):
            raise TooManyRunning
        await self._spend(tx, job)
        if not await tx.ledger.hold(job, at=now):
            account = await tx.accounts.get(order.account)
            if account is None:
                raise Unexpected("the account of this key is gone")
            raise NotEnoughCredits(
                f"the job costs {job.cost} credits, the account has {account.balance.total}"
            )
        await tx.jobs.add(job)
        await tx.outbox.add(FactKind.QUEUED, job, at=now)
        return job

    async def _spend(self, tx: Tx, job: Job) -> None:
        """Count the job's cost on the key that ordered it; raise CapReached."""
        reached = await tx.keys.spend(job)
        if reached is not None:
            raise CapReached(
                f"the job costs {job.cost} credits; this key may spend {reached}, "
                f"of which {reached.spent} are spent"
            )

    async def _input(self, tx: Tx, order: Order, asset_id: AssetId, kind: AssetKind) -> Asset:
        asset = await tx.assets.get(asset_id)
        if asset is None and await tx.assets.gone(asset_id) == order.account:
            raise ContentDeleted(f"the {kind} {asset_id} was deleted, or has expired")
        if asset is None or asset.kind is not kind:
            unknown = ImageNotFound if kind is AssetKind.IMAGE else MediaNotFound
            raise unknown(f"no {kind} with id {asset_id}")
        if asset.account != order.account:
            raise NotAllowed(f"{asset.kind} {asset_id} belongs to another account")
        return asset


def _kinds(ask: Ask) -> list[AssetKind]:
    """Return of what kind each input must be, in the order of `inputs_of`."""
    films, sounds = films_of(ask), sounds_of(ask)
    seen = inputs_of(ask)[: len(inputs_of(ask)) - len(sounds)]
    kinds = [AssetKind.VIDEO if asset in films else AssetKind.IMAGE for asset in seen]
    return kinds + [AssetKind.AUDIO] * len(sounds)
