"""Endpoints and deliveries in SQL."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kinora.adapters.db.rows import Row, maybe_micros, maybe_moment, micros, moment
from kinora.adapters.db.statements import Connection
from kinora.domain.breaker import Breaker
from kinora.domain.fact import FactKind
from kinora.domain.ids import AccountId, DeliveryId, EndpointId, JobId
from kinora.domain.webhook import Delivery, DeliveryState, Endpoint, Form, Try
from kinora.ports.webhooks import ReplayAsk


class SqlEndpoints:
    """URLs that hear facts."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def add(self, endpoint: Endpoint) -> None:
        """Keep a new endpoint."""
        self._db.run("add_endpoint", endpoint_columns(endpoint))

    async def get(self, endpoint: EndpointId) -> Endpoint | None:
        """Return the endpoint."""
        row = self._db.one("get_endpoint", {"id": endpoint})
        return endpoint_from(row) if row else None

    async def of_account(self, account: AccountId | None) -> Sequence[Endpoint]:
        """Return an account's endpoints, or all, oldest first."""
        if account is None:
            rows = self._db.all("list_endpoints", {})
        else:
            rows = self._db.all("endpoints_of_account", {"account": account})
        return [endpoint_from(row) for row in rows]

    async def save(self, endpoint: Endpoint) -> None:
        """Write a changed endpoint."""
        self._db.run("save_endpoint", endpoint_columns(endpoint))

    async def remove(self, endpoint: EndpointId) -> bool:
        """Forget an endpoint and its log; False when there is none."""
        return self._db.run("remove_endpoint", {"id": endpoint}) > 0

    async def name(self, endpoint: EndpointId, *, job: JobId, base: str) -> None:
        """Note that a job names an endpoint."""
        self._db.run("name_endpoint", {"job": job, "endpoint": endpoint, "base": base})


class SqlDeliveries:
    """Facts on their way to endpoints."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def spread(self, *, at: datetime, at_most: int) -> int:
        """Make deliveries of facts that are not told yet, and mark these as told."""
        row = self._db.one("last_untold", {"at_most": at_most})
        if row is None or row["id"] is None:
            return 0
        last: int = row["id"]
        self._db.run("spread_facts", {"at": micros(at), "last": last})
        self._db.run("tell_facts", {"at": micros(at), "last": last})
        return last

    async def due_endpoints(self, *, at: datetime) -> Sequence[Endpoint]:
        """Return endpoints to which something is due, none that rest, the longest due first."""
        return [endpoint_from(row) for row in self._db.all("due_endpoints", {"at": micros(at)})]

    async def due(self, endpoint: EndpointId, *, at: datetime, at_most: int) -> Sequence[Delivery]:
        """Return what is due, the longest due first; facts of one job come one by one."""
        values = {"endpoint": endpoint, "at": micros(at), "at_most": at_most}
        return [delivery_from(row) for row in self._db.all("due_deliveries", values)]

    async def get(self, delivery: DeliveryId) -> Delivery | None:
        """Return the delivery."""
        row = self._db.one("get_delivery", {"id": delivery})
        return delivery_from(row) if row else None

    async def list(
        self, endpoint: EndpointId, *, newest: int, before: DeliveryId | None = None
    ) -> Sequence[Delivery]:
        """Return an endpoint's deliveries, newest fact first, those that come after `before`."""
        values = {"endpoint": endpoint, "newest": newest, "before": before}
        return [delivery_from(row) for row in self._db.all("list_deliveries", values)]

    async def tries(self, delivery: DeliveryId) -> Sequence[Try]:
        """Return the tries of a delivery, oldest first."""
        return [
            Try(
                delivery=DeliveryId(row["delivery"]),
                at=moment(row["at"]),
                status=row["status"],
                millis=row["millis"],
                error=row["error"],
                answer=row["answer"],
            )
            for row in self._db.all("tries_of", {"delivery": delivery})
        ]

    async def note(self, tried: Try) -> None:
        """Keep a try in the log."""
        values = {
            "delivery": tried.delivery,
            "at": micros(tried.at),
            "status": tried.status,
            "millis": tried.millis,
            "error": tried.error,
            "answer": tried.answer,
        }
        self._db.run("add_try", values)

    async def end(self, delivery: Delivery, state: DeliveryState) -> None:
        """End a delivery that waits."""
        values = {"id": delivery.id, "state": state.value, "tries": delivery.tries}
        self._db.run("end_delivery", values)

    async def late(self, delivery: Delivery, *, again: datetime) -> None:
        """Note a try that went wrong, and when to try again; later facts of its job wait too."""
        values = {"id": delivery.id, "tries": delivery.tries, "due_at": micros(again)}
        self._db.run("delivery_late", values)
        values |= {"job": delivery.job, "endpoint": delivery.endpoint}
        self._db.run("delivery_before_others", values)

    async def expire(self, endpoint: EndpointId, *, before: datetime) -> int:
        """Give up what has waited since before a time."""
        values = {"endpoint": endpoint, "before": micros(before)}
        return self._db.run("expire_deliveries", values)

    async def miss(self, endpoint: EndpointId) -> int:
        """End all that waits for an endpoint that was switched off."""
        return self._db.run("miss_deliveries", {"endpoint": endpoint})

    async def replay(self, delivery: DeliveryId, *, endpoint: EndpointId, at: datetime) -> bool:
        """Let an ended delivery wait again under its name; False when there is none."""
        values = {"id": delivery, "endpoint": endpoint, "at": micros(at)}
        return self._db.run("replay_delivery", values) > 0

    async def replay_all(self, endpoint: EndpointId, asked: ReplayAsk, *, at: datetime) -> int:
        """Let ended deliveries wait again, the oldest first."""
        values = {
            "endpoint": endpoint,
            "since": micros(asked.since),
            "until": micros(asked.until),
            "taken": int(asked.taken),
            "at": micros(at),
            "at_most": asked.at_most,
        }
        return self._db.run("replay_deliveries", values)

    async def trim(self, *, before: datetime, at_most: int) -> int:
        """Drop deliveries that ended, and facts that were told, before a time."""
        values = {"before": micros(before), "at_most": at_most}
        dropped = self._db.run("trim_deliveries", values)
        return dropped + self._db.run("trim_facts", values)


