"""`/healthz`, `/readyz` and `/metrics`, for those who run the server."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from kinora.domain.job import JobState
from kinora.domain.rank import Halt
from kinora.ports.clock import Clock
from kinora.ports.store import Store

JOBS = Gauge("kinora_jobs", "Jobs by state.", ["state"])
WAITING = Gauge("kinora_jobs_waiting", "Jobs that wait, by class.", ["class"])
HALTED = Gauge(
    "kinora_queue_halts", "Halts by an operator: of everything, accounts, engines.", ["halt"]
)
OLDEST = Gauge("kinora_queue_oldest_seconds", "Age of the job that has waited longest.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Tells how the server is."""

    store: Store
    clock: Clock
    dispatcher_seen: Callable[[], bool]
    draining: Callable[[], bool]
    standing: Callable[[], bool]
    roomy: Callable[[], bool]
    metrics_token: str

    async def alive(self, request: Request) -> Response:
        """Answer whether this process answers."""
        return JSONResponse({"status": "ok"})

    async def ready(self, request: Request) -> Response:
        """Answer whether jobs can be taken and will be worked on; 503 with reasons if not."""
        reasons = []
        if self.draining():
            reasons.append("the server is shutting down")
        if not self.dispatcher_seen():
            reasons.append("the dispatcher has not been seen for some seconds")
        if not self.standing():
            reasons.append("the database file was moved or deleted while the server runs")
        if not self.roomy():
            reasons.append("the disk is full")
        halted: dict[str, str] = {}
        try:
            halted = await self._halted()
        except Exception:  # noqa: BLE001 - whatever the store raises, the answer is the same
            reasons.append("the store cannot be read")
        body = {"status": "unready" if reasons else "ready", "reasons": reasons}
        return JSONResponse(body | halted, status_code=503 if reasons else 200)

    async def metrics(self, request: Request) -> Response:
        """Answer Prometheus's scrape, when it brings the token."""
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.metrics_token}".encode()):
            headers = {"www-authenticate": "Bearer"}
            text = "the token is in the data folder, in the file metrics-token\n"
            return PlainTextResponse(text, status_code=401, headers=headers)
        await self._look()
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    async def _halted(self) -> dict[str, str]:
        """Say how the queue is halted; polls and files are served all the same.

        Halts are few; strangers may ask without end, so nothing that grows is read for them.
        """
        stops = await self.store.view.queue.stops()
        return next(({"queue": stop.halt.value} for stop in stops if stop.everything), {})

    async def _look(self) -> None:
        for state, number in (await self.store.view.jobs.count()).items():
            JOBS.labels(state.value).set(number)
        waiting = await self.store.view.jobs.in_state(JobState.QUEUED, at_most=1)
        age = (self.clock.now() - waiting[0].created_at).total_seconds() if waiting else 0
        OLDEST.set(age)
        for rank, number in (await self.store.view.queue.waiting()).items():
            WAITING.labels(rank.value).set(number)
        stops = [stop.halt for stop in await self.store.view.queue.stops()]
        for halt in Halt:
            HALTED.labels(halt.value).set(stops.count(halt))


def routes(health: Health) -> list[Route]:
    """Return the routes."""
    return [
        Route("/healthz", health.alive),
        Route("/readyz", health.ready),
        Route("/metrics", health.metrics),
    ]
