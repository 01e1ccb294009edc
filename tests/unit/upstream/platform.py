"""A server that speaks as the test tells it, and a Kinora whose lane leads to it."""

import asyncio
import ipaddress
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kinora.adapters.db.sqlite import SqliteStore
from kinora.adapters.upstream.client import PlatformUpstreams
from kinora.apis.useapi.routes import PREFIX
from kinora.bootstrap.away import build_calls
from kinora.bootstrap.dispatcher import build_finish
from kinora.bootstrap.ground import Ground, build_catalog, build_lane_seal
from kinora.domain.errand import Errand, Step
from kinora.domain.ids import JobId
from kinora.domain.job import Job
from kinora.domain.lane import Lane
from kinora.usecases.end_errand import EndErrand
from kinora.usecases.fail_job import FailJob
from kinora.usecases.fetch_result import FetchResult
from kinora.usecases.run_errand import RunErrand
from tests.films import film
from tests.unit.apis.useapi import Caller, calling, number_in

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
LANE = "vendor@example.com"
SECRET = "sk-upstream-0123456789abcdef"
THERE = 777_000_111_222
CUT = (0, b"")
CLIP = {"prompt": "a paper boat", "duration": 1, "quality": "360p", "email": LANE}


def envelope(resp: Any, *, code: int = 0, message: str = "success") -> bytes:
    return json.dumps({"ErrCode": code, "ErrMsg": message, "Resp": resp}).encode()


def refusal(code: int, message: str = "no") -> tuple[int, bytes]:
    return 200, envelope(None, code=code, message=message)


@dataclass
class Heard:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> Any:
        return json.loads(self.body)


@dataclass
class Platform:
    """Answers submits and polls from lists, the last one again and again."""

    port: int = 0
    submits: list[tuple[int, bytes]] = field(
        default_factory=lambda: [(200, envelope({"video_id": THERE}))]
    )
    polls: list[tuple[int, bytes]] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    file: bytes = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sent(self) -> list[Heard]:
        return [each for each in self.heard if each.path.endswith("/generate")]

    @property
    def asked(self) -> list[Heard]:
        return [each for each in self.heard if "/result/" in each.path]

    def stands(self, *statuses: int, **more: Any) -> None:
        link = f"{self.url}/film.mp4"
        self.polls = [
            (200, envelope({"id": THERE, "status": each, "url": link if each == 1 else "", **more}))
            for each in statuses
        ]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (each.partition(": ") for each in lines)
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, path, _ = first.split()
        self.heard.append(Heard(method, path, headers, body))
        status, answer = self._answer(path)
        if status:
            length = f"content-length: {len(answer)}\r\nconnection: close"
            writer.write(f"HTTP/1.1 {status} x\r\n{length}\r\n\r\n".encode() + answer)
            await writer.drain()
        writer.close()

    def _answer(self, path: str) -> tuple[int, bytes]:
        if path == "/film.mp4":
            return 200, self.file
        if path.endswith("/image/upload"):
            return 200, envelope({"img_id": 41, "img_url": "x"})
        if path.endswith("/media/upload"):
            return 200, envelope({"media_id": 42, "url": "x"})
        among = self.polls if "/result/" in path else self.submits
        return among.pop(0) if len(among) > 1 else among[0]


@dataclass
class Later:
    """A clock that goes when it is told to."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def goes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class House:
    """A Kinora with one lane that leads to the platform."""

    ground: Ground
    caller: Caller
    platform: Platform
    clock: Later
    run: RunErrand

    @property
    def store(self) -> SqliteStore:
        return self.ground.store

    async def open_lane(self, **more: Any) -> Any:
        terms = {"password": "-", "maxJobs": 8, "upstreamKey": SECRET}
        terms |= {"upstream": self.platform.url} | more
        answer = await self.caller.client.post(f"{PREFIX}/accounts/{LANE}", json=terms)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def submit(self, path: str = "/videos/create", **body: Any) -> JobId:
        told = await self.caller.post(path, **(CLIP | body))
        self.clock.at = max(self.clock.at, self.ground.clock.now())
        return JobId(number_in(told["video_id"]))

    async def go(self, job: JobId, *, steps: int = 1, seconds: float = 0.0) -> float | None:
        """Take a job's errand some steps further, with so many seconds before each."""
        rest: float | None = 0.0
        for _ in range(steps):
            self.clock.goes(seconds)
            rest = await self.run(job)
        return rest

    async def stopped_while_sending(self, job: JobId) -> None:
        """Leave a job as a server does that dies between the call and the note of its answer."""
        errand = await self.errand(job)
        found = await self.store.view.jobs.get(job)
        assert found is not None
        call = self.run.calls.write(found, {})
        async with self.store.transaction() as tx:
            sending = errand.sending(call, at=self.clock.now())
            assert await tx.errands.save(sending, step=Step.WAITING)

    async def errand(self, job: JobId) -> Errand:
        errand = await self.store.view.errands.get(job)
        assert errand is not None
        return errand

    async def job(self, job: JobId) -> Job:
        found = await self.store.view.jobs.get(job)
        assert found is not None
        return found

    async def lane(self) -> Lane:
        lanes = await self.store.view.lanes.of(await self._owner())
        return next(each for each in lanes if each.email == LANE)

    async def held(self) -> int:
        """Return what is held for jobs that have not ended, by the ledger."""
        entries = await self.store.view.ledger.entries(await self._owner(), newest=1000)
        return sum(each.held for each in entries)

    async def balance(self) -> int:
        account = await self.store.view.accounts.get(await self._owner())
        assert account is not None
        return account.balance.total

    async def _owner(self) -> Any:
        (account,) = await self.store.view.accounts.list()
        return account.id


@asynccontextmanager
async def house_beside(ground: Ground, folder: Path) -> AsyncIterator[House]:
    platform = Platform()
    platform.file = film(folder / "made.mp4", frames=12).read_bytes()
    server = await asyncio.start_server(platform.serve, "127.0.0.1", 0)
    platform.port = server.sockets[0].getsockname()[1]
    platform.stands(5, 1, progress=0.5)
    clock = Later(ground.clock.now())
    upstreams = PlatformUpstreams(allowed=[LOOPBACK])
    store = ground.store
    run = RunErrand(
        store=store,
        clock=clock,
        blobs=ground.blobs,
        upstreams=upstreams,
        calls=build_calls(build_catalog(ground.settings)),
        sealing=build_lane_seal(ground),
        fetch=FetchResult(
            upstreams=upstreams,
            gate=ground.gate,
            finish=build_finish(ground),
            workshop=folder / "away",
        ),
        end=EndErrand(store=store, clock=clock, fail=FailJob(store=store, clock=clock)),
        tell=lambda *_, **__: None,
    )
    async with server, calling(ground, folder) as caller:
        house = House(ground, caller, platform, clock, run)
        await house.open_lane()
        clock.goes(1)
        yield house
    await upstreams.close()
