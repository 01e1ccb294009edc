"""Who judges content. The rules that ship are one answer; an outside classifier can be another."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from kinora.domain.moderation import Decision


class Moderator(Protocol):
    """Judges words before a job is accepted, media before they are kept."""

    async def judge_words(self, texts: Sequence[str]) -> Decision:
        """Judge what a caller wrote."""

    async def judge_upload(self, path: Path, *, sha256: str, look: int | None) -> Decision:
        """Judge a file that a caller sent; `look` is a picture's difference hash."""

    async def judge_result(self, path: Path, *, sha256: str) -> Decision:
        """Judge a file that an engine made, before anyone sees it."""
