"""A small world for the useapi.net transcripts: lanes, files, and a job in every state."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from kinora.apis.useapi.routes import PREFIX
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import BLOCKED, Ground, build_operator
from kinora.domain.asset import AssetKind
from kinora.domain.ids import AccountId, JobId
from kinora.domain.lane import Bar, Quarantine
from tests.wire.world import BUSY, POOR, READER, RICH, Maker, open_accounts

TEAM = "sk-team-0123456789"
CLIP = {"prompt": "a paper boat", "duration": 1, "quality": "360p", "seed": 7}
PICTURE = {"prompt": "a paper boat", "seed": 7}


@dataclass
class Caller:
    """Submits jobs through the dialect itself, and brings them to their ends."""

    client: httpx.AsyncClient
    maker: Maker

    async def submit(self, token: str, path: str, **body: Any) -> JobId:
        headers = {"authorization": f"Bearer user:{token}"}
        answer = await self.client.post(PREFIX + path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        name = told["success_ids"][0] if "success_ids" in told else told["video_id"]
        return JobId(int(name.rpartition(":")[2]))

    async def begun(self, token: str, path: str, **body: Any) -> JobId:
        number = await self.submit(token, path, **body)
        await self.maker.claimed()
        return number

    async def done(self, token: str, path: str, **body: Any) -> JobId:
        number = await self.submit(token, path, **body)
        job = await self.maker.claimed()
        still = job.shape.fps == 0
        if still:
            await self.maker.finish(job, "picture.jpg", "image", "image/jpeg")
        else:
            await self.maker.finish(job, "film.mp4", "video", "video/mp4")
        return number


async def build_useapi_world(
    ground: Ground, photo: Path, folder: Path, *, listed: str
) -> dict[str, str]:
    """Build the world, return its names; `listed` is the list of refused media."""
    (ground.settings.data / BLOCKED).write_text(listed)
    app = build_api(ground, wake=lambda: None, draining=Draining())
    await open_accounts(ground)
    operator = build_operator(ground)
    team = await operator.create_account(name="team", plan="test", max_jobs=10)
    await operator.grant(team.id, package=1000)
    await operator.create_key(team.id, name="team", secret=TEAM)
    names = {"rich": RICH, "poor": POOR, "busy": BUSY, "team": TEAM, "reader": READER}
    maker, rich, busy = Maker(ground, folder), AccountId(2), AccountId(4)
    names["image"] = str(await maker.upload(photo, rich))
    names["foreign_image"] = str(await maker.upload(photo, busy))
    names["film"] = str(await maker.film(rich, seconds=4.0))
    names["long_film"] = str(await maker.film(rich, seconds=31.0))
    names["tune"] = str(await maker.film(rich, seconds=4.0, kind=AssetKind.AUDIO))
    names["song"] = str(await maker.film(rich, seconds=31.0, kind=AssetKind.AUDIO))
    await maker.for_mimic(names, photo.with_name("astronaut.jpg"), rich)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:
        await every_state(Caller(client, maker), names)
    return names


async def every_state(caller: Caller, names: dict[str, str]) -> None:
    """Bring films and pictures into every state; what waits comes last."""
    rich, busy, team = f"2-{RICH}", f"4-{BUSY}", f"5-{TEAM}"
    maker, create, draw = caller.maker, "/videos/create", "/images/create"
    picture = f"upload/{names['image']}.jpg"
    headers = {"authorization": f"Bearer user:{team}"}
    lane = {"password": "-", "maxJobs": 2}
    await caller.client.post(PREFIX + "/accounts/ada@studio.test", json=lane, headers=headers)
    vendor = {**lane, "upstream": "https://vendor.test", "upstreamKey": "sk-of-a-vendor-0123"}
    closed = "vendor@studio.test"
    await caller.client.post(f"{PREFIX}/accounts/{closed}", json=vendor, headers=headers)
    async with maker.ground.store.transaction() as tx:
        bar = Quarantine(reason=Bar.CREDENTIALS, until=None)
        await tx.lanes.bar(AccountId(5), closed, bar)
    made = {
        "foreign": await caller.done(busy, create, **CLIP),
        "team_done": await caller.done(team, create, **CLIP, email="ada@studio.test"),
        "done": await caller.done(rich, create, **CLIP),
        "image_done": await caller.done(rich, draw, **PICTURE),
        "song_done": await caller.done(
            rich, "/music-video/create", audio_path=f"upload/{names['song']}.wav", seed=7
        ),
        "effect_done": await caller.done(
            rich,
            create,
            template_id=420000000000101,
            first_frame_path=picture,
            seed=7,
        ),
    }
    made["from_picture"] = await caller.done(rich, create, **CLIP, first_frame_path=picture)
    source = f"user:2-pixverse:default@kinora.local-video:{made['done']}"
    made["extended"] = await caller.done(rich, "/videos/extend", **CLIP, video_id=source)
    for kind, path, body in (("", create, CLIP), ("image_", draw, PICTURE)):
        made[kind + "failed"] = await caller.submit(rich, path, **body)
        await maker.fail(await maker.claimed())
        made[kind + "moderated"] = await caller.submit(rich, path, **body)
        await maker.refuse(await maker.claimed())
    heard = {"replyRef": "shot 7", "replyUrl": "https://example.com/heard"}
    made["running"] = await caller.begun(rich, create, **CLIP, **heard)
    made["image_running"] = await caller.begun(rich, draw, **PICTURE)
    made["queued"] = await caller.submit(rich, create, **CLIP)
    made["image_queued"] = await caller.submit(rich, draw, **PICTURE)
    await caller.submit(busy, create, **CLIP)
    (drawn,) = await maker.ground.store.view.assets.of_job(made["image_done"])
    names |= {name: str(number) for name, number in made.items()}
    names["made_image"] = str(drawn.id)
