"""Add, find, switch and forget endpoints, and give them new secrets."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kinora.domain.breaker import CLOSED
from kinora.domain.deed import BY_SERVER, By
from kinora.domain.errors import BadLink, EndpointNotFound, Invalid, NotAllowed
from kinora.domain.fact import FactKind
from kinora.domain.ids import AccountId, EndpointId
from kinora.domain.job import Job
from kinora.domain.webhook import (
    ENDS,
    LONGEST_NOTE,
    LONGEST_URL,
    MOST_ENDPOINTS,
    OVERLAP,
    Endpoint,
    Form,
)
from kinora.ports.clock import Clock, Mint
from kinora.ports.sealing import Sealing
from kinora.ports.store import Store, Tx
from kinora.usecases.naming import host_of
from kinora.usecases.sign_deliveries import fresh_secret, sealed

UNKNOWN = "there is no webhook with this id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a new endpoint is to be.

    `wants` empty means all that its form knows. `every_job` None means: for Standard Webhooks
    every job of the account, for PixVerse only those that name it.
    """

    form: Form
    url: str
    base: str
    wants: frozenset[FactKind] = frozenset()
    every_job: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEndpoint:
    """Take a URL that wants to hear facts. `check` raises BadLink for one that is never reached.

    `by` is who does it, here and below, for the audit log.
    """

    store: Store
    clock: Clock
    mint: Mint
    sealing: Sealing
    check: Callable[[str], None]

    async def __call__(
        self, wanted: Wanted, *, account: AccountId, by: By = BY_SERVER
    ) -> tuple[Endpoint, str]:
        """Return the endpoint and its secret, which is shown this once; raise Invalid."""
        _check(wanted, self.check)
        number, secret = EndpointId(self.mint.id()), fresh_secret(wanted.form)
        pixverse = wanted.form is Form.PIXVERSE
        endpoint = Endpoint(
            id=number,
            account=account,
            form=wanted.form,
            url=wanted.url,
            base=wanted.base,
            wants=wanted.wants or (ENDS if pixverse else frozenset(FactKind)),
            every_job=(not pixverse) if wanted.every_job is None else wanted.every_job,
            note=wanted.note,
            sealed=sealed(secret, endpoint=number, sealing=self.sealing),
            created_at=self.clock.now(),
        )
        async with self.store.transaction() as tx:
            if await tx.accounts.get(account) is None:
                raise NotAllowed(f"there is no account {account}")
            if len(await tx.endpoints.of_account(account)) >= MOST_ENDPOINTS:
                raise Invalid(f"an account has at most {MOST_ENDPOINTS} webhooks; remove one first")
            await tx.endpoints.add(endpoint)
            await note(tx, "add", endpoint, by, at=endpoint.created_at)
        return endpoint, secret


