"""The operations that read what was made, and delete it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.useapi.answers import Images, Sounds, Videos
from kinora.apis.useapi.desk import Desk, Handler, good, whole
from kinora.apis.useapi.names import Kind, Name, kind_of, read_name
from kinora.apis.useapi.roll import FEATURES, Roll
from kinora.apis.useapi.rows import Rows, View
from kinora.domain.account import Account
from kinora.domain.errors import JobNotFound, Malformed, NotAllowed
from kinora.domain.ids import JobId
from kinora.domain.job import JobState
from kinora.ports.shelves import Page, Shelf
from kinora.ports.store import Outcome

MOST_ROWS = 100
DEEPEST = 2**53
VIDEOS_PAGE, IMAGES_PAGE = 40, 50
SONGS_PAGE, MOST_SONGS = 20, 40
SHELVES = {kind: Shelf(kind.value) for kind in Kind}
HEARD_PAGE = 50
GONE = {Kind.VIDEO: "video", Kind.IMAGE: "image", Kind.MUSIC: "track", Kind.SPEECH: "speech"}
Read = Callable[..., Awaitable[Outcome]]
Pages = Callable[..., Awaitable[Page]]
Delete = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One page: `next` is where the one after it begins, past the end too."""

    outcomes: Sequence[Outcome]
    total: int
    next: int
    view: View


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Reads one job or a page of them."""

    desk: Desk
    rows: Rows
    roll: Roll
    read: Read
    delete: Delete

    async def video(self, request: Request) -> Response:
        """GET videos/{id}: 200 also while it is being made; takes pictures by templates too."""
        outcome, view = await self._one(request, Kind.VIDEO, Kind.IMAGE)
        return good(await self.rows.video(outcome, view))

    async def image(self, request: Request) -> Response:
        """GET images/{id}."""
        outcome, view = await self._one(request, Kind.IMAGE)
        return good(await self.rows.image(outcome, view))

    async def videos(self, request: Request) -> Response:
        """GET videos."""
        page = await self._shelf(request, Shelf.VIDEO, default=VIDEOS_PAGE)
        data = [await self.rows.video(each, page.view) for each in page.outcomes]
        return good(Videos(data, page.next, page.total))

    async def images(self, request: Request) -> Response:
        """GET images."""
        page = await self._shelf(request, Shelf.IMAGE, default=IMAGES_PAGE)
        data = [await self.rows.image(each, page.view, listed=True) for each in page.outcomes]
        return good(Images(data, page.next, page.total))

    async def film(self, request: Request) -> tuple[Outcome, View]:
        """Return the film that a path names; raises Malformed, JobNotFound."""
        return await self._one(request, Kind.VIDEO)

    async def songs(self, request: Request) -> Shown:
        """Return the page of music videos that a query asks for."""
        return await self._page(request, self.roll.songs, default=SONGS_PAGE, most=MOST_SONGS)

    async def _shelf(self, request: Request, shelf: Shelf, *, default: int) -> Shown:
        return await self._page(request, partial(self.roll.page, shelf=shelf), default=default)

    async def _page(
        self, request: Request, read: Pages, *, default: int, most: int = MOST_ROWS
    ) -> Shown:
        account = await self.desk.caller(request)
        await self.desk.lane(request, account)
        limit = whole(request, "limit", default=default, least=1, most=most)
        offset = whole(request, "offset", default=0, least=0, most=DEEPEST)
        page = await read(account.id, offset=offset, limit=limit)
        view = self._view(request, account)
        return Shown(outcomes=page.outcomes, total=page.total, next=offset + limit, view=view)

    async def delete_video(self, request: Request) -> Response:
        """DELETE videos/{id}."""
        return await self._delete(request, Kind.VIDEO, Kind.IMAGE)

    async def delete_image(self, request: Request) -> Response:
        """DELETE images/{id}."""
        return await self._delete(request, Kind.IMAGE)

    def sounds(self, kind: Kind) -> Handler:
        """Return the handler of the list of music, or of speech."""

        async def handler(request: Request) -> Response:
            page = await self._shelf(request, SHELVES[kind], default=HEARD_PAGE)
            data = [await self.rows.sound(each, page.view) for each in page.outcomes]
            return good(Sounds(data, page.next, page.next < page.total))

        return handler

    def sound(self, kind: Kind) -> Handler:
        """Return the handler of one piece of music, or of speech."""

        async def handler(request: Request) -> Response:
            outcome, view = await self._one(request, kind)
            return good(await self.rows.sound(outcome, view))

        return handler

    async def _delete(self, request: Request, *kinds: Kind) -> Response:
        outcome, _ = await self._one(request, *kinds)
        await self.delete(outcome.job.id, account=outcome.job.account)
        return good({})

    async def _one(self, request: Request, *kinds: Kind) -> tuple[Outcome, View]:
        """Return the job that a path names; raises Malformed, JobNotFound, NotAllowed."""
        account = await self.desk.caller(request)
        name = read_name(request.path_params["id"])
        if name.kind not in kinds:
            wanted = " or ".join(GONE[kind] for kind in kinds)
            article = "an" if wanted[:1] in "aeiou" else "a"
            raise Malformed(f"the id must be that of {article} {wanted}, not of {name.kind}")
        gone = JobNotFound(_gone(name))
        if name.account != account.id:
            raise gone
        outcome = await self._mine(name.job, account, gone)
        listed = outcome.job.feature in FEATURES[SHELVES[name.kind]]
        if not listed or kind_of(outcome.job) is not name.kind:
            raise gone
        email = (await self.rows.emails.of(name.job))[name.job]
        if outcome.job.state is JobState.DELETED or email != name.email.lower():
            raise gone
        return outcome, self._view(request, account)

    async def _mine(self, job: JobId, account: Account, gone: JobNotFound) -> Outcome:
        try:
            return await self.read(job, account=account.id)
        except (JobNotFound, NotAllowed):
            raise gone from None

    def _view(self, request: Request, account: Account) -> View:
        return View(account=account, base=self.desk.base(request))


def _gone(name: Name) -> str:
    """Return how the vendor says that there is nothing of a name."""
    if name.kind in (Kind.MUSIC, Kind.SPEECH):
        return f"{name.kind.title()} {name} not found"
    return f"The original {GONE[name.kind]} has been deleted"
