"""`/api/webhooks`: who hears what happens to an account's jobs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kinora.apis.native.callers import key_of
from kinora.apis.native.problems import Handler, answering
from kinora.apis.native.told import written
from kinora.domain.account import Account
from kinora.domain.errors import EndpointNotFound, Invalid, Malformed, NotAllowed
from kinora.domain.fact import FactKind
from kinora.domain.ids import MAX_ID, DeliveryId, EndpointId
from kinora.domain.job import Job
from kinora.domain.scopes import Call
from kinora.domain.webhook import Delivery, Endpoint, Form, Try
from kinora.ports.store import Store, Tx
from kinora.ports.webhooks import ReplayAsk
from kinora.usecases.keep_endpoints import (
    UNKNOWN,
    AddEndpoint,
    FindEndpoint,
    NameEndpoint,
    RemoveEndpoint,
    RotateSecret,
    SwitchEndpoint,
    Wanted,
)
from kinora.usecases.replay_deliveries import ReplayDeliveries, TestEndpoint
from kinora.web.bodies import read_body
from kinora.web.callers import by_of, call_of

MAX_BODY = 1 << 16
MOST_SHOWN, USUAL = 100, 20
LONGEST_NUMBER = 18
UNKNOWN_HOOK = f"webhook_id: {UNKNOWN}"


class AddBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/webhooks."""

    url: str
    form: Form = Form.STANDARD
    wants: frozenset[FactKind] = frozenset()
    every_job: bool | None = None
    note: str = ""


class RotateBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/webhooks/{id}/rotate: `at_once` leaves the former secret no day to live."""

    at_once: bool = False


class ReplayBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/webhooks/{id}/replay: one delivery, or a span of time."""

    delivery: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    taken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookVerbs:
    """What can be done with endpoints."""

    add: AddEndpoint
    find: FindEndpoint
    remove: RemoveEndpoint
    switch: SwitchEndpoint
    rotate: RotateSecret
    replay: ReplayDeliveries
    test: TestEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDoor:
    """Keeps the endpoints of the caller's account."""

    store: Store
    verbs: WebhookVerbs
    open_account: Callable[[str, Call], Awaitable[Account]]
    public_url: str = ""

    async def add(self, request: Request) -> Response:
        """Take a new URL; the answer shows its secret, this once."""
        account = await self._account(request)
        body = await _read(request, AddBody)
        wanted = Wanted(
            form=body.form,
            url=body.url,
            base=self.public_url or f"{request.url.scheme}://{request.url.netloc}",
            wants=body.wants,
            every_job=body.every_job,
            note=body.note,
        )
        by = by_of(request, account)
        endpoint, secret = await self.verbs.add(wanted, account=account.id, by=by)
        return _secretive({**endpoint_row(endpoint), "secret": secret}, status=201)

    async def list(self, request: Request) -> Response:
        """Show the account's endpoints."""
        account = await self._account(request)
        found = await self.store.view.endpoints.of_account(account.id)
        return JSONResponse({"webhooks": [endpoint_row(each) for each in found]})

    async def read(self, request: Request) -> Response:
        """Show one endpoint."""
        return JSONResponse(endpoint_row(await self._endpoint(request)))

    async def remove(self, request: Request) -> Response:
        """Forget an endpoint and its log."""
        account = await self._account(request)
        by = by_of(request, account)
        await self.verbs.remove(_number(request), account=account.id, by=by)
        return Response(status_code=204)

    async def rotate(self, request: Request) -> Response:
        """Give it a new secret; the answer shows it, this once."""
        account, body = await self._account(request), await _read(request, RotateBody)
        verb = self.verbs.rotate.at_once if body.at_once else self.verbs.rotate.gently
        endpoint, secret = await verb(
            _number(request), account=account.id, by=by_of(request, account)
        )
        return _secretive({**endpoint_row(endpoint), "secret": secret})

    async def enable(self, request: Request) -> Response:
        """Switch it on."""
        account, number = await self._account(request), _number(request)
        by = by_of(request, account)
        return JSONResponse(
            endpoint_row(await self.verbs.switch.on(number, account=account.id, by=by))
        )

    async def disable(self, request: Request) -> Response:
        """Switch it off."""
        account, number = await self._account(request), _number(request)
        why = "it was switched off by its owner"
        off, by = self.verbs.switch.off, by_of(request, account)
        return JSONResponse(endpoint_row(await off(number, account=account.id, why=why, by=by)))

    async def test(self, request: Request) -> Response:
        """Post a signed sample now and show what the receiver said."""
        account = await self._account(request)
        answer = await self.verbs.test(
            _number(request), account=account.id, by=by_of(request, account)
        )
        told = {"status": answer.status, "millis": answer.millis, "error": answer.error}
        return JSONResponse({"taken": answer.taken, **told, "answer": answer.text})

    async def log(self, request: Request) -> Response:
        """Show the newest deliveries with their tries; `before` a delivery's id goes further."""
        endpoint, view = await self._endpoint(request), self.store.view.deliveries
        before = _whole(request, "before", otherwise=0, most=MAX_ID)
        found = await view.list(
            endpoint.id,
            newest=_whole(request, "newest", otherwise=USUAL, most=MOST_SHOWN),
            before=DeliveryId(before) if before else None,
        )
        rows = [delivery_row(each, await view.tries(each.id)) for each in found]
        return JSONResponse({"deliveries": rows})

    async def replay(self, request: Request) -> Response:
        """Let one delivery, or those of a span of time, be told again."""
        account, body = await self._account(request), await _read(request, ReplayBody)
        number, replay = _number(request), self.verbs.replay
        if (body.delivery is None) == (body.since is None):
            raise Invalid("give either delivery or since (and until)")
        by = by_of(request, account)
        if body.delivery is not None:
            # Numbers that no delivery can have are unknown ones.
            one = DeliveryId(min(max(body.delivery, 0), MAX_ID))
            many = await replay.one(one, endpoint=number, account=account.id, by=by)
        else:
            until = body.until or replay.clock.now()
            asked = ReplayAsk(since=_aware(body.since), until=_aware(until), taken=body.taken)
            many = await replay.span(asked, endpoint=number, account=account.id, by=by)
        return JSONResponse({"replayed": many}, status_code=202)

    async def _endpoint(self, request: Request) -> Endpoint:
        account = await self._account(request)
        return await self.verbs.find(_number(request), account=account.id)

    async def _account(self, request: Request) -> Account:
        return await self.open_account(key_of(request), call_of(request))


