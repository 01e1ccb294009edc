"""Finds what a prompt asks for, word by word, by a vocabulary file that an operator can read."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kinora.domain.order import Words

WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*")
QUOTED = re.compile(r"[\"“”«»]([^\"“”«»]{1,60})[\"“”«»]")


@dataclass(frozen=True, slots=True)
class Cues:
    """What words chose, by the vocabulary's groups: `land` -> `alpine`, for instance.

    A group without a match is missing; for each group the first word of the prompt wins.
    """

    chosen: Mapping[str, str]
    lettering: str

    def get(self, group: str, otherwise: str = "") -> str:
        """Return what was chosen in a group."""
        return self.chosen.get(group, otherwise)

    def has(self, group: str, choice: str) -> bool:
        """Tell whether a choice was made."""
        return self.chosen.get(group) == choice


@cache
def vocabulary() -> dict[str, dict[str, str]]:
    """Return, for each group, which word makes which choice."""
    text = (files("kinora.engines.studio.words") / "vocabulary.toml").read_text()
    groups: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    return {
        group: {word: choice for choice, words in choices.items() for word in words}
        for group, choices in groups.items()
    }


def read_cues(words: Words) -> Cues:
    """Return what a prompt chose, less what the negative prompt names."""
    quoted = QUOTED.search(words.prompt)
    unwanted = set(_stems(words.negative_prompt))
    chosen = {}
    for group, table in vocabulary().items():
        refused = {table[word] for word in unwanted if word in table}
        picked = [table[word] for word in _stems(words.prompt) if word in table]
        allowed = [choice for choice in picked if choice not in refused]
        if allowed:
            chosen[group] = allowed[0]
    return Cues(chosen, quoted.group(1).strip() if quoted else "")


def _stems(text: str) -> list[str]:
    """Return a text's words, each also without a plural's ending."""
    found = []
    for word in WORD.findall(text.lower()):
        found.append(word)
        if word.endswith("s") and len(word) > 3:
            found.append(word[:-1])
    return found
