"""An account's jobs, newest first: by place, and those that have not ended."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from kinora.domain.ids import AccountId, JobId
from kinora.domain.job import Job, JobState
from kinora.domain.order import Feature
from kinora.ports.shelves import Page, Shelf, Shelves
from kinora.ports.store import Store

STEP = 500
IMAGES = frozenset({Feature.TEXT_TO_IMAGE, Feature.IMAGE_EFFECT})
MUSIC, SPEECH = frozenset({Feature.MUSIC}), frozenset({Feature.SPEECH})
VIDEOS = frozenset(Feature) - IMAGES - MUSIC - SPEECH - {Feature.SWAP_MASK}
SONGS = frozenset({Feature.MUSIC_VIDEO})
FEATURES = {
    Shelf.IMAGE: IMAGES,
    Shelf.VIDEO: VIDEOS,
    Shelf.MUSIC: MUSIC,
    Shelf.SPEECH: SPEECH,
}


@dataclass(frozen=True, slots=True)
class Roll:
    """Reads an account's jobs; only music videos have no shelf of their own and are walked."""

    shelves: Shelves
    store: Store

    async def page(self, account: AccountId, *, shelf: Shelf, offset: int, limit: int) -> Page:
        """Return a page of a shelf."""
        return await self.shelves.page(account, shelf=shelf, offset=offset, limit=limit)

    async def songs(self, account: AccountId, *, offset: int, limit: int) -> Page:
        """Return a page of music videos."""
        return await walked(self.store, account, features=SONGS, places=(offset, limit))

    async def active(self, account: AccountId, *, count: int) -> Sequence[Job]:
        """Return the jobs that have not ended; there are about `count` of them."""
        found: list[Job] = []
        async for job in _jobs(self.store, account):
            if len(found) >= count:
                break
            if not job.state.final:
                found.append(job)
        return found


@dataclass(frozen=True, slots=True)
class WalkedShelves:
    """Walks an account's jobs, `step` at once: right at any length, but it costs as much."""

    store: Store
    step: int = STEP

    async def page(self, account: AccountId, *, shelf: Shelf, offset: int, limit: int) -> Page:
        """Return up to `limit` jobs from the place `offset` on, counted from 0."""
        features, places = FEATURES[shelf], (offset, limit)
        return await walked(self.store, account, features=features, places=places, step=self.step)


async def walked(
    store: Store,
    account: AccountId,
    *,
    features: frozenset[Feature],
    places: tuple[int, int],
    step: int = STEP,
) -> Page:
    """Return a page by walking; `places` are its offset and its limit."""
    wanted: list[JobId] = []
    total, (offset, limit) = 0, places
    async for job in _jobs(store, account, step=step):
        if job.feature not in features or job.state is JobState.DELETED:
            continue
        if offset <= total < offset + limit:
            wanted.append(job.id)
        total += 1
    found = [await store.view.jobs.outcome(job) for job in wanted]
    return Page(outcomes=[each for each in found if each is not None], total=total)


async def _jobs(store: Store, account: AccountId, *, step: int = STEP) -> AsyncIterator[Job]:
    before: JobId | None = None
    while True:
        jobs = await store.view.jobs.list(account, newest=step, before=before)
        for job in jobs:
            yield job
        if len(jobs) < step:
            return
        before = jobs[-1].id
