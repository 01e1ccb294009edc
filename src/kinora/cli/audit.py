"""`kinora audit`: who did what, and when."""

from typing import Any

import click

from kinora.bootstrap.ground import Operator
from kinora.cli.desk import MANY, Row, as_json, at_desk, show


@click.group()
def audit() -> None:
    """The audit log: list."""


@audit.command("list")
@click.option("--newest", type=MANY, default=50, show_default=True, help="How many.")
@as_json
@click.pass_obj
def list_deeds(obj: dict[str, Any], *, newest: int, as_json: bool) -> None:
    """List what was done that must be accounted for, newest first."""

    async def work(operator: Operator) -> list[Row]:
        return [
            {
                "at": deed.at,
                "who": deed.who,
                "what": deed.what,
                "target": deed.target,
                "detail": deed.detail,
                "address": deed.address,
            }
            for deed in await operator.ground.store.view.audit.newest(at_most=newest)
        ]

    show(at_desk(obj, work), json_form=as_json, empty="nothing was done yet")
