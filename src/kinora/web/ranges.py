"""The Range header (RFC 9110, section 14)."""

from dataclasses import dataclass

MOST_RANGES = 16


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` up to and including `end`."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.end - self.start + 1


class Unsatisfiable(ValueError):
    """No part of what was asked for exists."""


def parse_ranges(header: str, *, size: int) -> list[Span]:
    """Return the spans that a header asks for; none when it is to be ignored.

    Raises Unsatisfiable when all of them lie outside.
    """
    unit, _, listed = header.partition("=")
    if unit.strip().lower() != "bytes":
        return []
    wanted = [part.strip() for part in listed.split(",") if part.strip()]
    if not wanted or len(wanted) > MOST_RANGES:
        return []
    try:
        spans = [_span(part, size) for part in wanted]
    except ValueError:
        return []
    found = [span for span in spans if span is not None]
    if not found:
        raise Unsatisfiable(header)
    if sum(span.length for span in found) > size:
        # They overlap: a whole answer is shorter (RFC 9110, 14.2 lets a server choose so).
        return []
    return found


def _span(part: str, size: int) -> Span | None:
    first, dash, last = part.partition("-")
    if not dash or not (first or last) or not (first + last).isdecimal():
        raise ValueError(part)
    if not first:
        length = min(int(last), size)
        return Span(size - length, size - 1) if length else None
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        raise ValueError(part)
    return Span(start, end) if start < size else None
