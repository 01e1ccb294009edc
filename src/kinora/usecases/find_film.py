"""Find the film that an order works on, by either of its two ids."""

from dataclasses import dataclass

from kinora.domain.asset import AssetKind
from kinora.domain.errors import ContentDeleted, Invalid, MediaNotFound, NotAllowed
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.job import JobState
from kinora.domain.order import texts_of
from kinora.ports.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmIds:
    """The pair of fields that names a film; exactly one of them is to be set."""

    source_video_id: int | None
    video_media_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFilm:
    """A stored film; `seen` is what it shows in words: the prompt of one that was made here."""

    asset: AssetId
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindFilm:
    """Read which stored film a caller means: one made here, or one uploaded."""

    store: Store

    async def __call__(self, ids: FilmIds, *, account: AccountId) -> FoundFilm:
        """Return the film; raises Invalid, MediaNotFound, ContentDeleted, NotAllowed."""
        made, uploaded = ids.source_video_id, ids.video_media_id
        if (made is None) == (uploaded is None):
            raise Invalid("send exactly one of source_video_id and video_media_id")
        if made is not None:
            return await self._made(made, account)
        return await self._uploaded(AssetId(uploaded or 0), account)

    async def _made(self, number: int, account: AccountId) -> FoundFilm:
        outcome = await self.store.view.jobs.outcome(JobId(number))
        if outcome is None:
            raise MediaNotFound("source_video_id not found")
        if outcome.job.account != account:
            raise NotAllowed("source_video_id belongs to another account")
        if outcome.job.state is not JobState.COMPLETED or outcome.asset is None:
            state = outcome.job.state.value
            raise MediaNotFound(f"source_video_id has no video: the job is {state}")
        if outcome.asset.kind is not AssetKind.VIDEO:
            raise MediaNotFound("source_video_id is not a video")
        seen = ". ".join(text for text in texts_of(outcome.job.order.ask) if text)
        return FoundFilm(asset=outcome.asset.id, seen=seen)

    async def _uploaded(self, number: AssetId, account: AccountId) -> FoundFilm:
        asset = await self.store.view.assets.get(number)
        if asset is None and await self.store.view.assets.gone(number) == account:
            raise ContentDeleted("video_media_id was deleted, or has expired")
        if asset is None or asset.kind is AssetKind.IMAGE:
            raise MediaNotFound("video_media_id not found")
        if asset.account != account:
            raise NotAllowed("video_media_id belongs to another account")
        if asset.kind is not AssetKind.VIDEO:
            raise MediaNotFound("video_media_id: media_type is not video")
        return FoundFilm(asset=asset.id)
