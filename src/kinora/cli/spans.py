"""How an operator writes a span of time: `45m`, `24h`, `30d`."""

import re
from datetime import timedelta

import click

WRITTEN = re.compile(r"(\d{1,6})\s*([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

LONGEST = timedelta(days=36_500)


def span(text: str) -> timedelta:
    """Return a span of time, or end the command with a plain sentence."""
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        raise click.BadParameter(f"{text!r} is no span of time such as 45m, 24h or 30d")
    told = timedelta(**{UNITS[found[2]]: int(found[1])})
    if told > LONGEST:
        raise click.BadParameter(f"{text!r} is longer than {LONGEST.days} days")
    return told
