"""Looks at what a mimic would be made of, in a process of the gate's: see `adapters/media/eyes`."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import cv2

from kinora.engines.studio.mimic.fitness import shows_person, shows_subject
from kinora.ports.engine import CannotMake


def look(asked: dict[str, str]) -> dict[str, bool | None]:
    """Return whether `picture` shows a subject and `film` a person; None for what was not told.

    Either may be missing. What cannot be read is not told either: the engine says what is wrong.
    """
    cv2.setNumThreads(1)
    return {
        "picture": _told(shows_subject, asked.get("picture", "")),
        "film": _told(shows_person, asked.get("film", "")),
    }


def _told(shows: Callable[[Path], bool | None], path: str) -> bool | None:
    with suppress(CannotMake):
        return shows(Path(path)) if path else None
    return None
