"""A server in this process, with things in it, and a hand that ends the jobs that are asked for."""

import asyncio
import json
import random
import shutil
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx

from kinora.apis.useapi.names import Kind, kind_of, name_of
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground, build_operator, prepare, stand
from kinora.domain.asset import AssetKind
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.job import Job
from kinora.domain.order import MaskSelection
from kinora.settings import Settings
from tests.conftest import KEY
from tests.wire.world import POOR, RICH, Maker, open_accounts

OWNER = AccountId(2)
TOKENS = {"rich": f"user:2-{RICH}", "poor": f"user:3-{POOR}"}
KEPT = 40
"""How many ids of a kind are remembered; the oldest are forgotten."""

HAND = 0.02
"""Seconds between two looks of the hand at what waits, while somebody waits for an answer."""


def _pools() -> dict[str, deque[Any]]:
    return defaultdict(lambda: deque(maxlen=KEPT))


@dataclass
class House:
    """The application, what is in it by kind, and what ends its jobs."""

    ground: Ground
    client: httpx.AsyncClient
    maker: Maker
    chance: random.Random
    pools: dict[str, deque[Any]] = field(default_factory=_pools)

    async def send(self, call: httpx.Request) -> tuple[httpx.Response, float]:
        """Return the answer and how many seconds it took; jobs end meanwhile."""
        began = time.perf_counter()
        asked = asyncio.ensure_future(self.client.send(call))
        while not (await asyncio.wait({asked}, timeout=HAND))[0]:
            await self.work()
        taken = time.perf_counter() - began
        await self.work()
        answer = asked.result()
        self._remember(answer)
        return answer, taken

    async def work(self) -> None:
        """End every job that waits, one way or the other."""
        while job := await self._claimed():
            masks = isinstance(job.order.ask, MaskSelection)
            if not masks and self.chance.random() < 0.4:
                await self.maker.fail(job)
            else:
                await self._finish(job, masks=masks)
            await self.learn(job)

    async def learn(self, job: Job) -> None:
        """Remember a job and what it made."""
        if job.account != OWNER:
            return
        self.pools["job"].append(job.id)
        self.pools[f"{kind_of(job)}_name"].append(name_of(job, email="default@kinora.local"))
        for asset in await self.ground.store.view.assets.of_job(job.id):
            self.pools[asset.kind.value].append(asset.id)

    async def _claimed(self) -> Job | None:
        async with self.ground.store.transaction() as tx:
            return await tx.jobs.claim(at=self.ground.clock.now() + timedelta(seconds=1))

    async def _finish(self, job: Job, *, masks: bool) -> None:
        if masks:
            beside = ("person", "background")
            await self.maker.finish(job, "keyframe.png", "image", "image/png", beside)
            return
        match kind_of(job):
            case Kind.IMAGE:
                await self.maker.finish(job, "picture.jpg", "image", "image/jpeg")
            case Kind.MUSIC | Kind.SPEECH:
                await self.maker.finish(job, "sound.mp3", "audio", "audio/mpeg")
            case Kind.VIDEO:
                await self.maker.finish(job, "film.mp4", "video", "video/mp4")

    def _remember(self, answer: httpx.Response) -> None:
        """Keep what an answer names, so that later calls can use it."""
        if answer.status_code < 300 and "json" in answer.headers.get("content-type", ""):
            _names(json.loads(answer.text), self.pools)


TAKEN = {
    "mask_id": "mask",
    "id": "delivery",
    "webhook_id": "webhook",
    "speaker_id": "voice",
    "next_cursor": "cursor",
    "restyle_id": "restyle",
    "template_id": "template",
    "path": "path",
    "offset": "number",
}
"""Which fields of answers name what."""


def _names(told: Any, pools: dict[str, deque[Any]]) -> None:
    match told:
        case dict():
            for name, value in told.items():
                if name in TAKEN and isinstance(value, int | str) and value:
                    pools[TAKEN[name]].append(value)
                _names(value, pools)
        case list():
            for each in told[:10]:
                _names(each, pools)
        case _:
            pass


@asynccontextmanager
async def open_house(folder: Path, *, seed: int) -> AsyncIterator[House]:
    """Open a server whose second account has everything."""
    settings = Settings(
        data=folder / "data",
        bootstrap_key=KEY,
        inactive_templates=("thermal",),
        rate_per_key=0,
        rate_per_address=0,
        rate_failures=0,
    )
    settings.data.mkdir(parents=True)
    await prepare(settings)
    ground = await stand(settings, process=0)
    await open_accounts(ground)
    await build_operator(ground).grant(OWNER, package=10**9)
    app = build_api(ground, wake=lambda: None, draining=Draining())
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:
        made = House(ground, client, Maker(ground, folder), random.Random(seed))
        await furnish(made, folder)
        yield made
        assert await prove(ground) == []
        left = [path for path in (settings.data / "tmp").iterdir() if path.is_dir()]
        assert left == [], "what calls brought was not cleared away"
    await ground.close()


async def furnish(house: House, folder: Path) -> None:
    """Put pictures, films, sounds, a voice and a webhook into the house."""
    photos = Path(str(files("kinora.cli") / "pictures"))
    shutil.copy(photos / "coffee.jpg", folder / "photo.jpg")
    maker, pools = house.maker, house.pools
    for name in ("coffee.jpg", "rocket.jpg"):
        pools["image"].append(await maker.upload(photos / name, OWNER))
    for seconds in (2.0, 4.0, 31.0):
        pools["video"].append(await maker.film(OWNER, seconds=seconds))
        sound = await maker.film(OWNER, seconds=seconds, kind=AssetKind.AUDIO)
        pools["audio"].append(sound)
    pools["voice"].append(await maker.voice(AssetId(pools["audio"][0]), OWNER))
    pools["webhook"].append(await maker.webhook(OWNER))
    pools["path"].extend(f"upload/{asset}.jpg" for asset in pools["image"])
    pools["email"].append("default@kinora.local")


async def prove(ground: Ground) -> list[Any]:
    """Return what does not add up in the books."""
    return list(await ground.store.view.ledger.discrepancies())
