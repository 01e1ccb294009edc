"""The moderator that ships: rules over words, a hash list over files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kinora.domain.moderation import Decision
from kinora.moderation.hashes import HashList
from kinora.moderation.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleModerator:
    """Judges by data only; opens no connection."""

    rules: Rules
    hashes: HashList

    async def judge_words(self, texts: Sequence[str]) -> Decision:
        """Judge what a caller wrote."""
        return self.rules.judge(texts)

    async def judge_upload(self, path: Path, *, sha256: str, look: int | None) -> Decision:
        """Judge a file that a caller sent."""
        return self.hashes.judge(sha256=sha256, look=look)

    async def judge_result(self, path: Path, *, sha256: str) -> Decision:
        """Judge a file that an engine made."""
        return self.hashes.judge(sha256=sha256)