@dataclass(frozen=True, slots=True, kw_only=True)
class FindEndpoint:
    """Read an endpoint of an account, or (None) of any."""

    store: Store

    async def __call__(self, number: EndpointId, *, account: AccountId | None) -> Endpoint:
        """Return the endpoint; raise EndpointNotFound."""
        return await found(self.store.view, number, account)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveEndpoint:
    """Forget an endpoint, what waits for it, and its log."""

    store: Store
    clock: Clock

    async def __call__(
        self, number: EndpointId, *, account: AccountId | None, by: By = BY_SERVER
    ) -> None:
        """Forget it; raise EndpointNotFound."""
        async with self.store.transaction() as tx:
            endpoint = await found(tx, number, account)
            await tx.endpoints.remove(number)
            await note(tx, "remove", endpoint, by, at=self.clock.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchEndpoint:
    """Switch an endpoint on or off; what happens while it is off can be replayed later."""

    store: Store
    clock: Clock

    async def on(
        self, number: EndpointId, *, account: AccountId | None, by: By = BY_SERVER
    ) -> Endpoint:
        """Switch it on, with a closed circuit; raise EndpointNotFound."""
        async with self.store.transaction() as tx:
            endpoint = await found(tx, number, account)
            after = replace(endpoint, enabled=True, why_off="", breaker=CLOSED)
            await tx.endpoints.save(after)
            await note(tx, "enable", after, by, at=self.clock.now())
        return after

    async def off(
        self, number: EndpointId, *, account: AccountId | None, why: str, by: By = BY_SERVER
    ) -> Endpoint:
        """Switch it off, and end what waits for it as missed; raise EndpointNotFound."""
        async with self.store.transaction() as tx:
            endpoint = await found(tx, number, account)
            after = replace(endpoint, enabled=False, why_off=why)
            await tx.endpoints.save(after)
            await tx.deliveries.miss(number)
            await note(tx, "disable", after, by, at=self.clock.now())
        return after


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSecret:
    """Give an endpoint a new secret; the one before stays good for a day."""

    store: Store
    clock: Clock
    sealing: Sealing

    async def gently(
        self, number: EndpointId, *, account: AccountId | None, by: By = BY_SERVER
    ) -> tuple[Endpoint, str]:
        """Return the endpoint and its new secret, shown this once; raise EndpointNotFound."""
        return await self._rotate(number, account, OVERLAP, by)

    async def at_once(
        self, number: EndpointId, *, account: AccountId | None, by: By = BY_SERVER
    ) -> tuple[Endpoint, str]:
        """Do the same for a secret that got out: the one before is worth nothing from now on."""
        return await self._rotate(number, account, None, by)

    async def _rotate(
        self, number: EndpointId, account: AccountId | None, overlap: timedelta | None, by: By
    ) -> tuple[Endpoint, str]:
        now = self.clock.now()
        async with self.store.transaction() as tx:
            endpoint = await found(tx, number, account)
            secret = fresh_secret(endpoint.form)
            after = replace(
                endpoint,
                sealed=sealed(secret, endpoint=number, sealing=self.sealing),
                former=endpoint.sealed if overlap else None,
                former_until=now + overlap if overlap else None,
            )
            await tx.endpoints.save(after)
            good = f"the former secret is good for {overlap}" if overlap else "at once"
            await note(tx, "rotate", after, by, at=now, detail=good)
        return after, secret


@dataclass(frozen=True, slots=True, kw_only=True)
class NameEndpoint:
    """Lets a new job name an endpoint, in the transaction that makes the job.

    `base` is the server's address as the caller sees it.
    """

    endpoint: EndpointId
    base: str

    async def __call__(self, tx: Tx, job: Job) -> None:
        """Note it; raises EndpointNotFound and NotAllowed, which undo the job."""
        endpoint = await tx.endpoints.get(self.endpoint)
        if endpoint is None:
            raise EndpointNotFound(f"webhook_id: {UNKNOWN}")
        if endpoint.account != job.account:
            raise NotAllowed("webhook_id belongs to another account")
        await tx.endpoints.name(endpoint.id, job=job.id, base=self.base)


async def found(tx: Tx, number: EndpointId, account: AccountId | None) -> Endpoint:
    """Return an endpoint of an account, or (None) of any; others' are not told apart."""
    endpoint = await tx.endpoints.get(number)
    if endpoint is None or account not in (None, endpoint.account):
        raise EndpointNotFound(UNKNOWN)
    return endpoint


async def note(
    tx: Tx, what: str, endpoint: Endpoint, by: By, *, at: datetime, detail: str = ""
) -> None:
    """Write in the audit log what is done to an endpoint.

    Of its URL only the host is told: what follows it is often a secret.
    """
    told = f"account {endpoint.account}, {endpoint.form}, {host_of(endpoint.url)}"
    detail = f"{told}; {detail}" if detail else told
    await tx.audit.add(by.deed(f"webhook.{what}", f"webhook:{endpoint.id}", at=at, detail=detail))


def _check(wanted: Wanted, check: Callable[[str], None]) -> None:
    if len(wanted.url) > LONGEST_URL:
        raise Invalid(f"url must have at most {LONGEST_URL} characters")
    try:
        check(wanted.url)
    except BadLink as error:
        raise Invalid(f"url: {error}") from None
    if len(wanted.note) > LONGEST_NOTE:
        raise Invalid(f"note must have at most {LONGEST_NOTE} characters")
    if wanted.form is Form.PIXVERSE and wanted.wants - ENDS:
        known = ", ".join(sorted(ENDS))
        raise Invalid(f"wants: the form pixverse knows only {known}")
