"""A small world for the transcripts: two accounts, pictures, and a job in every state."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from PIL import Image
from starlette.types import ASGIApp

from kinora.adapters.provenance.nothing import NoStamp
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import BLOCKED, Ground, build_moderator, build_operator
from kinora.bootstrap.webhooks import build_webhooks
from kinora.catalog.book import load
from kinora.domain.asset import AssetKind
from kinora.domain.ids import AccountId, AssetId, EndpointId, JobId, VoiceId
from kinora.domain.job import Job
from kinora.domain.moderation import Decision, Verdict
from kinora.domain.order import Ask, ImageEffect, MaskSelection, Order, TextToVideo, Words
from kinora.domain.scopes import Rights, Scope
from kinora.domain.webhook import Form
from kinora.ports.engine import Output
from kinora.ports.media import Still
from kinora.usecases.cancel_job import CancelJob
from kinora.usecases.fail_job import FailJob
from kinora.usecases.finish_job import FinishJob
from kinora.usecases.judge_content import JudgeContent
from kinora.usecases.keep_endpoints import Wanted
from kinora.usecases.keep_voices import MakeVoice
from kinora.usecases.remove_media import remove_upload
from kinora.usecases.settle_review import SettleReview
from kinora.usecases.submit_job import SubmitJob
from kinora.usecases.upload_image import UploadImage
from tests.assets import asset as asset_on_paper
from tests.films import film, still_film

RICH, POOR, BUSY = "sk-rich-0123456789", "sk-poor-0123456789", "sk-busy-0123456789"
READER = "sk-reader-0123456789"
"""A key of the rich account that may only read."""


@dataclass
class World:
    """The application and the names that transcripts may use in braces."""

    app: ASGIApp
    names: dict[str, str] = field(default_factory=dict)


async def build_world(ground: Ground, photo: Path, folder: Path, *, listed: str) -> World:
    """Build the world; `listed` is the list of refused media."""
    (ground.settings.data / BLOCKED).write_text(listed)
    draining = Draining()
    app = build_api(ground, wake=lambda: None, draining=draining)
    names = {"rich": RICH, "poor": POOR, "busy": BUSY, "reader": READER}
    await open_accounts(ground)
    maker = Maker(ground, folder)
    rich, busy = AccountId(2), AccountId(4)
    names["image"] = str(await maker.upload(photo, rich))
    names["foreign_image"] = str(await maker.upload(photo, busy))
    names["foreign"] = str((await maker.submit(TextToVideo(words=Words(prompt="x")), busy)).id)
    names["film"] = str(await maker.film(rich, seconds=4.0))
    names["long_film"] = str(await maker.film(rich, seconds=31.0))
    names["gone_image"] = str(await maker.deleted(rich, AssetKind.IMAGE))
    names["gone_film"] = str(await maker.deleted(rich, AssetKind.VIDEO))
    names["tune"] = str(await maker.film(rich, seconds=4.0, kind=AssetKind.AUDIO))
    names["long_tune"] = str(await maker.film(rich, seconds=31.0, kind=AssetKind.AUDIO))
    await maker.for_mimic(names, photo.with_name("astronaut.jpg"), rich)
    names["voice"] = str(await maker.voice(AssetId(int(names["tune"])), rich))
    names["webhook"] = str(await maker.webhook(rich))
    names["foreign_webhook"] = str(await maker.webhook(busy))
    await maker.every_state(names, AssetId(int(names["image"])), rich)
    return World(app, names)


async def open_accounts(ground: Ground) -> None:
    """Open the accounts 2, 3 and 4."""
    operator = build_operator(ground)
    for name, secret, purse, places in (
        ("rich", RICH, 100_000, 100),
        ("poor", POOR, 3, 5),
        ("busy", BUSY, 100_000, 1),
    ):
        account = await operator.create_account(name=name, plan="test", max_jobs=places)
        await operator.grant(account.id, monthly=purse // 3, package=purse - purse // 3)
        await operator.create_key(account.id, name=name, secret=secret)
    await operator.create_key(
        AccountId(2), name="reader", secret=READER, may=Rights(scopes=frozenset({Scope.READ}))
    )


class OpenGate:
    """Lets a picture of our own in without a process; the real gate is played by the uploads."""

    async def admit(self, source: Path, *, folder: Path) -> Still:
        clean = folder / "clean.jpg"
        clean.write_bytes(source.read_bytes())
        return Still(path=clean, mime="image/jpeg", width=600, height=400)


@dataclass
class Maker:
    """Brings jobs into states through the product's own verbs."""

    ground: Ground
    folder: Path

    @property
    def judge(self) -> JudgeContent:
        g = self.ground
        return JudgeContent(store=g.store, moderator=build_moderator(g.settings), clock=g.clock)

    async def upload(self, photo: Path, account: AccountId) -> AssetId:
        source = self.folder / "upload"
        source.write_bytes(photo.read_bytes())
        g = self.ground
        upload = UploadImage(
            store=g.store,
            blobs=g.blobs,
            gate=OpenGate(),
            clock=g.clock,
            mint=g.mint,
            judge=self.judge,
        )
        asset = await upload(source, account=account)
        return asset.id

    async def film(
        self, account: AccountId, *, seconds: float, kind: AssetKind = AssetKind.VIDEO
    ) -> AssetId:
        number = self.ground.mint.id()
        paper = asset_on_paper(640, 360, seconds, number)
        asset = replace(paper, account=account, kind=kind, blob=f"given/00/{number}.bin")
        async with self.ground.store.transaction() as tx:
            await tx.assets.add(asset)
        return asset.id

    async def deleted(self, account: AccountId, kind: AssetKind) -> AssetId:
        number = await self.film(account, seconds=1.0, kind=kind)
        async with self.ground.store.transaction() as tx:
            asset = await tx.assets.get(number)
            assert asset is not None
            await remove_upload(tx, asset, at=self.ground.clock.now())
        return number

    async def for_mimic(self, names: dict[str, str], portrait: Path, account: AccountId) -> None:
        """Keep media that a mimic can be made of, and media that it cannot be made of."""
        plain = self.folder / "plain.png"
        Image.new("RGB", (600, 400), (140, 140, 140)).save(plain)
        names["plain"] = str(await self.upload(plain, account))
        names["portrait"] = str(await self.upload(portrait, account))
        for name, path in (
            ("empty_film", film(self.folder / "empty.mp4", size=(320, 240))),
            ("person_film", still_film(self.folder / "person.mp4", portrait)),
        ):
            asset = await self.ground.store.view.assets.get(await self.film(account, seconds=1.0))
            assert asset is not None
            await self.ground.blobs.adopt(path, name=asset.blob)
            names[name] = str(asset.id)

    async def voice(self, sound: AssetId, account: AccountId) -> VoiceId:
        g = self.ground
        made = await MakeVoice(store=g.store, clock=g.clock, mint=g.mint)(
            "Ada", sound, account=account
        )
        return made.id

    async def webhook(self, account: AccountId) -> EndpointId:
        wanted = Wanted(form=Form.PIXVERSE, url="https://example.com/hook", base="http://x.test")
        endpoint, _ = await build_webhooks(self.ground).add(wanted, account=account)
        return endpoint.id

    async def submit(self, ask: Ask, account: AccountId) -> Job:
        g = self.ground
        submit = SubmitJob(
            store=g.store,
            catalog=load(),
            clock=g.clock,
            mint=g.mint,
            wake=lambda: None,
            judge=self.judge.order,
        )
        film = isinstance(ask, TextToVideo)
        return await submit(
            Order(
                account=account,
                ask=ask,
                model="v6" if film else "template",
                quality="360p" if film else "",
                aspect_ratio="16:9" if film else "",
                seconds=1 if film else 0,
                seed=7,
            )
        )

    async def every_state(self, names: dict[str, str], image: AssetId, account: AccountId) -> None:
        g = self.ground
        clip = TextToVideo(words=Words(prompt="a paper boat", negative_prompt="rain"))
        # The other account's waiting job would be claimed in its turn.
        await CancelJob(store=g.store, clock=g.clock)(JobId(int(names["foreign"])))
        names["failed"] = str((await self._failed(clip, account)).id)
        names["done"] = str((await self._done(clip, account, "film.mp4", "video", "video/mp4")).id)
        still = ImageEffect(template="pop-art", images=(image,))
        names["image_done"] = str(
            (await self._done(still, account, "picture.jpg", "image", "image/jpeg")).id
        )
        await self._masks(names, AssetId(int(names["film"])), account)
        cancelled = await self.submit(clip, account)
        await CancelJob(store=g.store, clock=g.clock)(cancelled.id)
        names["cancelled"] = str(cancelled.id)
        names["moderated"] = str((await self._moderated(clip, account)).id)
        names["running"] = str((await self._started(clip, account)).id)
        names["queued"] = str((await self.submit(clip, account)).id)
        names["image_queued"] = str((await self.submit(still, account)).id)
        await self.submit(TextToVideo(words=Words(prompt="x")), AccountId(4))

    async def _started(self, ask: Ask, account: AccountId) -> Job:
        await self.submit(ask, account)
        return await self.claimed()

    async def claimed(self) -> Job:
        """Begin the job that has waited longest."""
        async with self.ground.store.transaction() as tx:
            job = await tx.jobs.claim(at=self.ground.clock.now() + timedelta(seconds=1))
        assert job is not None
        return job

    async def _failed(self, ask: Ask, account: AccountId) -> Job:
        job = await self._started(ask, account)
        await self.fail(job)
        return job

    async def fail(self, job: Job) -> None:
        fail = FailJob(store=self.ground.store, clock=self.ground.clock)
        assert await fail(job, reason="the input could not be used")

    async def _moderated(self, ask: Ask, account: AccountId) -> Job:
        """A job that an operator refused while it ran."""
        job = await self._started(ask, account)
        await self.refuse(job)
        return job

    async def refuse(self, job: Job) -> None:
        """Let an operator refuse a job that runs."""
        g = self.ground
        shown = Decision(verdict=Verdict.REVIEW, category="weapons", matched=("ghost gun",))
        async with g.store.transaction() as tx:
            await tx.reviews.add(job.account, job.id, shown, at=g.clock.now())
        (review,) = await g.store.view.reviews.waiting(at_most=10)
        await SettleReview(store=g.store, blobs=g.blobs, clock=g.clock)(review.id, allow=False)

    async def _masks(self, names: dict[str, str], film: AssetId, account: AccountId) -> None:
        chosen = MaskSelection(film=film, keyframe=1)
        job = await self._done(
            chosen, account, "keyframe.png", "image", "image/png", beside=("person", "background")
        )
        made = await self.ground.store.view.assets.of_job(job.id)
        for asset in made:
            names[asset.filename.partition("-")[0] + "_mask"] = str(asset.id)

    async def _done(
        self,
        ask: Ask,
        account: AccountId,
        name: str,
        kind: str,
        mime: str,
        beside: tuple[str, ...] = (),
    ) -> Job:
        job = await self._started(ask, account)
        await self.finish(job, name, kind, mime, beside)
        return job

    async def finish(
        self, job: Job, name: str, kind: str, mime: str, beside: tuple[str, ...] = ()
    ) -> None:
        """Bring a job that runs to a good end."""

        def output_of(name: str) -> Output:
            path = self.folder / name
            path.write_bytes(b"0123456789" * 100)
            return Output(
                path=path,
                kind=kind,
                mime=mime,
                width=job.shape.width,
                height=job.shape.height,
                frames=job.shape.frames,
                seconds=job.shape.seconds,
                has_audio=False,
                label=path.stem if beside else "",
            )

        output = replace(output_of(name), beside=tuple(output_of(f"{each}.png") for each in beside))
        g = self.ground
        finish = FinishJob(
            store=g.store,
            blobs=g.blobs,
            clock=g.clock,
            mint=g.mint,
            moderator=self.judge.moderator,
            provenance=NoStamp(),
        )
        assert await finish(job, output=output)
