"""Statements as CSV and JSON, written line by line."""

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

from kinora.domain.caps import CapPeriod
from kinora.domain.errors import Invalid
from kinora.domain.ledger import Movement
from kinora.domain.statement import Line, Standing, Statement

FIRST_YEAR, LAST_YEAR = 1970, 9000
DAY, MONTH = "%Y-%m-%d", "%Y-%m"
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
RISKY = tuple("=+-@\t\r\n|%")
"""Letters with which a cell begins that spreadsheets take for a formula."""

COLUMNS = (
    *("at", "entry", "movement", "job", "feature", "model", "quality", "price", "price_found_by"),
    *("monthly", "package", "held", "balance", "held_after", "note"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `since` until before `until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Whose statement it is, and of which time."""

    account: int
    span: Span


def span_of(month: str | None, since: str | None, until: str | None, *, now: datetime) -> Span:
    """Return the time that was asked for; raise Invalid."""
    if month and (since or until):
        raise Invalid("give either --month, or --from and --to")
    if since or until:
        first = _read(since, DAY, "--from") if since else None
        last = (_read(until, DAY, "--to") if until else now) + timedelta(days=1)
        last = CapPeriod.DAY.around(last)[0]
        if first is None:
            raise Invalid("--to needs --from")
        if first >= last:
            raise Invalid("--from must not be after --to")
        return Span(since=first, until=last)
    begun, over = CapPeriod.MONTH.around(_read(month, MONTH, "--month") if month else now)
    return Span(since=begun, until=over)


def write_csv(statement: Statement, heading: Heading, out: TextIO) -> None:
    """Write a statement as CSV that spreadsheets can open safely: opening, movements, closing."""
    rows = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    rows.writeheader()
    opened = heading.span.since.strftime(MOMENT)
    rows.writerow(_balance("opening balance", opened, statement.opening))
    for line in statement.lines:
        rows.writerow({name: _cell(value) for name, value in _row(line).items()})
    closed = heading.span.until.strftime(MOMENT)
    rows.writerow(_balance("closing balance", closed, statement.closing))


def write_json(statement: Statement, heading: Heading, out: TextIO) -> None:
    """Write a statement as one JSON document: opening, movements, totals by movement, closing."""
    totals = {movement: Standing() for movement in Movement}
    out.write(f'{{"account": {heading.account},\n')
    since, until = heading.span.since.strftime(MOMENT), heading.span.until.strftime(MOMENT)
    out.write(f'"since": "{since}",\n"until": "{until}",\n')
    out.write(f'"opening": {json.dumps(_standing(statement.opening))},\n"movements": [')
    between = "\n"
    for line in statement.lines:
        movement = line.entry.movement
        totals[movement] = totals[movement].after(line.entry)
        out.write(between + json.dumps(_row(line)))
        between = ",\n"
    summed = {movement.value: _standing(total) for movement, total in totals.items()}
    out.write(f'\n],\n"totals": {json.dumps(summed)},\n')
    out.write(f'"closing": {json.dumps(_standing(statement.closing))}}}\n')


WRITERS: Mapping[str, Callable[[Statement, Heading, TextIO], None]] = {
    "csv": write_csv,
    "json": write_json,
}


def _row(line: Line) -> dict[str, Any]:
    entry = line.entry
    return {
        "at": entry.at.strftime(MOMENT),
        "entry": entry.id,
        "movement": entry.movement.value,
        "job": entry.job,
        "feature": line.feature,
        "model": line.model,
        "quality": line.quality,
        "price": line.cost,
        "price_found_by": line.price,
        "monthly": entry.monthly,
        "package": entry.package,
        "held": entry.held,
        "balance": line.after.balance,
        "held_after": line.after.held,
        "note": entry.note,
    }


def _balance(what: str, at: str, standing: Standing) -> dict[str, Any]:
    return {
        "at": at,
        "movement": what,
        "monthly": standing.monthly,
        "package": standing.package,
        "held": standing.held,
        "balance": standing.balance,
        "held_after": standing.held,
    }


def _standing(standing: Standing) -> dict[str, int]:
    return {
        "monthly": standing.monthly,
        "package": standing.package,
        "held": standing.held,
        "balance": standing.balance,
    }


def _cell(value: object) -> object:
    """Return a cell that no spreadsheet runs: a text that looks like a formula is quoted."""
    return f"'{value}" if isinstance(value, str) and value.startswith(RISKY) else value


def _read(text: str, form: str, name: str) -> datetime:
    try:
        told = datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        told = None
    if told is None or not FIRST_YEAR <= told.year <= LAST_YEAR:
        like = "2026-11" if form == MONTH else "2026-11-03"
        raise Invalid(f"{name} must be like {like}, not {text!r}")
    return told
