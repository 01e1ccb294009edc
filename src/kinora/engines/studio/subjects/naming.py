"""Finds the things and animals that a prompt names, and what they do."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kinora.engines.studio.words.splitting import folded, phrases_in, words_in
from kinora.engines.studio.words.tongues import DENIES, PEOPLE, clauses, undenied

MOST = 3
NEAR = 3
"""How many words before a noun a colour, a material or a count may stand."""

BY_NATURE = {
    "walker": "walk",
    "hopper": "jump",
    "flyer": "fly",
    "swimmer": "swim",
    "vehicle": "drive",
    "vessel": "sail",
    "rocket": "launch",
    "plant": "sway",
    "building": "rest",
    "thing": "turn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One thing or animal: its sign in the emoji font, its kind and its material by name.

    `action` is what the words right after it say that it does; empty when they do not.
    """

    noun: str
    sign: str
    kind: str
    material: str
    action: str = ""
    faces_right: bool = False

    @property
    def nature(self) -> str:
        """What it does when nobody says what."""
        return BY_NATURE[self.kind]


@dataclass(frozen=True, slots=True)
class Nouns:
    """The table of nouns.toml: what each noun is, and the words that go with nouns."""

    nouns: Mapping[str, tuple[str, str, str]]
    synonyms: Mapping[str, str]
    materials: Mapping[str, tuple[float, float, float, float, float]]
    actions: Mapping[str, tuple[str, ...]]
    counts: Mapping[str, int]
    facing: Mapping[str, tuple[str, ...]]
    limits: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Names:
    """What each word of every language means: a noun, an action, a count or a material."""

    nouns: Mapping[str, str]
    actions: Mapping[str, str]
    counts: Mapping[str, int]
    materials: Mapping[str, str]

    def knows(self, word: str) -> bool:
        """Tell whether a word means anything here."""
        return (
            word in self.nouns
            or word in self.actions
            or word in self.counts
            or word in self.materials
        )


@cache
def nouns() -> Nouns:
    """Read the table."""
    return Nouns(**_read("nouns"))


@cache
def names() -> Names:
    """Read the words of every language; a word that English has keeps its English meaning."""
    table, others = nouns(), _read("names")
    irregular = {"mice": "mouse", "wolves": "wolf", "geese": "duck", "oxen": "ox"}
    english = {noun: noun for noun in table.nouns} | dict(table.synonyms) | irregular
    english |= {noun[:-1] + "ies": noun for noun in table.nouns if noun.endswith("y")}
    acting = {word: action for action, words in table.actions.items() for word in words}
    return Names(
        nouns=_other(others["nouns"]) | english,
        actions=_other(others["actions"]) | acting,
        counts={word: int(count) for word, count in _other(others["counts"]).items()}
        | dict(table.counts),
        materials=_other(others["materials"]) | {name: name for name in table.materials},
    )


def _other(table: Mapping[str, list[str]]) -> dict[str, str]:
    found = {}
    for meaning, words in table.items():
        for word in words:
            found[folded(word)] = found[word] = meaning
    return found


def _read(name: str) -> dict[str, Any]:
    text = (files("kinora.engines.studio.subjects") / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def _words(prompt: str) -> list[str]:
    told, turns = names(), DENIES | PEOPLE

    def knows(word: str) -> bool:
        return word in turns or told.knows(word)

    return [
        word
        for clause in clauses(prompt)
        for word in undenied(phrases_in(words_in(clause, knows), knows))
    ]


def find_subjects(prompt: str) -> tuple[Subject, ...]:
    """Return up to three things and animals that a prompt names, in its order."""
    table, told = nouns(), names()
    words = _words(prompt)
    found: list[Subject] = []
    for place, word in enumerate(words):
        noun = told.nouns.get(word)
        if noun is None or any(subject.noun == noun for subject in found):
            continue
        sign, kind, colour = table.nouns[noun]
        before = words[max(0, place - NEAR) : place]
        named = [told.materials[each] for each in before if each in told.materials]
        # "gato negro": other languages than English have their colours behind.
        behind = [each for each in words[place + 1 : place + 2] if each not in table.materials]
        named = named or [told.materials[each] for each in behind if each in told.materials]
        subject = Subject(
            noun=noun,
            sign=sign,
            kind=kind,
            material=named[-1] if named else colour,
            action=_action_after(words, place),
            faces_right=noun in table.facing["right"],
        )
        count = max((told.counts.get(each, 1) for each in before), default=1)
        found += [subject] * count
    return tuple(found[:MOST])


def read_action(prompt: str) -> str:
    """Return the first action that a prompt names, or nothing."""
    acting = names().actions
    return next((acting[word] for word in _words(prompt) if word in acting), "")


def suited(subject: Subject, action: str) -> str:
    """Return what a subject does when it is told an action: one that its kind can do."""
    told = action or subject.nature
    return nouns().limits.get(subject.kind, {}).get(told, told)


def _action_after(words: list[str], place: int) -> str:
    """Return the action between a noun and the next one."""
    told = names()
    for word in words[place + 1 :]:
        if word in told.nouns:
            return ""
        if word in told.actions:
            return told.actions[word]
    return ""
