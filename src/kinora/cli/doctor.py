"""`kinora doctor`: is everything well, and what could be mended."""

from typing import Any

import click

from kinora.bootstrap.ground import Operator
from kinora.cli.checks import Visit, look_over
from kinora.cli.desk import Row, as_json, at_desk, settings_of, show


@click.command()
@click.option("--mend", is_flag=True, help="Put right what can be put right.")
@click.option("--deep", is_flag=True, help="Read all media and compare it with its hash.")
@click.option("--yes", "sure", is_flag=True, help="Mark lost media as deleted without asking.")
@as_json
@click.pass_obj
def doctor(obj: dict[str, Any], *, mend: bool, deep: bool, sure: bool, as_json: bool) -> None:
    """Look the installation over; the exit status is 1 when something is wrong.

    It may run beside the server, whose own work it leaves alone. While it mends, none can start.
    """
    from kinora.adapters.locks import try_lock  # noqa: PLC0415 - keeps `--help` fast

    settings = settings_of(obj)
    exists = settings.database.exists()
    lock = try_lock(settings.data / "run" / "serve.lock") if exists else None
    serving = lock is None
    if lock is not None and not mend:
        lock.close()
    asks = None if as_json else click.confirm

    async def work(operator: Operator) -> list[Row]:
        visit = Visit(operator=operator, mend=mend, deep=deep, serving=serving)
        return await look_over(visit, agrees=(lambda _: True) if sure else asks)

    try:
        rows = at_desk(obj, work)
    finally:
        if lock is not None:
            lock.close()
    show(rows, json_form=as_json, empty="")
    if not all(row["well"] for row in rows):
        raise SystemExit(1)
