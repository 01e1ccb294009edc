"""Signs of life: each part of a server touches a file of its own, and others look at its age."""

import asyncio
from contextlib import suppress
from pathlib import Path

from kinora.settings import Settings

HEARTBEAT = 2.0
"""Seconds between two signs; fewer when a part is taken for hung sooner than usual."""


def place_of(settings: Settings, part: str) -> Path:
    """Return the file that a part touches."""
    return settings.data / "run" / f"{part}.alive"


def sign_of(settings: Settings, part: str) -> float:
    """Return when a part gave its last sign, in seconds since 1970; 0 when it never did."""
    try:
        return place_of(settings, part).stat().st_mtime
    except OSError:
        return 0.0


async def give_signs(path: Path, *, every: float = HEARTBEAT) -> None:
    """Show, for as long as this runs, that an event loop turns, by touching a file."""
    while True:
        # A disk that is full or read-only is no reason to end.
        with suppress(OSError):
            path.touch()  # noqa: ASYNC240 - microseconds
        await asyncio.sleep(every)


async def give_part_signs(settings: Settings, part: str) -> None:
    """Show, for as long as this runs, that a part is not hung."""
    await give_signs(place_of(settings, part), every=min(HEARTBEAT, settings.stall / 8))
