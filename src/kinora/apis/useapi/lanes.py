"""How calls choose among the lanes of an account, which the dialect calls accounts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kinora.domain.errors import Invalid, JobNotFound, TooManyRunning
from kinora.domain.ids import JobId
from kinora.domain.job import Job
from kinora.domain.lane import DEFAULT_LANE, Lane, Track
from kinora.ports.callbacks import Callback
from kinora.ports.store import Store, Tx

FULL = "no account has a free place now; try again in 10 to 30 seconds"


class LaneFull(Exception):
    """The lane took its last job after it was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Puts a new job on a lane in the transaction that makes it; `limit` replaces the lane's own.

    However many come at once, a lane never runs more than it may. `base` is the server's address
    as the caller sees it.
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
        if self.reply_url:
            wish = Callback(job=job.id, url=self.reply_url, base=self.base)
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


def free(
    lanes: Sequence[Lane], *, email: str, max_jobs: int | None, chance: Callable[[], int]
) -> list[Lane]:
    """Return the lanes that a job may run on: the named one, or all with a free place, by chance.

    `max_jobs` takes the place of a lane's own limit. Raises Invalid, TooManyRunning.
    """
    among = [_known(lanes, email)] if email else lanes
    found = [lane for lane in among if lane.executing < (max_jobs or lane.max_jobs)]
    if not found:
        raise TooManyRunning(FULL)
    first = chance() % len(found)
    return found[first:] + found[:first]


def _known(lanes: Sequence[Lane], email: str) -> Lane:
    try:
        return named(lanes, email)
    except JobNotFound as error:
        raise Invalid(f"email: {error}") from None
