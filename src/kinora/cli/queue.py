"""`kinora queue`: what waits, and halting it."""

import asyncio
from typing import Any

import click

from kinora.bootstrap.ground import Operator, build_places
from kinora.cli.desk import MANY, NUMBER, Row, as_json, at_desk, say, show, show_one
from kinora.domain.ids import AccountId
from kinora.domain.rank import Halt

LOOK_EVERY = 0.5
MOST_RUNNING = 10_000

of_account = click.option("--account", type=NUMBER, help="Only this account's jobs.")


@click.group()
def queue() -> None:
    """The queue: look at it, pause it, drain it."""


@queue.command("status")
@click.option(
    "--next", "upcoming", type=MANY, default=10, show_default=True, help="How many jobs to list."
)
@as_json
@click.pass_obj
def status(obj: dict[str, Any], *, upcoming: int, as_json: bool) -> None:
    """Show what waits in each class, what is halted, and which jobs are next."""
    summary, halted, following = at_desk(obj, lambda operator: _status(operator, upcoming))
    if as_json:
        show_one({**summary, "halted": halted, "next": following}, json_form=True)
        return
    show_one(summary, json_form=False)
    for rows in (halted, following):
        if rows:
            click.echo()
            show(rows, json_form=False, empty="")


@queue.command("pause")
@of_account
@as_json
@click.pass_obj
def pause(obj: dict[str, Any], *, account: int | None, as_json: bool) -> None:
    """Start no more jobs; new ones are still taken, and wait. What runs goes on."""
    _halt(obj, Halt.PAUSED, account)
    told = f"{_whose(account)} paused; new jobs are still taken, and wait"
    say(told, {"account": account, "state": Halt.PAUSED.value}, json_form=as_json)


@queue.command("resume")
@of_account
@as_json
@click.pass_obj
def resume(obj: dict[str, Any], *, account: int | None, as_json: bool) -> None:
    """Take a pause or a drain back."""
    was = _halt(obj, None, account)
    told = f"{_whose(account)} {'open again' if was else 'not halted'}"
    say(told, {"account": account, "state": "open", "was_halted": was}, json_form=as_json)


@queue.command("drain")
@of_account
@click.option("--wait", is_flag=True, help="Return when nothing waits or runs any more.")
@as_json
@click.pass_obj
def drain(obj: dict[str, Any], *, account: int | None, wait: bool, as_json: bool) -> None:
    """Take no new jobs (500069, 503) and let those that wait be made, until `resume`."""
    _halt(obj, Halt.DRAINING, account)
    if not as_json:
        click.echo(f"{_whose(account)} draining; new jobs are refused until `kinora queue resume`")
    if wait:
        at_desk(obj, lambda operator: _emptied(operator, account))
    if as_json:
        told = {"account": account, "state": Halt.DRAINING.value, "empty": wait or None}
        show_one(told, json_form=True)
    elif wait:
        click.echo("empty")


def _halt(obj: dict[str, Any], halt: Halt | None, account: int | None) -> bool:
    async def work(operator: Operator) -> bool:
        return await operator.halt(halt, account=None if account is None else AccountId(account))

    return at_desk(obj, work)


def _whose(account: int | None) -> str:
    return "the queue is" if account is None else f"account {account} is"


async def _status(operator: Operator, upcoming: int) -> tuple[Row, list[Row], list[Row]]:
    """Return the queue in short, the accounts that are halted, and the next jobs."""
    queue = operator.ground.store.view.queue
    waiting, stops = await queue.waiting(), await queue.stops()
    summary = {
        "state": next((stop.halt.value for stop in stops if stop.account is None), "open"),
        "running": len(await queue.running(at_most=MOST_RUNNING)),
        "waiting": sum(waiting.values()),
        **{rank.value: number for rank, number in waiting.items()},
    }
    halted: list[Row] = [
        {"account": stop.account, "halt": stop.halt.value, "since": stop.since}
        for stop in stops
        if stop.account is not None
    ]
    return summary, halted, await _next(operator, upcoming)


async def _next(operator: Operator, at_most: int) -> list[Row]:
    look = await build_places(operator.ground).look()
    places = ((waiting, look.places[waiting.job]) for waiting in look.line[:at_most])
    return [
        {
            "position": place.position,
            "job": waiting.job,
            "account": waiting.account,
            "class": waiting.rank.value,
            "feature": waiting.kind.feature,
            "done_in": place.done_in and f"{place.done_in.low:.0f} to {place.done_in.high:.0f} s",
        }
        for waiting, place in places
    ]


async def _emptied(operator: Operator, account: int | None) -> None:
    # Other processes empty it, so there is nothing here to wait for but time.
    while await _left(operator, account):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_EVERY)


async def _left(operator: Operator, account: int | None) -> int:
    view = operator.ground.store.view
    if account is not None:
        found = await view.accounts.get(AccountId(account))
        return found.active if found else 0
    waiting = sum((await view.queue.waiting()).values())
    return waiting + len(await view.queue.running(at_most=MOST_RUNNING))
