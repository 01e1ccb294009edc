import pytest

from kinora.web.ranges import Span, Unsatisfiable, parse_ranges


@pytest.mark.parametrize(
    ("header", "spans"),
    [
        ("bytes=0-9", [Span(0, 9)]),
        ("bytes=90-", [Span(90, 99)]),
        ("bytes=-10", [Span(90, 99)]),
        ("bytes=-1000", [Span(0, 99)]),
        ("bytes=0-0, 50-1000", [Span(0, 0), Span(50, 99)]),
        ("bytes=200-300, 1-2", [Span(1, 2)]),
        ("bytes=9-1", []),
        ("items=0-9", []),
        ("bytes=a-b", []),
        ("bytes=", []),
        ("bytes=" + ",".join("0-1" for _ in range(40)), []),
    ],
)
def test_ranges(header: str, spans: list[Span]) -> None:
    assert parse_ranges(header, size=100) == spans


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=-0", "bytes=500-600"])
def test_ranges_that_lie_outside(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        parse_ranges(header, size=100)
