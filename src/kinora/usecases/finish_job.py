"""End a job well: its file becomes an asset, its credits are settled."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinora.domain.asset import Asset, AssetKind
from kinora.domain.ids import AssetId
from kinora.domain.job import Job
from kinora.domain.keeping import FOR_EVER, Keeping
from kinora.domain.moderation import Decision, Verdict
from kinora.domain.order import Feature, inputs_of
from kinora.ports.blobs import Blobs
from kinora.ports.clock import Clock, Mint
from kinora.ports.engine import Output
from kinora.ports.faults import Point, reach
from kinora.ports.moderation import Moderator
from kinora.ports.provenance import Origin, Provenance
from kinora.ports.store import Store
from kinora.usecases.ending import end
from kinora.usecases.keep_asset import keep_asset, make_whole
from kinora.usecases.naming import content_name, digest_of, made_blob_name


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishJob:
    """Keep what an engine made and end its job, or drop it when the attempt is out of date."""

    store: Store
    blobs: Blobs
    clock: Clock
    mint: Mint
    moderator: Moderator
    provenance: Provenance
    keeping: Keeping = FOR_EVER

    async def __call__(self, job: Job, *, output: Output, made_here: bool = True) -> bool:
        """Return whether this attempt ended the job; a late one leaves nothing behind.

        A result that the moderator refuses ends the job as moderated, paid back, without a file.
        What was not made here says itself where it comes from: we could only guess.
        """
        reach(Point.FINISH_BEGUN)
        if made_here:
            await self.provenance.stamp(output.path, mime=output.mime, origin=_origin(job))
        asset = self._asset(job, output)
        beside = [self._asset(job, each) for each in output.beside]
        decision = await self.moderator.judge_result(output.path, sha256=asset.sha256)
        if decision.verdict is Verdict.BLOCK:
            return await self._refuse(job, decision)
        fresh = [asset, *beside]
        for each, made in zip(fresh, (output, *output.beside), strict=True):
            await self.blobs.adopt(made.path, name=each.place)
        reach(Point.FINISH_STORED)
        kept = await self._commit(job, fresh)
        if not kept:
            for each in fresh:
                await self.blobs.delete(each.place)
            return False
        reach(Point.FINISH_KEPT)
        for each, new in zip(kept, fresh, strict=True):
            await make_whole(self.blobs, each, fresh=new.place, folder=output.path.parent)
        return True

    def _asset(self, job: Job, output: Output) -> Asset:
        ending = output.path.suffix.removeprefix(".")
        asset_id = AssetId(self.mint.id())
        digest = digest_of(output.path)
        return Asset(
            id=asset_id,
            account=job.account,
            job=job.id,
            kind=AssetKind(output.kind),
            mime=output.mime,
            blob=made_blob_name(job, asset_id, ending=ending),
            filename=f"{output.label or job.feature.value.replace('_', '-')}-{job.id}.{ending}",
            size=output.path.stat().st_size,
            sha256=digest,
            width=output.width,
            height=output.height,
            frames=output.frames,
            seconds=output.seconds,
            has_audio=output.has_audio,
            created_at=self.clock.now(),
            content=content_name(digest, asset_id, ending=ending),
        )

    async def _refuse(self, job: Job, decision: Decision) -> bool:
        async with self.store.transaction() as tx:
            ended = job.moderate(f"refused: {decision.category}", at=self.clock.now())
            if not await end(tx, job, ended):
                return False
            await tx.reviews.add(job.account, job.id, decision, at=ended.changed_at)
        return True

    async def _commit(self, job: Job, assets: Sequence[Asset]) -> Sequence[Asset]:
        """Return the assets as they are kept, none when the attempt is out of date."""
        async with self.store.transaction() as tx:
            now = await tx.jobs.get(job.id)
            if now is None or now.state is not job.state or now.attempt != job.attempt:
                return []
            done = job.complete(assets[0].id, at=self.clock.now())
            kept = [await keep_asset(tx, asset, otherwise=self.keeping) for asset in assets]
            await end(tx, job, done)
            # One that another server makes begins as it is accepted, and takes no engine; and a
            # clock that was set back meanwhile says nothing.
            took = 0.0 if done.worked is None else done.worked.total_seconds()
            if took > 0 and done.started_at != done.created_at:
                await tx.queue.note_run(done.kind, took)
            reach(Point.FINISH_WRITTEN)
        return kept


COMPOSED = {
    Feature.FUSION,
    Feature.SWAP,
    Feature.MIMIC,
    Feature.TRANSITION,
    Feature.MULTI_TRANSITION,
    Feature.LIP_SYNC,
    Feature.AVATAR,
    Feature.MUSIC_VIDEO,
    Feature.SPEECH,
}
ENGINE = "studio"


def _origin(job: Job) -> Origin:
    """Say honestly where a result comes from, in IPTC's terms for digital sources.

    The built-in engine has no trained model: what it makes from words is algorithmic media, what
    it makes from the user's media is enhanced by algorithms, or composed of several of them.
    """
    made = not inputs_of(job.order.ask)
    if made:
        source = "algorithmicMedia"
    else:
        source = "composite" if job.feature in COMPOSED else "algorithmicallyEnhanced"
    return Origin(
        job=job.id, feature=job.feature.value, engine=ENGINE, source_type=source, made=made
    )
