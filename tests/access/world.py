"""Two houses with the same things in them: one calls, the other must never be seen."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from kinora.adapters.parts import DiskParts
from kinora.apis.useapi.routes import PREFIX as USEAPI
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground, build_operator
from kinora.domain.asset import Asset, AssetKind
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.order import ImageEffect, MaskSelection, TextToVideo, Words
from kinora.domain.scopes import Rights, Scope
from kinora.usecases.keep_voices import MakeVoice
from tests.assets import asset as asset_on_paper
from tests.wire.world import Maker

CALLER, OTHER = "caller", "other"
KEYS = {
    CALLER: "sk-caller-0123456789",
    OTHER: "sk-other-0123456789",
    "reader": "sk-reader-0123456789",
    "submitter": "sk-submitter-0123456789",
    "administrator": "sk-administrator-0123456789",
    "revoked": "sk-revoked-0123456789",
    "ended": "sk-ended-0123456789",
}
MARK = "xyzzy"
"""A word in everything that the other house has written."""

MARKS = {CALLER: "plugh", OTHER: MARK}


@dataclass
class House:
    """One account's things, each by the kind of its id."""

    maker: Maker
    client: httpx.AsyncClient
    account: AccountId
    key: str
    mark: str

    async def things(self, photo: Path) -> dict[str, str]:
        found = await self.given(photo) | await self.made() | await self.heard()
        number = found["song"]
        found["mv"] = await self.finished("/music-video/create", audio_path=f"upload/{number}.wav")
        found["music"] = await self.finished("/music/create", prompt=f"a waltz for {self.mark}")
        found["speech"] = await self.finished(
            "/speech/create", text=f"Good morning {self.mark}", voice_id="8"
        )
        found["lane"] = f"{self.mark}@lanes.test"
        headers = {"authorization": f"Bearer user:{self.account}-{self.key}"}
        lane = {"password": "-", "maxJobs": 8}
        await self.client.post(f"{USEAPI}/accounts/{found['lane']}", json=lane, headers=headers)
        g = self.maker.ground
        parts = DiskParts(g.settings.data / "uploads", clock=g.clock)
        part = await parts.begin(account=self.account, length=1000, metadata=self.mark)
        found["webhook"] = str(await self.maker.webhook(self.account))
        return found | {"part": part.name, "account": str(self.account)}

    async def given(self, photo: Path) -> dict[str, str]:
        """Upload pictures, films and sounds."""
        film, sound = AssetKind.VIDEO, AssetKind.AUDIO
        return {
            "picture": str(await self.maker.upload(photo, self.account)),
            "picture2": str(await self.maker.upload(photo, self.account)),
            "film": str(await self.paper(4.0, film, "mp4")),
            "sound": str(await self.paper(4.0, sound, "wav")),
            "song": str(await self.paper(31.0, sound, "wav")),
        }

    async def paper(self, seconds: float, kind: AssetKind, ending: str) -> AssetId:
        number = self.maker.ground.mint.id()
        paper: Asset = asset_on_paper(640, 360, seconds, number)
        blob, name = f"given/00/{number}.{ending}", f"{self.mark}-{number}.{ending}"
        asset = replace(paper, account=self.account, kind=kind, blob=blob, filename=name)
        async with self.maker.ground.store.transaction() as tx:
            await tx.assets.add(asset)
        return asset.id

    async def made(self) -> dict[str, str]:
        """Have a film, a picture and masks made."""
        maker, view = self.maker, self.maker.ground.store.view
        clip = TextToVideo(words=Words(prompt=f"a boat called {self.mark}"))
        job = await self.ended(clip, "film.mp4", "video", "video/mp4")
        picture = await maker.upload(maker.folder / "upload", self.account)
        still = await self.ended(
            ImageEffect(template="pop-art", images=(picture,)), "a.jpg", "image", "image/jpeg"
        )
        still2 = await self.ended(
            ImageEffect(template="pop-art", images=(picture,)), "b.jpg", "image", "image/jpeg"
        )
        ((film_file,), (still_file,)) = [await view.assets.of_job(each) for each in (job, still)]
        return {
            "job": str(job),
            "still": str(still),
            "still2": str(still2),
            "film_file": str(film_file.id),
            "still_file": str(still_file.id),
        }

    async def mask_of(self, film: AssetId) -> AssetId:
        job = await self.ended(
            MaskSelection(film=film, keyframe=1), "k.png", "image", "image/png", ("person",)
        )
        made = await self.maker.ground.store.view.assets.of_job(job)
        return next(asset.id for asset in made if asset.filename.startswith("person"))

    async def ended(
        self, ask: Any, name: str, kind: str, mime: str, beside: tuple[str, ...] = ()
    ) -> JobId:
        job = await self.maker.submit(ask, self.account)
        begun = await self.maker.claimed()
        assert begun.id == job.id
        await self.maker.finish(begun, name, kind, mime, beside)
        return job.id

    async def heard(self) -> dict[str, str]:
        """Make a voice of one's own."""
        g = self.maker.ground
        sound = await self.paper(6.0, AssetKind.AUDIO, "wav")
        make = MakeVoice(store=g.store, clock=g.clock, mint=g.mint)
        voice = await make(f"V {self.mark}"[:20], sound, account=self.account)
        return {"voice": str(voice.id)}

    async def finished(self, path: str, **body: Any) -> str:
        """Have a thing made through the dialect."""
        headers = {"authorization": f"Bearer user:{self.account}-{self.key}"}
        answer = await self.client.post(USEAPI + path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        job = await self.maker.claimed()
        film = job.shape.fps > 0 and "audio_id" not in answer.json()
        ending, kind = ("mp4", "video") if film else ("mp3", "audio")
        mime = "video/mp4" if film else "audio/mpeg"
        await self.maker.finish(job, f"{self.mark}.{ending}", kind, mime)
        return str(job.id)


async def build_houses(ground: Ground, photo: Path, folder: Path) -> dict[str, str]:
    """Build both; return their things as `caller.job`, `other.job` and so on."""
    app = build_api(ground, wake=lambda: None, draining=Draining())
    operator = build_operator(ground)
    names: dict[str, str] = {}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:
        for who, mark in MARKS.items():
            account = await operator.create_account(name=mark, plan="test", max_jobs=1000)
            await operator.grant(account.id, package=1_000_000, note=mark)
            await operator.create_key(account.id, name=mark, secret=KEYS[who])
            house = House(Maker(ground, folder), client, account.id, KEYS[who], mark)
            things = await house.things(photo)
            things["mask"] = str(await house.mask_of(AssetId(int(things["film"]))))
            names |= {f"{who}.{kind}": value for kind, value in things.items()}
        for who, mark in MARKS.items():
            number = AccountId(int(names[f"{who}.account"]))
            house = House(Maker(ground, folder), client, number, KEYS[who], mark)
            clip = TextToVideo(words=Words(prompt=f"a boat called {mark}"))
            names[f"{who}.running"] = str((await house.maker.submit(clip, house.account)).id)
    await add_keys(ground, AccountId(int(names["caller.account"])))
    return names


async def add_keys(ground: Ground, account: AccountId) -> None:
    """Give the caller keys that may do less."""
    operator = build_operator(ground)
    for name, scopes in (
        ("reader", [Scope.READ]),
        ("submitter", [Scope.SUBMIT]),
        ("administrator", [Scope.ADMIN]),
        ("revoked", [Scope.READ, Scope.SUBMIT]),
    ):
        key, _ = await operator.create_key(
            account, name=name, secret=KEYS[name], may=Rights(scopes=frozenset(scopes))
        )
        if name == "revoked":
            await operator.revoke_key(key.id)
    past = ground.clock.now() - timedelta(seconds=1)
    await operator.create_key(
        account, name="ended", secret=KEYS["ended"], may=Rights(expires_at=past)
    )
