"""What the operator's commands share: opening the data folder and printing answers."""

import asyncio
import json
import logging
import os
import pwd
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from kinora.domain.errors import KinoraError, Missing, NotAllowed
from kinora.domain.ids import MAX_ID, AccountId
from kinora.settings import BadSettings, Settings, read_settings

T = TypeVar("T")
Row = Mapping[str, Any]

MOST_CREDITS = 10**12
NUMBER = click.IntRange(1, MAX_ID)
"""What an id, or an account, can be."""

MANY = click.IntRange(1, 1_000_000)
CREDITS = click.IntRange(-MOST_CREDITS, MOST_CREDITS)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for other programs.")


def at_desk(given: Mapping[str, Any], work: Callable[[Any], Awaitable[T]]) -> T:
    """Do some work with an `Operator` on the data folder and return what it gave."""
    from kinora.bootstrap.ground import DISPATCHER, build_operator, stand  # noqa: PLC0415

    settings = settings_of(given)
    with plain_errors():
        check_data(settings)

    async def open_and_work() -> T:
        # Commands are short and rare: they mint as the dispatcher does, one id each.
        ground = await stand(settings, process=DISPATCHER - 1)
        try:
            return await work(build_operator(ground, who=f"cli:{user()}"))
        finally:
            await ground.store.close()

    with plain_errors(), logs_aside():
        return asyncio.run(open_and_work())


async def owner(operator: Any, account: int | None) -> AccountId | None:
    """Return which account's things are asked for, None for all; raise NotAllowed."""
    if account is None:
        return None
    if await operator.ground.store.view.accounts.get(AccountId(account)) is None:
        raise NotAllowed(f"there is no account {account}")
    return AccountId(account)


def check_data(settings: Settings) -> None:
    """End the command unless there is a data folder that this Kinora can work on."""
    from kinora.adapters.db.migrate import fits, migrations, schema_of  # noqa: PLC0415 - see above
    from kinora.adapters.db.snapshot import Damaged  # noqa: PLC0415 - see above
    from kinora.bootstrap.ground import check_whole  # noqa: PLC0415 - see above

    if not settings.database.exists():
        raise click.ClickException(
            f"there is no Kinora data in {settings.data}; `kinora serve` makes it, "
            "--data or KINORA_DATA names another folder"
        )
    try:
        check_whole(settings)
        suits = fits(settings.database)
    except (BadSettings, Damaged) as error:
        raise click.ClickException(str(error)) from None
    if not suits:
        raise click.ClickException(
            f"the data has schema {schema_of(settings.database)}, this Kinora works on "
            f"{len(migrations())}: `kinora serve` upgrades older data, newer data needs a newer "
            "Kinora"
        )


def user() -> str:
    """Return who sits at the desk, for the audit log."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def settings_of(given: Mapping[str, Any]) -> Settings:
    """Return the settings, or end the command with a plain sentence."""
    try:
        return read_settings(given)
    except BadSettings as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def logs_aside() -> Iterator[None]:
    """Let only warnings out, to standard error: what a command prints may be for a program."""
    import structlog  # noqa: PLC0415 - keeps `--help` fast

    from kinora.web.secrets import without_secrets  # noqa: PLC0415 - see above

    before = structlog.get_config()
    structlog.configure(
        processors=[without_secrets, *before["processors"]],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    try:
        yield
    finally:
        structlog.configure(**before)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn the product's errors, and those of files, into one plain sentence."""
    from kinora.adapters.archive import BadBackup  # noqa: PLC0415 - keeps `--help` fast
    from kinora.adapters.db.migrate import NewerSchema  # noqa: PLC0415 - see above
    from kinora.adapters.db.trouble import Trouble, told  # noqa: PLC0415 - see above

    try:
        yield
    except Missing as error:
        field = str(error)
        raise click.ClickException(field if " " in field else f"{field} is missing") from None
    except Trouble as error:
        raise click.ClickException(told(error)) from None
    except (KinoraError, BadBackup, NewerSchema, OSError) as error:
        raise click.ClickException(str(error)) from None
    except OverflowError:
        raise click.ClickException("a number is larger than any that is kept") from None


def show(rows: Sequence[Row], *, json_form: bool, empty: str) -> None:
    """Print rows as a table, or as JSON."""
    if json_form:
        click.echo(json.dumps([dict(row) for row in rows], indent=2, default=str))
        return
    if not rows:
        click.echo(empty)
        return
    _table(rows)


def show_one(row: Row, *, json_form: bool) -> None:
    """Print one thing, a line for each of its parts, or as JSON."""
    if json_form:
        click.echo(json.dumps(dict(row), indent=2, default=str))
        return
    width = max(len(name) for name in row)
    for name, value in row.items():
        click.echo(f"{name:<{width}}  {_plain(value)}")


def say(sentence: str, row: Row, *, json_form: bool) -> None:
    """Print what was done in a sentence, or as JSON."""
    if json_form:
        show_one(row, json_form=True)
    else:
        click.echo(sentence)


def _table(rows: Sequence[Row]) -> None:
    names = list(rows[0])
    cells = [[_plain(row[name]) for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    for line in (names, *cells):
        pairs = zip(line, widths, strict=True)
        click.echo("  ".join(f"{cell:<{width}}" for cell, width in pairs).rstrip())


def _plain(value: Any) -> str:
    match value:
        case None | "":
            return "-"
        case float():
            return f"{value:.2f}"
        case _ if hasattr(value, "isoformat"):
            return str(value.strftime("%Y-%m-%d %H:%M:%S"))
        case _:
            return _one_line(str(value))


def _one_line(text: str) -> str:
    """Spell out what would break a table or speak to the terminal: names are strangers' words."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
