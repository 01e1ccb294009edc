"""Endpoints that want to hear facts, and deliveries: facts on their way to them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from kinora.domain.breaker import CLOSED, Breaker
from kinora.domain.fact import FactKind
from kinora.domain.ids import AccountId, DeliveryId, EndpointId, JobId

OVERLAP = timedelta(hours=24)
"""How long the former secret stays good after a rotation."""

KEPT = timedelta(days=30)
"""How long deliveries and their tries are kept."""

PATIENCE = timedelta(hours=24)
"""How long an endpoint that answers nothing keeps a delivery waiting."""

OFF_AFTER = timedelta(days=5)
"""An endpoint that took nothing for so long is switched off."""

MOST_ENDPOINTS = 50
LONGEST_URL = 2048
LONGEST_NOTE = 200

PIXVERSE_WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (2, 10, 30, 60, 300, 900, 3600, 14_400)
)
"""The published schedule, kept to the second."""

STANDARD_WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 300, 1800, 7200, 18_000, 36_000, 21_600)
)
"""The last try is a little less than 24 hours after the first; each wait is shortened by chance."""

SHORTENED = 0.2
"""The largest part of a wait that chance takes away: what failed at once is not tried at once."""

LONGEST_ASKED = timedelta(hours=1)
"""The longest wait that a receiver's Retry-After can ask for."""


class Form(StrEnum):
    """How deliveries are written and signed."""

    PIXVERSE = "pixverse"
    STANDARD = "standard"


ENDS = frozenset({FactKind.COMPLETED, FactKind.MODERATED, FactKind.FAILED, FactKind.CANCELLED})
"""The kinds that a PixVerse receiver knows: a job has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An account's URL that hears facts.

    `wants` are the kinds it hears, of every job of the account or (`every_job` false) of those
    that name it. `base` is the server's address in links. `sealed` is the secret, `former` the one
    before it, which stays good until `former_until`; both can only be opened with the secret of
    the installation. `why_off` says, for people, why it is not `enabled`.
    """

    id: EndpointId
    account: AccountId
    form: Form
    url: str
    base: str
    wants: frozenset[FactKind]
    every_job: bool
    sealed: bytes = field(repr=False)
    created_at: datetime
    note: str = ""
    enabled: bool = True
    why_off: str = ""
    former: bytes | None = field(default=None, repr=False)
    former_until: datetime | None = None
    breaker: Breaker = CLOSED


class DeliveryState(StrEnum):
    """Where a delivery is in its life."""

    WAITING = "waiting"
    TAKEN = "taken"
    GIVEN_UP = "given_up"
    MISSED = "missed"
    """The endpoint was off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One fact on its way to one endpoint.

    `happened_at` is the fact's time, `begun_at` when its present series of `tries` began.
    """

    id: DeliveryId
    endpoint: EndpointId
    job: JobId
    kind: FactKind
    state: DeliveryState
    base: str
    tries: int
    happened_at: datetime
    begun_at: datetime
    due_at: datetime

    @property
    def name(self) -> str:
        """What receivers know it by, the same at every try and after a replay."""
        return f"msg_{self.endpoint}_{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One post of a delivery: `status` is None when there was no answer, `error` empty if taken."""

    delivery: DeliveryId
    at: datetime
    status: int | None
    millis: int
    error: str
    answer: str


def next_wait(form: Form, tries: int, *, chance: float) -> timedelta | None:
    """Return how long to wait after the `tries`-th failure; None gives up. `chance` is 0 to 1."""
    waits = PIXVERSE_WAITS if form is Form.PIXVERSE else STANDARD_WAITS
    if tries > len(waits):
        return None
    wait = waits[tries - 1]
    return wait if form is Form.PIXVERSE else wait * (1 - SHORTENED * chance)


def asked_wait(text: str, *, at: datetime) -> timedelta:
    """Return how long a Retry-After asks to wait, within bounds; 0 for what cannot be read."""
    told = text.strip()
    if told.isascii() and told.isdigit():
        return min(timedelta(seconds=min(int(told[:9]), 10**9)), LONGEST_ASKED)
    try:
        wait = parsedate_to_datetime(told) - at
    except (TypeError, ValueError, OverflowError):
        return timedelta()
    return min(max(wait, timedelta()), LONGEST_ASKED)
