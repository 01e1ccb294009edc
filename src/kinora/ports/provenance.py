"""Saying in a file where it comes from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kinora.domain.ids import JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a result comes from.

    `source_type` is a term of IPTC's digital source types, such as `algorithmicMedia`; `made` is
    true for what was made from words alone, false for what was made from the user's own media.
    """

    job: JobId
    feature: str
    engine: str
    source_type: str
    made: bool


class Provenance(Protocol):
    """Writes where a file comes from into the file."""

    async def stamp(self, path: Path, *, mime: str, origin: Origin) -> None:
        """Rewrite a file in place, whole or not at all; its pictures and sounds stay the same.

        Raises nothing: a file that cannot be stamped stays as it is, and the log says why.
        """
