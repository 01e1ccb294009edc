"""`kinora queue`: what waits, and halting it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from kinora.bootstrap.ground import Operator, build_places
from kinora.cli.desk import MANY, NUMBER, Row, as_json, at_desk, say, show, show_one
from kinora.domain.ids import AccountId
from kinora.domain.rank import Halt
from kinora.usecases.read_engines import EngineLoad, ReadEngines

LOOK_EVERY = 0.5

of_account = click.option("--account", type=NUMBER, help="Only this account's jobs.")
of_engine = click.option(
    "--engine", help="Only the jobs that this engine makes; an upstream goes by its host."
)


@dataclass(frozen=True, slots=True)
class Part:
    """The part of the queue that a command is about; with neither, all of it."""

    account: int | None
    engine: str | None

    def __post_init__(self) -> None:
        """Raise UsageError for both."""
        if self.account is not None and self.engine is not None:
            raise click.UsageError("give --account or --engine, not both")

    @property
    def told(self) -> str:
        """How a sentence begins that is about it."""
        if self.engine is not None:
            return f"engine {self.engine} is"
        return "the queue is" if self.account is None else f"account {self.account} is"

    @property
    def option(self) -> str:
        """How it is asked for at the command line."""
        if self.engine is not None:
            return f" --engine {self.engine}"
        return "" if self.account is None else f" --account {self.account}"

    @property
    def row(self) -> Row:
        """What other programs are told of it."""
        return {"account": self.account, "engine": self.engine}


@click.group()
def queue() -> None:
    """The queue: look at it, pause it, drain it."""


@queue.command("status")
@click.option(
    "--next", "upcoming", type=MANY, default=10, show_default=True, help="How many jobs to list."
)
@of_engine
@as_json
@click.pass_obj
def status(obj: dict[str, Any], *, upcoming: int, engine: str | None, as_json: bool) -> None:
    """Show what waits in each class, what is halted, and which jobs are next."""

    async def work(operator: Operator) -> tuple[Row, dict[str, list[Row]]]:
        if engine is None:
            return await _status(operator, upcoming)
        return await _status_of(operator, engine, upcoming)

    summary, tables = at_desk(obj, work)
    if as_json:
        show_one({**summary, **tables}, json_form=True)
        return
    show_one(summary, json_form=False)
    for rows in tables.values():
        if rows:
            click.echo()
            show(rows, json_form=False, empty="")


@queue.command("pause")
@of_account
@of_engine
@as_json
@click.pass_obj
def pause(obj: dict[str, Any], *, account: int | None, engine: str | None, as_json: bool) -> None:
    """Start no more jobs; new ones are still taken, and wait. What runs goes on."""
    part = Part(account, engine)
    _halt(obj, Halt.PAUSED, part)
    told = f"{part.told} paused; new jobs are still taken, and wait"
    say(told, {**part.row, "state": Halt.PAUSED.value}, json_form=as_json)


@queue.command("resume")
@of_account
@of_engine
@as_json
@click.pass_obj
def resume(obj: dict[str, Any], *, account: int | None, engine: str | None, as_json: bool) -> None:
    """Take a pause or a drain back."""
    part = Part(account, engine)
    was = _halt(obj, None, part)
    told = f"{part.told} {'open again' if was else 'not halted'}"
    say(told, {**part.row, "state": "open", "was_halted": was}, json_form=as_json)


@queue.command("drain")
@of_account
@of_engine
@click.option("--wait", is_flag=True, help="Return when nothing waits or runs any more.")
@as_json
@click.pass_obj
def drain(
    obj: dict[str, Any], *, account: int | None, engine: str | None, wait: bool, as_json: bool
) -> None:
    """Take no new jobs (500069, 503) and let those that wait be made, until `resume`."""
    part = Part(account, engine)
    _halt(obj, Halt.DRAINING, part)
    if not as_json:
        back = f"`kinora queue resume{part.option}`"
        click.echo(f"{part.told} draining; new jobs are refused until {back}")
    if wait:
        at_desk(obj, lambda operator: _emptied(operator, part))
    if as_json:
        told = {**part.row, "state": Halt.DRAINING.value, "empty": wait or None}
        show_one(told, json_form=True)
    elif wait:
        click.echo("empty")


def _halt(obj: dict[str, Any], halt: Halt | None, part: Part) -> bool:
    async def work(operator: Operator) -> bool:
        if part.engine is not None:
            return await operator.halt.engine(halt, name=part.engine)
        account = None if part.account is None else AccountId(part.account)
        return await operator.halt(halt, account=account)

    return at_desk(obj, work)


async def _status(operator: Operator, upcoming: int) -> tuple[Row, dict[str, list[Row]]]:
    """Return the queue in short, its engines, the accounts that are halted, and the next jobs."""
    view = operator.ground.store.view
    loads, stops = await _engines(operator)(), await view.queue.stops()
    summary = {
        "state": await _state(operator),
        "running": sum(load.running for load in loads),
        "waiting": sum(load.waiting for load in loads),
        **await _by_class(operator),
    }
    halted: list[Row] = [
        {"account": stop.account, "halt": stop.halt.value, "since": stop.since}
        for stop in stops
        if stop.account is not None
    ]
    following = await _next(operator, upcoming)
    return summary, {"engines": [_row(load) for load in loads], "halted": halted, "next": following}


async def _status_of(
    operator: Operator, engine: str, upcoming: int
) -> tuple[Row, dict[str, list[Row]]]:
    """Return one engine in short, and the next of its jobs."""
    load = await _engines(operator).one(engine)
    summary = {**_row(load), "queue": await _state(operator)}
    if load.own:
        rows = await _next(operator, upcoming)
        return {**summary, **await _by_class(operator)}, {"next": rows}
    return summary, {"next": await _to_send(operator, engine, upcoming)}


def _engines(operator: Operator) -> ReadEngines:
    return ReadEngines(store=operator.ground.store)


def _row(load: EngineLoad) -> Row:
    return {
        "engine": load.name,
        "state": load.stop.halt.value if load.stop else "open",
        "since": load.stop.since if load.stop else None,
        "running": load.running,
        "waiting": load.waiting,
        "unknown": load.unknown,
    }


async def _state(operator: Operator) -> str:
    """Return how the whole queue is halted."""
    stops = await operator.ground.store.view.queue.stops()
    return next((stop.halt.value for stop in stops if stop.everything), "open")


async def _by_class(operator: Operator) -> Row:
    """Return what waits for this server's own engine."""
    waiting = await operator.ground.store.view.queue.waiting()
    return {rank.value: number for rank, number in waiting.items()}


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


async def _to_send(operator: Operator, engine: str, at_most: int) -> list[Row]:
    """Return what an upstream is sent next; each goes by itself, so none has a position."""
    errands = await _engines(operator).to_send(engine)
    return [
        {
            "job": errand.job,
            "account": errand.account,
            "lane": errand.email,
            "since": errand.begun_at,
            "tries": errand.tries,
            "note": errand.note,
        }
        for errand in errands[:at_most]
    ]


async def _emptied(operator: Operator, part: Part) -> None:
    # Other processes empty it, so there is nothing here to wait for but time.
    while await _left(operator, part):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_EVERY)


async def _left(operator: Operator, part: Part) -> int:
    if part.account is not None:
        # Not the places that are taken: a job that takes long loses its own before it ends.
        return len(await operator.ground.store.view.retention.at_work(AccountId(part.account)))
    loads: Sequence[EngineLoad] = await _engines(operator)()
    return sum(load.left for load in loads if part.engine in (None, load.name))
