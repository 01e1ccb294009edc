"""`kinora credits`: what accounts can spend, and whether the books add up."""

from typing import Any

import click

from kinora.bootstrap.ground import Operator
from kinora.cli.accounts import row as account_row
from kinora.cli.desk import Row, as_json, at_desk, show, show_one
from kinora.domain.ids import AccountId


@click.group(name="credits")
def credits_() -> None:
    """Credits: grant, show the ledger, prove the books."""


@credits_.command("grant", context_settings={"ignore_unknown_options": True})
@click.argument("account", type=int)
@click.argument("amount", type=int)
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
@click.argument("account", type=int)
@click.option("--newest", default=50, show_default=True, help="How many entries.")
@as_json
@click.pass_obj
def ledger(obj: dict[str, Any], *, account: int, newest: int, as_json: bool) -> None:
    """Show the newest entries of ACCOUNT's ledger."""

    async def work(operator: Operator) -> list[Row]:
        book = operator.ground.store.view.ledger
        return [
            {
                "entry": entry.id,
                "at": entry.at,
                "movement": entry.movement.value,
                "monthly": entry.monthly,
                "package": entry.package,
                "held": entry.held,
                "job": entry.job,
                "note": entry.note,
            }
            for entry in await book.entries(AccountId(account), newest=newest)
        ]

    show(at_desk(obj, work), json_form=as_json, empty="no entries")


@credits_.command("reconcile")
@as_json
@click.pass_obj
def reconcile(obj: dict[str, Any], *, as_json: bool) -> None:
    """Prove that every balance is the sum of its entries, or say which is not."""

    async def work(operator: Operator) -> list[Row]:
        found = await operator.ground.store.view.ledger.discrepancies()
        return [{"discrepancy": sentence} for sentence in found]

    rows = at_desk(obj, work)
    show(rows, json_form=as_json, empty="the books add up")
    if rows:
        raise SystemExit(1)
