"""`kinora doctor`: is everything well, and what could be mended."""

import shutil
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from typing import Any

import click

from kinora.bootstrap.ground import Operator, build_sweep
from kinora.cli.desk import Row, as_json, at_desk, show

LOW_DISK = 1 << 30
SHOWN = 3
"""Findings in the books that are named here."""

NEEDED = ("av", "cv2", "numba", "scipy", "skia")
Check = Callable[[Operator], Awaitable[Row]]


@click.command()
@click.option("--mend", is_flag=True, help="Remove stored bytes that belong to nothing.")
@as_json
@click.pass_obj
def doctor(obj: dict[str, Any], *, mend: bool, as_json: bool) -> None:
    """Look the installation over; the exit status is 1 when something is wrong."""

    async def work(operator: Operator) -> list[Row]:
        rows = [await check(operator) for check in (check_books, check_files, check_disk)]
        return [*rows, await check_orphans(operator, mend=mend), check_libraries()]

    rows = at_desk(obj, work)
    show(rows, json_form=as_json, empty="")
    if not all(row["well"] for row in rows):
        raise SystemExit(1)


async def check_books(operator: Operator) -> Row:
    """Balances are the sums of their entries."""
    proof = await operator.ground.store.view.ledger.prove()
    found = [str(each) for each in proof.findings]
    said = "; ".join(found[:SHOWN]) + (" …; `kinora credits reconcile`" if found else "")
    return finding("books", not found, said if found else "the books add up")


async def check_files(operator: Operator) -> Row:
    """Every asset has its bytes."""
    missing = await build_sweep(operator.ground).missing()
    return finding("files", not missing, _names(missing) or "every asset has its file")


async def check_orphans(operator: Operator, *, mend: bool) -> Row:
    """No bytes lie about that belong to nothing."""
    sweep = build_sweep(operator.ground)
    orphans = await (sweep() if mend else sweep.orphans())
    if not orphans:
        return finding("orphans", True, "no stored bytes belong to nothing")
    word = "removed" if mend else "could be removed with --mend"
    return finding("orphans", True, f"{len(orphans)} {word}: {_names(orphans)}")


async def check_disk(operator: Operator) -> Row:
    """There is room to work."""
    free = shutil.disk_usage(operator.ground.settings.data).free
    return finding("disk", free > LOW_DISK, f"{free / (1 << 30):.1f} GiB free")


def check_libraries() -> Row:
    """What the built-in engine stands on is installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    text = f"missing: {', '.join(missing)}" if missing else "the built-in engine can run"
    return finding("engine", not missing, text)


def finding(what: str, well: bool, text: str) -> Row:  # noqa: FBT001 - a verdict is a yes or a no
    """Return one line of the report."""
    return {"check": what, "well": well, "finding": text}


def _names(blobs: Any) -> str:
    shown = ", ".join(list(blobs)[:5])
    return shown + (" …" if len(blobs) > 5 else "")  # noqa: PLR2004 - as many as fit a line
