"""The whole server in one process, without engines, and receivers that it tells of jobs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from kinora.bootstrap.ground import Ground
from kinora.bootstrap.webhooks import build_deliveries
from kinora.domain.ids import EndpointId
from kinora.domain.job import JobState
from kinora.ports.post import Post
from kinora.usecases.cancel_job import CancelJob
from kinora.usecases.deliver_facts import DeliverFacts
from tests.conftest import KEY
from tests.receiver import Later, Receiver
from tests.unit.apis.useapi import Caller

FILM = {
    "model": "v6",
    "prompt": "a paper boat",
    "aspect_ratio": "16:9",
    "duration": 1,
    "quality": "360p",
}


@dataclass(frozen=True)
class Walls:
    """What stays from test to test."""

    ground: Ground
    app: ASGIApp
    folder: Path


@dataclass
class House:
    """Someone's view of the server: calls, jobs that are brought to their ends, deliveries."""

    ground: Ground
    client: httpx.AsyncClient
    jobs: Caller
    clock: Later
    deliver: DeliverFacts

    async def add(self, receiver: Receiver, form: str = "standard", **more: Any) -> dict[str, Any]:
        answer = await self.client.post(
            "/api/webhooks", json={"url": receiver.url, "form": form, **more}
        )
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def call(self, method: str, path: str, **more: Any) -> Any:
        answer = await self.client.request(method, f"/api/webhooks{path}", **more)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def submit(self, **more: Any) -> Any:
        """Submit a film and return the answer."""
        answer = await self.client.post(
            "/openapi/v2/video/text/generate", json=FILM | more, headers={"API-KEY": KEY}
        )
        return answer.json()

    async def film(self, **more: Any) -> int:
        """Submit a film and return its id."""
        told = await self.submit(**more)
        assert told["ErrCode"] == 0, told
        number: int = told["Resp"]["video_id"]
        return number

    async def tell(self, *, after: timedelta = timedelta(seconds=1)) -> int:
        """Let some time pass, and tell what is due then."""
        self.clock.at += after
        return await self.deliver()

    async def states(self, webhook: int) -> list[str]:
        """Return how deliveries stand, oldest fact first."""
        found = await self.ground.store.view.deliveries.list(EndpointId(webhook), newest=100)
        return [each.state.value for each in reversed(found)]

    async def clear(self) -> None:
        """Leave nothing that the next test would see."""
        store = self.ground.store
        for state in (JobState.QUEUED, JobState.RUNNING):
            for job in await store.view.jobs.in_state(state):
                await CancelJob(store=store, clock=self.clock)(job.id)
        async with store.transaction() as tx:
            for endpoint in await tx.endpoints.of_account(None):
                await tx.endpoints.remove(endpoint.id)
            await tx.deliveries.spread(at=self.clock.at, at_most=1000)
        self.clock.at += timedelta(seconds=1)


@asynccontextmanager
async def living(walls: Walls, post: Post) -> AsyncIterator[House]:
    """Open the house; posts go where `post` may."""
    transport, ground = httpx.ASGITransport(app=walls.app), walls.ground
    assert isinstance(ground.clock, Later)
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://kinora.test",
        headers={"Authorization": f"Bearer {KEY}"},
    ) as client:
        yield House(
            ground=ground,
            client=client,
            jobs=Caller(client, ground, walls.folder),
            clock=ground.clock,
            deliver=build_deliveries(ground, post),
        )
