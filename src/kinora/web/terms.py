"""Terms of an order that callers give in headers, on every door that takes orders."""

from collections.abc import Mapping
from dataclasses import replace

from kinora.domain.errors import Invalid
from kinora.domain.order import Order
from kinora.domain.rank import Rank

CLASS, START_WITHIN = "kinora-class", "kinora-start-within"
LONGEST = 7 * 24 * 3600
"""Seconds, a week: who waits longer does not wait."""

DIGITS = 6


def with_terms(order: Order, headers: Mapping[str, str]) -> Order:
    """Return an order on the terms of a call's headers; raise Invalid for what they cannot say."""
    rank, seconds = headers.get(CLASS), headers.get(START_WITHIN)
    if rank is not None:
        order = replace(order, rank=_rank(rank.strip()))
    if seconds is not None:
        order = replace(order, start_within=_seconds(seconds.strip()))
    return order


def _rank(text: str) -> Rank:
    try:
        return Rank(text)
    except ValueError:
        raise Invalid(f"the header Kinora-Class must be one of {', '.join(Rank)}") from None


def _seconds(text: str) -> int:
    digits = text.isascii() and text.isdigit() and len(text) <= DIGITS
    if not digits or not 1 <= int(text) <= LONGEST:
        raise Invalid(f"the header Kinora-Start-Within must be 1 to {LONGEST} seconds")
    return int(text)
