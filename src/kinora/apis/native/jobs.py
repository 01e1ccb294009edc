"""`/api/jobs`: jobs in Kinora's own words, with `Idempotency-Key`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kinora.apis.native.asked import JobBody, order_from, read_job_body
from kinora.apis.native.callers import key_of
from kinora.apis.native.problems import answering, problem
from kinora.apis.native.webhooks import naming
from kinora.domain.account import Account
from kinora.domain.asset import Asset
from kinora.domain.errors import ImageNotFound, Invalid, JobNotFound, NotAllowed
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.job import Job, JobState, WrongState
from kinora.domain.order import texts_of
from kinora.domain.scopes import Call
from kinora.ports.store import Outcome, Store
from kinora.usecases.delete_job import DeleteJob
from kinora.usecases.submit_job import Repeat
from kinora.web.bodies import read_body
from kinora.web.callers import call_of
from kinora.web.links import Links
from kinora.web.repeats import repeat_of
from kinora.web.terms import with_terms

MAX_BODY = 1 << 20
LONGEST_ID = 16
PAGE = 20
LONGEST_PAGE = 100
SCOPE = "native/jobs"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDoor:
    """Takes, shows, lists and ends jobs."""

    store: Store
    links: Links
    open_account: Callable[[str, Call], Awaitable[Account]]
    submit: Callable[..., Awaitable[Job]]
    read: Callable[..., Awaitable[Outcome]]
    delete: DeleteJob
    public_url: str = ""

    async def create(self, request: Request) -> Response:
        """POST: accept a job; the same Idempotency-Key and body give the same answer again."""
        account = await self.open_account(key_of(request), call_of(request))
        raw = await read_body(request, at_most=MAX_BODY)
        repeat: Repeat | None = repeat_of(request, raw, scope=SCOPE)
        body: JobBody = read_job_body(raw)
        await self._check_own(body.images, account.id)
        order = order_from(body, account=account.id, trace=request.state.trace)
        order = with_terms(replace(order, key=account.key), request.headers)
        within = naming(body.webhook_id, base=self._base(request))
        job = await self.submit(order, repeat=repeat, within=within)
        place = {"location": f"{self._base(request)}/api/jobs/{job.id}"}
        return JSONResponse(receipt(job), status_code=201, headers=place)

    async def show(self, request: Request) -> Response:
        """GET one job, with its result when it is done."""
        account = await self.open_account(key_of(request), call_of(request))
        outcome = await self._own(request, account.id)
        return JSONResponse(self._shown(request, outcome.job, outcome.asset))

    async def list(self, request: Request) -> Response:
        """GET the newest jobs, or those before one."""
        account = await self.open_account(key_of(request), call_of(request))
        size = _number(request, "limit", PAGE)
        before = _number(request, "before", 0)
        if not 1 <= size <= LONGEST_PAGE:
            raise Invalid(f"limit must be from 1 to {LONGEST_PAGE}")
        jobs = await self.store.view.jobs.list(
            account.id, newest=size + 1, before=JobId(before) if before else None
        )
        shown = [described(job) for job in jobs[:size]]
        return JSONResponse({"jobs": shown, "next": jobs[size - 1].id if jobs[size:] else None})

    async def end(self, request: Request) -> Response:
        """DELETE: cancel a job that has not ended, delete what one has made."""
        account = await self.open_account(key_of(request), call_of(request))
        job = (await self._own(request, account.id)).job
        try:
            await self.delete(job.id, account=account.id)
        except WrongState:
            return problem(409, "wrong_state", f"job {job.id} has just ended; ask again")
        return Response(status_code=204)

    async def _check_own(self, images: Sequence[int], account: AccountId) -> None:
        """Raise ImageNotFound: another's picture is not told apart from one that is not there."""
        for image in images:
            asset = await self.store.view.assets.get(AssetId(image))
            if asset is not None and asset.account != account:
                raise ImageNotFound(f"no image with id {image}")

    async def _own(self, request: Request, account: AccountId) -> Outcome:
        """Return the job of the path; another's is not told apart from one that is not there."""
        given = request.path_params["job"]
        unknown = JobNotFound(f"there is no job {given[:LONGEST_ID]}")
        if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_ID):
            raise unknown
        try:
            return await self.read(JobId(int(given)), account=account)
        except (JobNotFound, NotAllowed):
            raise unknown from None

    def _shown(self, request: Request, job: Job, asset: Asset | None) -> Mapping[str, Any]:
        ready = job.state is JobState.COMPLETED and asset is not None
        result = self._result(request, asset) if ready and asset is not None else None
        return {**described(job), "result": result}

    def _result(self, request: Request, asset: Asset) -> Mapping[str, Any]:
        return {
            "media_id": asset.id,
            "type": asset.kind.value,
            "mime": asset.mime,
            "url": self.links.url(asset, base=self._base(request)),
            "width": asset.width,
            "height": asset.height,
            "frames": asset.frames,
            "seconds": asset.seconds,
            "has_audio": asset.has_audio,
            "size": asset.size,
            "sha256": asset.sha256,
        }

    def _base(self, request: Request) -> str:
        return self.public_url or f"{request.url.scheme}://{request.url.netloc}"


def receipt(job: Job) -> Mapping[str, Any]:
    """Return what a submit answers: only what never changes, so that a repeat answers the same."""
    return {
        "id": job.id,
        "state": JobState.QUEUED.value,
        "feature": job.feature.value,
        "model": job.order.model,
        "quality": job.order.quality,
        "seed": job.seed,
        "credits": job.cost,
        "created_at": job.created_at.isoformat(),
    }


def described(job: Job) -> Mapping[str, Any]:
    """Return a job as it stands, without its result."""
    return {
        **receipt(job),
        "state": job.state.value,
        "prompt": next(iter(texts_of(job.order.ask)), ""),
        "progress": round(job.progress, 3),
        "reason": job.reason,
        "started_at": job.started_at and job.started_at.isoformat(),
        "ended_at": job.ended_at and job.ended_at.isoformat(),
    }


def _number(request: Request, name: str, otherwise: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID):
        raise Invalid(f"{name} must be a whole number")
    return int(text)


def routes(door: JobDoor) -> list[Route]:
    """Return the routes."""
    return [
        Route("/api/jobs", answering(door.create), methods=["POST"], name="jobs.create"),
        Route("/api/jobs", answering(door.list), methods=["GET"], name="jobs.list"),
        Route("/api/jobs/{job:str}", answering(door.show), methods=["GET"], name="jobs.show"),
        Route("/api/jobs/{job:str}", answering(door.end), methods=["DELETE"], name="jobs.end"),
    ]
