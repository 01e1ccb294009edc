"""A house whose clock can be set, with people who give and order media."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kinora.adapters.blobs.disk import DiskBlobs
from kinora.adapters.clock import RandomMint
from kinora.adapters.db.sqlite import SqliteStore
from kinora.adapters.provenance.nothing import NoStamp
from kinora.catalog.book import load
from kinora.domain.asset import Asset, AssetKind
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.job import Job, JobState
from kinora.domain.keeping import FOR_EVER, Keeping
from kinora.domain.order import Ask, Order, TextToVideo, Words
from kinora.moderation.hashes import HashList
from kinora.moderation.moderator import RuleModerator
from kinora.moderation.rules import shipped
from kinora.ports.engine import Output
from kinora.ports.media import Clip, Still
from kinora.usecases.cancel_job import CancelJob
from kinora.usecases.delete_job import DeleteJob
from kinora.usecases.expire_assets import ExpireAssets
from kinora.usecases.finish_job import FinishJob
from kinora.usecases.judge_content import JudgeContent
from kinora.usecases.manage_accounts import CreateAccount, GrantCredits
from kinora.usecases.read_quota import NO_QUOTA
from kinora.usecases.remove_media import ClearDoomed
from kinora.usecases.submit_job import SubmitJob
from kinora.usecases.sweep_blobs import SweepBlobs
from kinora.usecases.upload_image import UploadImage
from kinora.usecases.upload_media import UploadMedia


@dataclass
class Hands:
    """A clock whose hands can be moved."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.at

    def later(self, **span: float) -> None:
        self.at += timedelta(**span)


class OpenGate:
    """Lets files in as they are."""

    async def admit(self, source: Path, *, folder: Path) -> Still:
        return Still(path=source, mime="image/png", width=640, height=360)

    async def admit_media(self, source: Path) -> Clip:
        return Clip(
            path=source,
            kind=AssetKind.AUDIO,
            mime="audio/wav",
            width=0,
            height=0,
            frames=0,
            seconds=5.0,
            has_audio=True,
        )


class House:
    def __init__(self, store: SqliteStore, folder: Path, keeping: Keeping = FOR_EVER) -> None:
        self.store, self.folder, self.keeping = store, folder, keeping
        self.clock = Hands()
        self.mint = RandomMint(worker=0, floor=0)
        self.quota = NO_QUOTA
        self.blobs = DiskBlobs(folder / "blobs")
        self.moderator = RuleModerator(rules=shipped(), hashes=HashList(frozenset(), ()))
        self.judge = JudgeContent(store=store, moderator=self.moderator, clock=self.clock)
        self.clear = ClearDoomed(store=store, blobs=self.blobs)
        self.expire = ExpireAssets(store=store, clock=self.clock, clear=self.clear)
        self.sweep = SweepBlobs(store=store, blobs=self.blobs, clock=self.clock)
        cancel = CancelJob(store=store, clock=self.clock)
        self.delete = DeleteJob(store=store, clock=self.clock, cancel=cancel, clear=self.clear)

    async def open(self, plan: str = "test") -> AccountId:
        account = await CreateAccount(store=self.store, clock=self.clock)(
            name="a", plan=plan, max_jobs=5
        )
        grant = GrantCredits(store=self.store, clock=self.clock)
        await grant(account.id, monthly=0, package=1000)
        return account.id

    def file(self, content: bytes, ending: str = "") -> Path:
        path = self.folder / (secrets.token_hex(4) + ending)
        path.write_bytes(content)
        return path

    async def picture(self, account: AccountId, content: bytes = b"picture") -> Asset:
        return await self.taken_in(UploadImage, content, account)

    async def sound(self, account: AccountId, content: bytes = b"sound") -> Asset:
        return await self.taken_in(UploadMedia, content, account)

    async def taken_in(
        self, verb: type[UploadImage | UploadMedia], content: bytes, account: AccountId
    ) -> Asset:
        upload = verb(
            store=self.store,
            blobs=self.blobs,
            gate=OpenGate(),
            clock=self.clock,
            mint=self.mint,
            judge=self.judge,
            keeping=self.keeping,
            quota=self.quota,
        )
        return await upload(self.file(content), account=account)

    async def submit(self, account: AccountId, ask: Ask | None = None) -> Job:
        return await SubmitJob(
            store=self.store,
            catalog=load(),
            clock=self.clock,
            mint=self.mint,
            wake=lambda: None,
            judge=self.judge.order,
        )(
            Order(
                account=account,
                ask=ask or TextToVideo(words=Words(prompt="a lake at dawn")),
                model="v6",
                quality="360p",
                aspect_ratio="16:9" if ask is None else "",
                seconds=2,
            )
        )

    async def film(
        self, account: AccountId, content: bytes = b"film", *, beside: tuple[bytes, ...] = ()
    ) -> Job:
        """Return a job that has ended well."""
        await self.submit(account)
        return await self.finish(content, beside=beside)

    async def finish(self, content: bytes = b"film", *, beside: tuple[bytes, ...] = ()) -> Job:
        """Bring the next job to a good end and return it."""
        async with self.store.transaction() as tx:
            job = await tx.jobs.claim(at=self.clock.now())
        assert job is not None
        finish = FinishJob(
            store=self.store,
            blobs=self.blobs,
            clock=self.clock,
            mint=self.mint,
            moderator=self.moderator,
            provenance=NoStamp(),
            keeping=self.keeping,
        )
        assert await finish(job, output=self.output(content, beside))
        return await self.job(job.id)

    def output(self, content: bytes, beside: tuple[bytes, ...] = ()) -> Output:
        return Output(
            path=self.file(content, ".mp4"),
            kind="video",
            mime="video/mp4",
            width=640,
            height=360,
            frames=48,
            seconds=2.0,
            has_audio=False,
            beside=tuple(self.output(each) for each in beside),
        )

    async def job(self, job: JobId) -> Job:
        found = await self.store.view.jobs.get(job)
        assert found is not None
        return found

    async def state(self, job: Job) -> JobState:
        return (await self.job(job.id)).state

    async def is_there(self, asset: AssetId | None) -> bool:
        assert asset is not None
        return await self.store.view.assets.get(asset) is not None

    def stored(self) -> list[bytes]:
        """Return the bytes of every file that is kept."""
        files = (path for path in (self.folder / "blobs").rglob("*") if path.is_file())
        return sorted(path.read_bytes() for path in files)