def routes(door: WebhookDoor) -> list[Route]:
    """Return the routes."""
    one = "/api/webhooks/{id:str}"
    table: list[tuple[str, str, Handler]] = [
        ("POST", "/api/webhooks", door.add),
        ("GET", "/api/webhooks", door.list),
        ("GET", one, door.read),
        ("DELETE", one, door.remove),
        ("POST", f"{one}/rotate", door.rotate),
        ("POST", f"{one}/enable", door.enable),
        ("POST", f"{one}/disable", door.disable),
        ("POST", f"{one}/test", door.test),
        ("GET", f"{one}/log", door.log),
        ("POST", f"{one}/replay", door.replay),
    ]
    return [
        Route(path, answering(verb), methods=[method], name=f"webhooks.{verb.__name__}")
        for method, path, verb in table
    ]


def endpoint_row(endpoint: Endpoint) -> dict[str, Any]:
    """Describe an endpoint; its secret is never shown again."""
    return {
        "id": endpoint.id,
        "webhook_id": str(endpoint.id),
        "form": endpoint.form.value,
        "url": endpoint.url,
        "wants": sorted(endpoint.wants),
        "every_job": endpoint.every_job,
        "note": endpoint.note,
        "enabled": endpoint.enabled,
        "why_off": endpoint.why_off,
        "failures": endpoint.breaker.failures,
        "rests_until": written(endpoint.breaker.open_until),
        "former_secret_until": written(endpoint.former_until),
        "created_at": written(endpoint.created_at),
    }


def delivery_row(delivery: Delivery, tries: Any) -> dict[str, Any]:
    """Describe a delivery and its tries."""
    return {
        "id": delivery.id,
        "name": delivery.name,
        "type": delivery.kind.value,
        "job": delivery.job,
        "state": delivery.state.value,
        "happened_at": written(delivery.happened_at),
        "due_at": written(delivery.due_at) if delivery.state.value == "waiting" else None,
        "tries": [try_row(each) for each in tries],
    }


def try_row(tried: Try) -> dict[str, Any]:
    """Describe a try."""
    return {
        "at": written(tried.at),
        "status": tried.status,
        "millis": tried.millis,
        "error": tried.error,
        "answer": tried.answer,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class NameOwn:
    """Lets a new job name an endpoint; another account's is not told apart from one not there."""

    name: NameEndpoint

    async def __call__(self, tx: Tx, job: Job) -> None:
        """Note it; raises Invalid, which undoes the job."""
        try:
            await self.name(tx, job)
        except (EndpointNotFound, NotAllowed):
            raise Invalid(UNKNOWN_HOOK) from None


def naming(webhook: int | str, *, base: str) -> NameOwn | None:
    """Return how a job names the endpoint of its body; raise Invalid for odd names."""
    if webhook == "":
        return None
    text = str(webhook)
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise Invalid(UNKNOWN_HOOK)
    number = EndpointId(min(int(text), MAX_ID))
    return NameOwn(name=NameEndpoint(endpoint=number, base=base))


async def _read(request: Request, kind: type[Any]) -> Any:
    raw = await read_body(request, at_most=MAX_BODY) or b"{}"
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise Invalid(_sentence(str(error), kind)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("the body is not valid JSON") from None


def _sentence(told: str, kind: type[Any]) -> str:
    """Say what is wrong with a body, with the values that are allowed where there are few."""
    text = told.replace("`$.", "`").replace(" - at `$`", "")
    if "`form`" in text:
        text += f"; allowed: {', '.join(Form)}"
    if "`wants" in text:
        text += f"; allowed: {', '.join(FactKind)}"
    if "unknown field" in text:
        text += f"; known: {', '.join(kind.__struct_fields__)}"
    return text


def _number(request: Request) -> EndpointId:
    text = request.path_params["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise EndpointNotFound(UNKNOWN)
    return EndpointId(min(int(text), MAX_ID))


def _whole(request: Request, name: str, *, otherwise: int, most: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return otherwise
    digits = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    if not digits or not 1 <= int(text) <= most:
        raise Invalid(f"{name} must be a whole number from 1 to {most}")
    return int(text)


def _aware(at: datetime | None) -> datetime:
    if at is None or at.tzinfo is None:
        raise Invalid("since and until must have a time zone, such as 2026-11-28T12:00:00Z")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise Invalid("since and until must be times of the years 1 to 9999 in UTC") from None


def _secretive(told: dict[str, Any], *, status: int = 200) -> Response:
    return JSONResponse(told, status_code=status, headers={"cache-control": "no-store"})
