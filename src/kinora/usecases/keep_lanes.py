"""Make, change and forget lanes of an account."""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from kinora.domain.deed import BY_SERVER, SERVER, By
from kinora.domain.errors import Invalid, JobNotFound, Missing
from kinora.domain.ids import AccountId
from kinora.domain.lane import DEFAULT_LANE, Bar, Lane, Upstream
from kinora.ports.clock import Clock
from kinora.ports.sealing import Sealing
from kinora.ports.store import Store, Tx
from kinora.ports.upstream import bound_to
from kinora.usecases.naming import host_of

EMAIL = re.compile(r"[^\s,/?#:%@]{1,100}@[^\s,/?#:%@]{1,100}")
"""What stands in the names of jobs must not look like their other parts."""

MOST_LANES = 100
KEY = re.compile(r"[\x21-\x7e]{8,400}")
LONGEST_URL = 500
PREFIX = "/openapi/v2"
UNDER_WAY = "jobs of this account are under way; try again when they ended"
SHOWN, LONG_ENOUGH = 3, 16
"""Characters of a key that are shown at both its ends, when it is long enough to keep a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedUpstream:
    """What a caller says of a lane's upstream; empty and None leave it as it is."""

    url: str = ""
    key: str = field(default="", repr=False)
    replays: bool | None = None

    @property
    def said(self) -> bool:
        """Whether anything is said."""
        return bool(self.url or self.key or self.replays is not None)


NOTHING_SAID = WantedUpstream()


@dataclass(frozen=True, slots=True, kw_only=True)
class PutLane:
    """Make a lane, or change its terms.

    A lane with an upstream keeps it until the lane is removed. Its key is sealed here and bound to
    the lane and the address, so a new address needs the key again.
    """

    store: Store
    clock: Clock
    sealing: Sealing

    async def __call__(
        self,
        account: AccountId,
        *,
        email: str,
        max_jobs: int,
        upstream: WantedUpstream = NOTHING_SAID,
        by: By = BY_SERVER,
    ) -> Lane:
        """Return the lane; raise Invalid, Missing. `by` does it, for the audit log."""
        if not EMAIL.fullmatch(email):
            raise Invalid("email must be an address such as name@example.com")
        if email == DEFAULT_LANE and upstream.said:
            raise Invalid("upstream: the default account always runs on this server's own engines")
        async with self.store.transaction() as tx:
            known = {lane.email: lane for lane in await tx.lanes.of(account)}
            if email not in known and len(known) >= MOST_LANES:
                raise Invalid(f"there may be at most {MOST_LANES} accounts; remove one first")
            before = await tx.lanes.get(account, email) or Lane(email=email, max_jobs=max_jobs)
            if before.hidden and not upstream.said:
                raise Invalid(f"email: {UNDER_WAY}")
            executing = known[email].executing if email in known else 0
            lane = replace(before, max_jobs=max_jobs, executing=executing, hidden=False)
            if upstream.said:
                lane = await self._with_upstream(tx, account, lane, upstream)
            now = self.clock.now()
            await tx.lanes.put(account, lane, at=now)
            detail = f"{max_jobs} jobs at once{_told(lane, upstream)}"
            await tx.audit.add(by.deed("lane.put", _target(account, email), at=now, detail=detail))
        return lane

    async def _with_upstream(
        self, tx: Tx, account: AccountId, lane: Lane, wanted: WantedUpstream
    ) -> Lane:
        before = lane.upstream
        url = _address(wanted.url) if wanted.url else before.url if before else ""
        if not url:
            raise Missing("upstream")
        if before is not None and before.url == url and not wanted.key:
            replays = before.replays if wanted.replays is None else wanted.replays
            return replace(lane, upstream=replace(before, replays=replays))
        if not wanted.key:
            raise Missing("upstreamKey")
        if not KEY.fullmatch(wanted.key):
            raise Invalid("upstreamKey must have 8 to 400 printable characters without spaces")
        moved = before is None or before.url != url
        if moved and (lane.executing or await tx.errands.on(account, lane.email)):
            raise Invalid(f"upstream: {UNDER_WAY}")
        about = bound_to(account, lane.email, url)
        there = Upstream(
            url=url,
            sealed=self.sealing.seal(wanted.key.encode(), about=about),
            hint=masked(wanted.key),
            replays=bool(wanted.replays),
        )
        # A new key is a new chance, whatever the old one was closed for; not so an operator's word.
        kept = lane.quarantine if lane.closed_by_operator else None
        return replace(lane, upstream=there, quarantine=kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropLane:
    """Forget a lane; its jobs go on, and their names stay as they are."""

    store: Store
    clock: Clock

    async def __call__(self, account: AccountId, *, email: str, by: By = BY_SERVER) -> None:
        """Forget it; raises JobNotFound for one that is not there.

        Raises Invalid for the default lane, and for one that an operator has closed: made anew, it
        would be open.
        """
        if email == DEFAULT_LANE:
            raise Invalid("the default account cannot be removed")
        async with self.store.transaction() as tx:
            lane = await tx.lanes.get(account, email)
            if lane is not None and not lane.hidden and lane.closed_by_operator:
                raise Invalid("this account is in quarantine by the operator's word, and stays")
            if not await tx.lanes.drop(account, email):
                raise JobNotFound(f"there is no account {email[:100]}")
            deed = by.deed("lane.drop", _target(account, email), at=self.clock.now())
            await tx.audit.add(deed)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseLane:
    """An operator's word on whether a lane takes jobs."""

    store: Store
    clock: Clock
    who: str = SERVER

    async def __call__(self, account: AccountId, *, email: str, closed: bool) -> Lane:
        """Close a lane until it is opened again, or open it; raise JobNotFound."""
        async with self.store.transaction() as tx:
            lane = await tx.lanes.get(account, email)
            if lane is None:
                raise JobNotFound(f"account {account} has no lane {email[:100]} of its own")
            lane = replace(lane, quarantine=None)
            if closed:
                lane = lane.barred(Bar.OPERATOR, at=self.clock.now())
            await tx.lanes.bar(account, email, lane.quarantine)
            what, now = "lane.quarantine" if closed else "lane.release", self.clock.now()
            await tx.audit.add(By(who=self.who).deed(what, _target(account, email), at=now))
        return lane


def masked(key: str) -> str:
    """Return what may be shown of a key."""
    if len(key) < LONG_ENOUGH:
        return "…secured…"
    return f"{key[:SHOWN]}…secured…{key[-SHOWN:]}"


def _target(account: AccountId, email: str) -> str:
    return f"lane:{account}/{email}"


def _told(lane: Lane, wanted: WantedUpstream) -> str:
    """Say what the audit log should know of an upstream; its key is not told, not even masked."""
    if lane.upstream is None or not wanted.said:
        return ""
    word = "a new key" if wanted.key else "the key as before"
    return f", upstream {host_of(lane.upstream.url)}, {word}"


def _address(given: str) -> str:
    """Return a server's address without the dialect's prefix; raise Invalid."""
    try:
        parts = urlsplit(given)
        parts.port  # noqa: B018 - raises when it is not a number
    except ValueError:
        raise Invalid("upstream must be an http or https address") from None
    fit = parts.scheme in {"http", "https"} and parts.hostname and len(given) <= LONGEST_URL
    if not fit or parts.query or parts.fragment or parts.username or parts.password:
        raise Invalid("upstream must be an http or https address without user name and query")
    path = parts.path.rstrip("/").removesuffix(PREFIX).rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"
