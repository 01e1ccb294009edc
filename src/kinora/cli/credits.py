"""`kinora credits`: what accounts can spend, and whether the books add up."""

import json
import sys
from dataclasses import asdict
from typing import Any

import click

from kinora.bootstrap.ground import Operator
from kinora.cli.accounts import row as account_row
from kinora.cli.desk import CREDITS, MANY, NUMBER, Row, as_json, at_desk, owner, show, show_one
from kinora.cli.statements import WRITERS, Heading, span_of
from kinora.domain.ids import AccountId
from kinora.domain.ledger import Book, Entry
from kinora.domain.proof import Check, Proof

OWN = {Book.MONTHLY, Book.PACKAGE, Book.HELD}


@click.group(name="credits")
def credits_() -> None:
    """Credits: grant, show the ledger, prove the books, export statements."""


@credits_.command("grant", context_settings={"ignore_unknown_options": True})
@click.argument("account", type=NUMBER)
@click.argument("amount", type=CREDITS)
@click.option("--monthly", is_flag=True, help="As monthly credits; otherwise as bought ones.")
@click.option("--note", default="", help="Why, for the ledger.")
@as_json
@click.pass_obj
def grant(
    obj: dict[str, Any], *, account: int, amount: int, monthly: bool, note: str, as_json: bool
) -> None:
    """Give ACCOUNT an AMOUNT of credits; a negative amount takes them back."""

    async def work(operator: Operator) -> Row:
        given = {"monthly": amount} if monthly else {"package": amount}
        return account_row(await operator.grant(AccountId(account), note=note, **given))

    show_one(at_desk(obj, work), json_form=as_json)


@credits_.command("ledger")
@click.argument("account", type=NUMBER)
@click.option("--newest", type=MANY, default=50, show_default=True, help="How many entries.")
@as_json
@click.pass_obj
def ledger(obj: dict[str, Any], *, account: int, newest: int, as_json: bool) -> None:
    """Show the newest entries of ACCOUNT's ledger."""

    async def work(operator: Operator) -> list[Row]:
        await owner(operator, account)
        book = operator.ground.store.view.ledger
        return [
            {
                "entry": entry.id,
                "at": entry.at,
                "movement": entry.movement.value,
                "monthly": entry.monthly,
                "package": entry.package,
                "held": entry.held,
                "from_or_to": house_of(entry),
                "job": entry.job,
                "note": entry.note,
            }
            for entry in await book.entries(AccountId(account), newest=newest)
        ]

    show(at_desk(obj, work), json_form=as_json, empty="no entries")


def house_of(entry: Entry) -> str:
    """Return the book of the house that an entry moved credits from or to."""
    return next((book.value for book in entry.books if book not in OWN), "")


@credits_.command("reconcile")
@as_json
@click.pass_obj
def reconcile(obj: dict[str, Any], *, as_json: bool) -> None:
    """Prove that the books add up, or say what does not and why that may be.

    The exit status is 1 when something does not. It can be asked while the server is at work.
    """

    async def work(operator: Operator) -> Proof:
        return await operator.ground.store.view.ledger.prove()

    proof: Proof = at_desk(obj, work)
    if as_json:
        click.echo(json.dumps(proof_as_row(proof), indent=2))
    else:
        show([check_row(check) for check in proof.checks], json_form=False, empty="")
        for finding in proof.findings:
            click.echo(f"! {finding}")
        click.echo("does not add up" if proof.findings else "the books add up")
    if proof.findings:
        raise SystemExit(1)


def check_row(check: Check) -> Row:
    """Return a rule of the books as a line of a table."""
    return {
        "checked": check.rule,
        "on": check.counted,
        "credits": check.credits,
        "broken": len(check.findings),
    }


def proof_as_row(proof: Proof) -> dict[str, Any]:
    """Return all that was found, for other programs."""
    return {
        "adds_up": not proof.findings,
        "checks": [check_row(check) for check in proof.checks],
        "findings": [asdict(finding) for finding in proof.findings],
    }


@credits_.command("statement")
@click.argument("account", type=NUMBER)
@click.option("--month", help="A month of UTC, such as 2026-11; this one when nothing is given.")
@click.option("--from", "since", help="First day, such as 2026-11-03.")
@click.option("--to", "until", help="Last day; today when absent.")
@click.option(
    "--format", "form", type=click.Choice(sorted(WRITERS)), default="csv", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_obj
def statement(  # noqa: PLR0913 - one for each option
    obj: dict[str, Any],
    *,
    account: int,
    month: str | None,
    since: str | None,
    until: str | None,
    form: str,
    as_json: bool,
) -> None:
    """Print what ACCOUNT had, every movement, and what it has; a movement has its job and price."""

    async def work(operator: Operator) -> None:
        span = span_of(month, since, until, now=operator.ground.clock.now())
        await owner(operator, account)
        found = await operator.ground.store.view.ledger.statement(
            AccountId(account), since=span.since, until=span.until
        )
        WRITERS["json" if as_json else form](found, Heading(account=account, span=span), sys.stdout)

    at_desk(obj, work)
