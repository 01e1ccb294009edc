"""`kinora jobs`: what was asked for and how it went."""

from typing import Any

import click

from kinora.bootstrap.ground import Operator
from kinora.cli.desk import MANY, NUMBER, Row, as_json, at_desk, owner, say, show, show_one
from kinora.domain.errors import JobNotFound
from kinora.domain.ids import JobId
from kinora.domain.job import Job, JobState


@click.group()
def jobs() -> None:
    """Jobs: list, show, cancel; and those of which an upstream may know."""


@jobs.command("list")
@click.option("--account", type=NUMBER, help="Only of this account.")
@click.option("--newest", type=MANY, default=20, show_default=True, help="How many.")
@as_json
@click.pass_obj
def list_jobs(obj: dict[str, Any], *, account: int | None, newest: int, as_json: bool) -> None:
    """List the newest jobs."""

    async def work(operator: Operator) -> list[Row]:
        whose = await owner(operator, account)
        found = await operator.ground.store.view.jobs.list(whose, newest=newest)
        return [row(job) for job in found]

    show(at_desk(obj, work), json_form=as_json, empty="no jobs")


@jobs.command("show")
@click.argument("job", type=NUMBER)
@as_json
@click.pass_obj
def show_job(obj: dict[str, Any], *, job: int, as_json: bool) -> None:
    """Show all that is known about JOB."""

    async def work(operator: Operator) -> Row:
        found = await operator.ground.store.view.jobs.outcome(JobId(job))
        if found is None:
            raise JobNotFound(f"no job with id {job}")
        known, gone = found.job, found.job.state is JobState.DELETED
        return {
            **row(known),
            "attempt": known.attempt,
            "breaks": known.breaks,
            "seed": known.seed,
            "model": known.order.model,
            "quality": known.order.quality,
            "size": f"{known.shape.width}x{known.shape.height}",
            "frames": known.shape.frames,
            "trace": known.order.trace,
            "key": known.order.key,
            "price": str(known.quote) if known.quote else None,
            "price_list": known.quote.catalog if known.quote else None,
            "file": found.asset.place if found.asset and not gone else None,
        }

    show_one(at_desk(obj, work), json_form=as_json)


@jobs.command("cancel")
@click.argument("job", type=NUMBER)
@as_json
@click.pass_obj
def cancel_job(obj: dict[str, Any], *, job: int, as_json: bool) -> None:
    """Give JOB up before it ends; its credits go back."""

    async def work(operator: Operator) -> Row:
        return row(await operator.cancel(JobId(job)))

    show_one(at_desk(obj, work), json_form=as_json)


@jobs.command("unknown")
@as_json
@click.pass_obj
def unknown_jobs(obj: dict[str, Any], *, as_json: bool) -> None:
    """List jobs of which nobody knows whether their upstream has them; credits stay held."""

    async def work(operator: Operator) -> list[Row]:
        view = operator.ground.store.view
        found: list[Row] = []
        for errand in await view.errands.unknown():
            job = await view.jobs.get(errand.job)
            found.append(
                {
                    "job": errand.job,
                    "account": errand.account,
                    "lane": errand.email,
                    "held": job.cost if job else 0,
                    "sent": errand.sent_at,
                    "trace": errand.trace,
                    "there": errand.there,
                    "note": errand.note,
                }
            )
        return found

    show(at_desk(obj, work), json_form=as_json, empty="no jobs")


@jobs.command("resume")
@click.argument("job", type=NUMBER)
@click.argument("there", type=NUMBER)
@as_json
@click.pass_obj
def resume_job(obj: dict[str, Any], *, job: int, there: int, as_json: bool) -> None:
    """Go on with JOB, of the unknown ones, by its number THERE on the upstream."""

    async def work(operator: Operator) -> None:
        await operator.settle_errand.resume(JobId(job), there=there)

    at_desk(obj, work)
    told = f"job {job} goes on as {there} of its upstream"
    say(told, {"job": job, "there": there}, json_form=as_json)


@jobs.command("release")
@click.argument("job", type=NUMBER)
@as_json
@click.pass_obj
def release_job(obj: dict[str, Any], *, job: int, as_json: bool) -> None:
    """End JOB, of the unknown ones, as failed; its credits go back."""

    async def work(operator: Operator) -> Row:
        return row(await operator.settle_errand.release(JobId(job)))

    show_one(at_desk(obj, work), json_form=as_json)


@jobs.command("settle")
@click.argument("job", type=NUMBER)
@as_json
@click.pass_obj
def settle_job(obj: dict[str, Any], *, job: int, as_json: bool) -> None:
    """End JOB, of the unknown ones, as failed; its credits are taken, for the upstream was paid."""

    async def work(operator: Operator) -> Row:
        return row(await operator.settle_errand.settle(JobId(job)))

    show_one(at_desk(obj, work), json_form=as_json)


def row(job: Job) -> Row:
    """Return a job as a line of a table."""
    return {
        "job": job.id,
        "account": job.account,
        "feature": job.feature.value,
        "state": job.state.value,
        "done": f"{job.progress:.0%}",
        "cost": job.cost,
        "created": job.created_at,
        "ended": job.ended_at,
        "reason": job.reason,
    }
