"""Finds what a prompt asks for, word by word, by vocabulary files that an operator can read."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kinora.domain.order import Words
from kinora.engines.studio.words.splitting import folded, phrases_in, words_in
from kinora.engines.studio.words.tongues import DENIES, PEOPLE, clauses, undenied

QUOTED = re.compile(
    r"[\"“”„«»「『]([^\"“”„«»「」『』]{1,60})[\"“”«»」』]"
    r"|\b(?:words?|text|title|sign|saying|says|reads)\s+'([^']{1,60})'"
)
LANGUAGES = ("es", "fr", "de", "zh", "ja")
"""Vocabularies beside the English one; a word that English has keeps its English meaning."""


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
    """Return, for each group, which word makes which choice, in every language."""
    english = _read("vocabulary")
    taken = {word for table in english.values() for word in table}
    groups = {group: dict(table) for group, table in english.items()}
    others = [each for language in LANGUAGES for each in _read(language).items()]
    for group, table in others:
        forms = {form: choice for word, choice in table.items() for form in (word, folded(word))}
        fresh = {form: choice for form, choice in forms.items() if form not in taken}
        groups[group] = fresh | groups[group]
    return groups


@cache
def known_words() -> frozenset[str]:
    """Return every word of the vocabulary."""
    return frozenset(word for table in vocabulary().values() for word in table) | DENIES | PEOPLE


def _read(name: str) -> dict[str, dict[str, str]]:
    text = (files("kinora.engines.studio.words") / f"{name}.toml").read_text("utf-8")
    groups: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    return {
        group: {word: choice for choice, words in choices.items() for word in words}
        for group, choices in groups.items()
    }


def read_cues(words: Words) -> Cues:
    """Return what a prompt chose, less what the negative prompt names."""
    quoted = QUOTED.search(words.prompt)
    unwanted = set(_words(words.negative_prompt))
    spoken = QUOTED.sub(" ", words.prompt)
    wanted = _words(spoken)
    chosen = {}
    for group, table in vocabulary().items():
        refused = {table[word] for word in unwanted if word in table}
        picked = [table[word] for word in wanted if word in table]
        allowed = [choice for choice in picked if choice not in refused]
        if allowed:
            chosen[group] = allowed[0]
    lettering = next((part for part in quoted.groups() if part), "") if quoted else ""
    return Cues(chosen, lettering.strip())


def _words(text: str) -> list[str]:
    """Return the known forms of a text's words, less what it denies."""
    knows = known_words().__contains__
    return [
        word
        for clause in clauses(text)
        for word in undenied(phrases_in(words_in(clause, knows), knows))
    ]
