"""`kinora hold`: what must not be deleted, whoever asks."""

import os
import pwd
from typing import Any

import click

from kinora.bootstrap.ground import Operator
from kinora.cli.desk import NUMBER, Row, as_json, at_desk, say, show, show_one
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.keeping import LegalHold
from kinora.usecases.hold_media import Subject

by = click.option("--by", help="Who says so (default: the user who runs this command).")


@click.group()
def hold() -> None:
    """Legal holds: add, remove, list."""


@hold.command("add")
@click.option("--account", type=NUMBER, help="Hold everything of this account.")
@click.option("--job", type=NUMBER, help="Hold what this job made, and what it was made of.")
@click.option("--asset", type=NUMBER, help="Hold this upload, or what its job made.")
@click.option("--reason", required=True, help="Why, for the record.")
@by
@as_json
@click.pass_obj
def add_hold(  # noqa: PLR0913 - one for each option
    obj: dict[str, Any],
    *,
    account: int | None,
    job: int | None,
    asset: int | None,
    reason: str,
    by: str | None,
    as_json: bool,
) -> None:
    """Keep an account's, a job's or one asset's media from being deleted."""
    subject = Subject(
        account=None if account is None else AccountId(account),
        job=None if job is None else JobId(job),
        asset=None if asset is None else AssetId(asset),
    )

    async def work(operator: Operator) -> Row:
        return row(await operator.hold(subject, reason=reason, who=by or who_runs_this()))

    show_one(at_desk(obj, work), json_form=as_json)


@hold.command("remove")
@click.argument("number", type=NUMBER)
@by
@as_json
@click.pass_obj
def remove_hold(obj: dict[str, Any], *, number: int, by: str | None, as_json: bool) -> None:
    """Lift hold NUMBER; it stays on record."""

    async def work(operator: Operator) -> None:
        await operator.lift_hold(number, who=by or who_runs_this())

    at_desk(obj, work)
    say(f"hold {number} is lifted", {"hold": number, "lifted": True}, json_form=as_json)


@hold.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what was lifted.")
@as_json
@click.pass_obj
def list_holds(obj: dict[str, Any], *, everything: bool, as_json: bool) -> None:
    """List what is held."""

    async def work(operator: Operator) -> list[Row]:
        found = await operator.ground.store.view.legal_holds.list(ended=everything)
        return [row(each) for each in found]

    show(at_desk(obj, work), json_form=as_json, empty="nothing is held")


def who_runs_this() -> str:
    """Return the name of the user whose process this is."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"


def row(held: LegalHold) -> Row:
    """Return a hold as a line of a table."""
    return {
        "hold": held.id,
        "account": held.account,
        "job": held.job,
        "asset": held.asset,
        "reason": held.reason,
        "by": held.who,
        "since": held.at,
        "lifted": held.ended_at,
        "lifted_by": held.ended_by,
    }
