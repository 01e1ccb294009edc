"""How calls choose among the lanes of an account, which the dialect calls accounts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kinora.apis.useapi.names import read_name
from kinora.apis.useapi.wire import Submission
from kinora.domain.errand import Errand
from kinora.domain.errors import (
    Invalid,
    JobNotFound,
    LaneBroken,
    NotEnoughCredits,
    Overloaded,
    TooManyRunning,
)
from kinora.domain.ids import JobId
from kinora.domain.job import Job
from kinora.domain.lane import DEFAULT_LANE, Bar, Lane, Track
from kinora.domain.order import Order
from kinora.domain.rank import Halt
from kinora.ports.callbacks import Callback
from kinora.ports.clock import Clock
from kinora.ports.store import Store, Tx
from kinora.usecases.queue_limits import DRAINED

FULL = "no account has a free place now; try again in 10 to 30 seconds"


class LaneFull(Exception):
    """The lane took its last job after it was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Puts a new job on a lane in the transaction that makes it; `limit` replaces the lane's own.

    However many come at once, a lane never runs more than it may. Without `reply_url` the
    account's own, if it has one, is told. `base` is the server's address as the caller sees it.
    """

    email: str
    limit: int | None
    reply_ref: str
    reply_url: str = ""
    base: str = ""

    async def __call__(self, tx: Tx, job: Job) -> None:
        """Take the place; raise LaneFull, which undoes the job."""
        await tx.lanes.track(Track(job=job.id, email=self.email, reply_ref=self.reply_ref))
        lanes = {lane.email: lane for lane in await tx.lanes.of(job.account)}
        lane = lanes.get(self.email)
        if lane is None or lane.executing > (self.limit or lane.max_jobs):
            raise LaneFull
        if lane.upstream is not None:
            # It waits for none of our engines, so it never stands in their queue.
            begun = job.start(at=job.created_at)
            await tx.jobs.save(begun, state=job.state, attempt=job.attempt)
            await tx.errands.add(Errand.of(begun, email=lane.email, upstream=lane.upstream))
        url = self.reply_url or await tx.accounts.reply_url(job.account)
        if url:
            wish = Callback(job=job.id, url=url, base=self.base)
            await tx.callbacks.add(wish, at=job.created_at)


@dataclass(frozen=True, slots=True)
class Emails:
    """Tells on which lanes jobs run."""

    store: Store

    async def of(self, *jobs: JobId) -> Mapping[JobId, str]:
        """Return the email of each job's lane."""
        known = await self.store.view.lanes.tracks(jobs)
        return {job: known[job].email if job in known else DEFAULT_LANE for job in jobs}


def named(lanes: Sequence[Lane], email: str) -> Lane:
    """Return a lane by its email; raise JobNotFound when there is none."""
    found = next((lane for lane in lanes if lane.email == email.lower()), None)
    if found is None:
        raise JobNotFound(f"there is no account {email[:100]}")
    return found


def asked(lanes: Sequence[Lane], email: str) -> Lane:
    """Return the lane that a reading call means; the email may be left out with one lane only."""
    if email:
        return _known(lanes, email)
    if len(lanes) > 1:
        raise Invalid("email is required when several accounts are configured")
    return lanes[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """Chooses lanes for calls. `takes` tells whether an order can be made on another server."""

    clock: Clock
    chance: Callable[[], int]
    takes: Callable[[Order], bool]

    def free(
        self, lanes: Sequence[Lane], *, email: str, max_jobs: int | None, order: Order | None = None
    ) -> list[Lane]:
        """Return the lanes that a job may run on: the named one, or all that are free, by chance.

        Those whose engine is paused come last. `max_jobs` takes the place of a lane's own limit.
        Raises Invalid, TooManyRunning, Overloaded where all are drained, and for a named lane in
        quarantine LaneBroken, NotEnoughCredits.
        """
        now = self.clock.now()
        among = [_known(lanes, email)] if email else lanes
        if email:
            _check_open(among[0], now)
        able = [lane for lane in among if self._makes(lane, order)]
        if email and not able:
            raise Invalid(f"email: {among[0].email} runs on an upstream that does not make this")
        going = [lane for lane in able if lane.halt is not Halt.DRAINING]
        if able and not going:
            raise Overloaded(DRAINED)
        places = [each for each in going if each.executing < (max_jobs or each.max_jobs)]
        found = [lane for lane in places if not lane.closed(now)]
        if not found:
            raise TooManyRunning(FULL)
        first = self.chance() % len(found)
        by_chance = found[first:] + found[:first]
        return sorted(by_chance, key=lambda lane: lane.halt is Halt.PAUSED)

    def lane_of(self, body: Submission, lanes: Sequence[Lane], order: Order | None) -> str:
        """Return the lane of the film that a call works on by its id: the work is done there too.

        Empty when the call names none, and when that lane is gone or cannot do this work.
        """
        named = getattr(body, "video_id", "")
        if not named:
            return ""
        email = read_name(named).email.lower()
        can = [lane for lane in lanes if lane.email == email and self._makes(lane, order)]
        return email if can else ""

    def _makes(self, lane: Lane, order: Order | None) -> bool:
        return order is None or lane.upstream is None or self.takes(order)


def _check_open(lane: Lane, now: datetime) -> None:
    """Say of a lane that was asked for by name why it takes nothing."""
    if lane.quarantine is None or not lane.closed(now):
        return
    if lane.quarantine.reason is Bar.CREDITS:
        raise NotEnoughCredits
    if lane.quarantine.reason is Bar.CREDENTIALS:
        raise LaneBroken(f"Account {lane.email} in error state: its upstream refuses its key")
    why = f"account {lane.email} takes no jobs now ({lane.quarantine.reason}); try again later"
    raise TooManyRunning(why)


def _known(lanes: Sequence[Lane], email: str) -> Lane:
    try:
        return named(lanes, email)
    except JobNotFound as error:
        raise Invalid(f"email: {error}") from None
