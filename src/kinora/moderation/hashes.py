"""A list of pictures and films that are refused: by their bytes, and pictures by how they look."""

import re
from dataclasses import dataclass
from pathlib import Path

from kinora.domain.moderation import FREE, Decision, Verdict

SHA256 = re.compile(r"[0-9a-f]{64}")
LOOK = re.compile(r"look:([0-9a-f]{16})")
ALIKE = 6
"""Bits of 64 by which two pictures that look the same may differ."""

CATEGORY = "listed_media"


class BadHashes(ValueError):
    """A hash list cannot be used; the text says which line."""


@dataclass(frozen=True, slots=True)
class HashList:
    """SHA-256 sums of files, and difference hashes of pictures (Krawetz, 2013)."""

    sums: frozenset[str]
    looks: tuple[int, ...]

    def judge(self, *, sha256: str, look: int | None = None) -> Decision:
        """Return a refusal for what is on the list."""
        if sha256 in self.sums:
            return Decision(verdict=Verdict.BLOCK, category=CATEGORY, matched=(sha256,))
        if look is not None and any((look ^ each).bit_count() <= ALIKE for each in self.looks):
            return Decision(
                verdict=Verdict.BLOCK, category=CATEGORY, matched=(f"look:{look:016x}",)
            )
        return FREE


def load_hashes(path: Path) -> HashList:
    """Read a list: a SHA-256 or `look:` and 16 hex digits a line, # begins a comment.

    A file that is not there is an empty list. Raises BadHashes.
    """
    if not path.is_file():
        return HashList(frozenset(), ())
    sums, looks = set(), []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        entry = line.partition("#")[0].strip().lower()
        if not entry:
            continue
        if seen := LOOK.fullmatch(entry):
            looks.append(int(seen[1], 16))
        elif SHA256.fullmatch(entry):
            sums.add(entry)
        else:
            raise BadHashes(f"{path}, line {number}: neither a SHA-256 nor look: and 16 hex digits")
    return HashList(frozenset(sums), tuple(looks))
