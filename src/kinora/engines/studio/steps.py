"""Work that must be done before the first frame, told step by step."""

from collections.abc import Generator
from typing import TypeVar

from kinora.ports.engine import Progress

T = TypeVar("T")


def begun(making: Generator[Progress, None, T]) -> Generator[Progress, None, tuple[float, T]]:
    """Pass progress on; return how far it came, and what was made."""
    done = 0.0
    while True:
        try:
            step = next(making)
        except StopIteration as ended:
            return done, ended.value
        done = step.done
        yield step