def endpoint_from(row: Row) -> Endpoint:
    """Read an endpoint."""
    return Endpoint(
        id=EndpointId(row["id"]),
        account=AccountId(row["account"]),
        form=Form(row["form"]),
        url=row["url"],
        base=row["base"],
        note=row["note"],
        wants=frozenset(FactKind(kind) for kind in json.loads(row["wants"])),
        every_job=bool(row["every_job"]),
        enabled=bool(row["enabled"]),
        why_off=row["why_off"],
        sealed=row["sealed"],
        former=row["former"],
        former_until=maybe_moment(row["former_until"]),
        breaker=Breaker(
            failures=row["failures"],
            rests=row["rests"],
            open_until=maybe_moment(row["open_until"]),
            failing_since=maybe_moment(row["failing_since"]),
        ),
        created_at=moment(row["created_at"]),
    )


def endpoint_columns(endpoint: Endpoint) -> dict[str, Any]:
    """Return the columns of an endpoint."""
    return {
        "id": endpoint.id,
        "account": endpoint.account,
        "form": endpoint.form.value,
        "url": endpoint.url,
        "base": endpoint.base,
        "note": endpoint.note,
        "wants": json.dumps(sorted(endpoint.wants)),
        "every_job": int(endpoint.every_job),
        "enabled": int(endpoint.enabled),
        "why_off": endpoint.why_off,
        "sealed": endpoint.sealed,
        "former": endpoint.former,
        "former_until": maybe_micros(endpoint.former_until),
        "failures": endpoint.breaker.failures,
        "rests": endpoint.breaker.rests,
        "open_until": maybe_micros(endpoint.breaker.open_until),
        "failing_since": maybe_micros(endpoint.breaker.failing_since),
        "created_at": micros(endpoint.created_at),
    }


def delivery_from(row: Row) -> Delivery:
    """Read a delivery."""
    return Delivery(
        id=DeliveryId(row["id"]),
        endpoint=EndpointId(row["endpoint"]),
        job=JobId(row["job"]),
        kind=FactKind(row["kind"]),
        state=DeliveryState(row["state"]),
        base=row["base"],
        tries=row["tries"],
        happened_at=moment(row["happened_at"]),
        begun_at=moment(row["begun_at"]),
        due_at=moment(row["due_at"]),
    )
