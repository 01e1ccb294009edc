"""The dialect alone over a prepared data folder, and jobs brought to their ends without engines."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from kinora.adapters.provenance.nothing import NoStamp
from kinora.apis.useapi.names import Kind, kind_of
from kinora.apis.useapi.routes import PREFIX, owner_routes, routes
from kinora.bootstrap.ground import Ground, build_moderator, build_operator, build_places
from kinora.bootstrap.useapi import Shared, build_links, build_useapi
from kinora.domain.asset import AssetKind
from kinora.domain.ids import AccountId
from kinora.domain.job import Job
from kinora.ports.engine import Output
from kinora.usecases.fail_job import FailJob
from kinora.usecases.finish_job import FinishJob
from kinora.usecases.judge_content import JudgeContent
from kinora.usecases.keep_quota import Places, TakeIn
from kinora.usecases.open_account import OpenAccount
from kinora.usecases.upload_image import UploadImage
from kinora.usecases.upload_media import UploadMedia
from tests.assets import asset as asset_on_paper
from tests.conftest import KEY

TOKEN = f"Bearer user:1-{KEY}"
LANE = "user:1-pixverse:default@kinora.local"
OTHER = "sk-other-0123456789"


MADE = {
    Kind.IMAGE: ("image", "image/jpeg"),
    Kind.VIDEO: ("video", "video/mp4"),
    Kind.MUSIC: ("audio", "audio/mpeg"),
    Kind.SPEECH: ("audio", "audio/mpeg"),
}
ENDINGS = {"image/jpeg": "jpg", "video/mp4": "mp4", "audio/mpeg": "mp3"}


@dataclass(frozen=True)
class Caller:
    """Someone who calls, and who can end jobs."""

    client: httpx.AsyncClient
    ground: Ground
    folder: Path

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.client.get(PREFIX + path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        answer = await self.client.post(PREFIX + path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, status: int, path: str, **body: Any) -> str:
        """Return the sentence of a refusal, which must have the one envelope."""
        answer = await self.client.post(PREFIX + path, json=body)
        told = answer.json()
        assert (answer.status_code, told.get("code")) == (status, status), answer.text
        assert set(told) == {"error", "code"}
        return str(told["error"])

    async def picture(self, width: int = 640, height: int = 360) -> str:
        """Return the path of a picture that was uploaded on paper."""
        return await self.paper(replace(asset_on_paper(width, height), kind=AssetKind.IMAGE))

    async def film(self, seconds: float = 4.0) -> str:
        """Return the path of a film that was uploaded on paper."""
        return await self.paper(asset_on_paper(640, 360, seconds))

    async def paper(self, paper: Any, *, account: int = 1) -> str:
        number = self.ground.mint.id()
        kinds = {AssetKind.IMAGE: "png", AssetKind.VIDEO: "mp4", AssetKind.AUDIO: "wav"}
        ending = kinds[paper.kind]
        kept = replace(
            paper, id=number, account=AccountId(account), blob=f"given/00/{number}.{ending}"
        )
        async with self.ground.store.transaction() as tx:
            await tx.assets.add(kept)
        return f"upload/{number}.{ending}"

    async def started(self) -> Job:
        async with self.ground.store.transaction() as tx:
            job = await tx.jobs.claim(at=self.ground.clock.now() + timedelta(seconds=1))
        assert job is not None
        return job

    async def finished(self) -> Job:
        """Bring the next job to a good end."""
        job, g = await self.started(), self.ground
        kind, mime = MADE[kind_of(job)]
        path = self.folder / f"made.{ENDINGS[mime]}"
        path.write_bytes(b"0123456789" * 100)
        output = Output(
            path=path,
            kind=kind,
            mime=mime,
            width=job.shape.width,
            height=job.shape.height,
            frames=job.shape.frames,
            seconds=job.shape.seconds,
            has_audio=False,
        )
        finish = FinishJob(
            store=g.store,
            blobs=g.blobs,
            clock=g.clock,
            mint=g.mint,
            moderator=build_moderator(g.settings),
            provenance=NoStamp(),
        )
        assert await finish(job, output=output)
        return job

    async def failed(self) -> Job:
        job = await self.started()
        fail = FailJob(store=self.ground.store, clock=self.ground.clock)
        assert await fail(job, reason="no person can be seen in the picture")
        return job


@asynccontextmanager
async def calling(ground: Ground, folder: Path, *, token: str = TOKEN) -> AsyncIterator[Caller]:
    """Open the dialect to a caller."""
    transport = httpx.ASGITransport(app=app_of(ground))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://kinora.test", headers={"authorization": token}
    ) as client:
        yield Caller(client, ground, folder)


def app_of(ground: Ground) -> Starlette:
    g, gate = ground, ground.gate
    judge = JudgeContent(store=g.store, moderator=build_moderator(g.settings), clock=g.clock)
    shared = Shared(
        links=build_links(g),
        place=build_places(g),
        open_account=OpenAccount(store=g.store, pepper=g.pepper, clock=g.clock),
        upload_image=UploadImage(
            store=g.store, blobs=g.blobs, gate=gate, clock=g.clock, mint=g.mint, judge=judge
        ),
        upload_media=UploadMedia(
            store=g.store, blobs=g.blobs, gate=gate, clock=g.clock, mint=g.mint, judge=judge
        ),
        wake=lambda: None,
        guard=lambda submit: submit,
        take_in=TakeIn(store=g.store, clock=g.clock, places=Places(8)),
    )
    house = build_useapi(ground, shared)
    app = Starlette(routes=[*routes(house), *owner_routes(house)])
    app.router.redirect_slashes = False
    return app


async def other_account(ground: Ground, *, purse: int = 1000, max_jobs: int = 5) -> str:
    """Return the token of a second account."""
    operator = build_operator(ground)
    account = await operator.create_account(name="other", plan="test", max_jobs=max_jobs)
    await operator.grant(account.id, package=purse)
    await operator.create_key(account.id, name="other", secret=OTHER)
    return f"Bearer user:{account.id}-{OTHER}"


def number_in(name: str) -> int:
    return int(name.rpartition(":")[2])
