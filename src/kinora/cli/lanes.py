"""`kinora lanes`: where accounts' jobs are made, and how well."""

from typing import Any

import click

from kinora.bootstrap.ground import Operator
from kinora.cli.desk import NUMBER, Row, as_json, at_desk, owner, show, show_one
from kinora.domain.ids import AccountId
from kinora.domain.lane import Health, Lane


@click.group()
def lanes() -> None:
    """Lanes of accounts: list, quarantine, release."""


@lanes.command("list")
@click.option("--account", type=NUMBER, help="Only of this account.")
@as_json
@click.pass_obj
def list_lanes(obj: dict[str, Any], *, account: int | None, as_json: bool) -> None:
    """List lanes with how their jobs ended in the last 15 minutes."""

    async def work(operator: Operator) -> list[Row]:
        view = operator.ground.store.view
        only = await owner(operator, account)
        owners = [only] if only else [each.id for each in await view.accounts.list()]
        rows: list[Row] = []
        for whose in owners:
            health = await view.lanes.health(whose, at=operator.ground.clock.now())
            rows.extend(
                row(whose, lane, health.get(lane.email, Health()), operator)
                for lane in await view.lanes.of(whose)
            )
        return rows

    show(at_desk(obj, work), json_form=as_json, empty="no lanes")


@lanes.command("quarantine")
@click.argument("account", type=NUMBER)
@click.argument("email")
@as_json
@click.pass_obj
def quarantine_lane(obj: dict[str, Any], *, account: int, email: str, as_json: bool) -> None:
    """Give no more jobs to the lane EMAIL of ACCOUNT, until it is released."""
    _word(obj, account, email, closed=True, as_json=as_json)


@lanes.command("release")
@click.argument("account", type=NUMBER)
@click.argument("email")
@as_json
@click.pass_obj
def release_lane(obj: dict[str, Any], *, account: int, email: str, as_json: bool) -> None:
    """Give jobs to the lane EMAIL of ACCOUNT again, whatever it was closed for."""
    _word(obj, account, email, closed=False, as_json=as_json)


def _word(obj: dict[str, Any], account: int, email: str, *, closed: bool, as_json: bool) -> None:
    async def work(operator: Operator) -> Row:
        whose, view = AccountId(account), operator.ground.store.view
        lane = await operator.close_lane(whose, email=email, closed=closed)
        # One that was removed while jobs of it are under way is not among them.
        lane = next((each for each in await view.lanes.of(whose) if each.email == email), lane)
        health = await view.lanes.health(whose, at=operator.ground.clock.now())
        return row(whose, lane, health.get(email, Health()), operator)

    show_one(at_desk(obj, work), json_form=as_json)


def row(account: AccountId, lane: Lane, health: Health, operator: Operator) -> Row:
    """Return a lane as a line of a table; its key is masked."""
    closed = lane.quarantine if lane.closed(operator.ground.clock.now()) else None
    there = lane.upstream
    return {
        "account": account,
        "lane": lane.email,
        "runs": f"{lane.executing}/{lane.max_jobs}",
        "upstream": there.url if there else "",
        "key": there.hint if there else "",
        "replays": there.replays if there else "",
        "well": health.succeeded,
        "failed": health.failed,
        "quarantine": closed.reason.value if closed else "",
        "until": closed.until if closed else None,
    }
