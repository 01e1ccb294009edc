"""Adds nothing: the engine's own metadata is all there is."""

from pathlib import Path

from kinora.ports.provenance import Origin


class NoStamp:
    """Leaves files as they are."""

    async def stamp(self, path: Path, *, mime: str, origin: Origin) -> None:
        """Leave a file as it is."""
