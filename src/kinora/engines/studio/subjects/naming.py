"""Finds the things and animals that a prompt names, and what they do."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
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


@cache
def nouns() -> Nouns:
    """Read the table."""
    text = (files("kinora.engines.studio.subjects") / "nouns.toml").read_text("utf-8")
    return Nouns(**tomllib.loads(text))


def find_subjects(prompt: str) -> tuple[Subject, ...]:
    """Return up to three things and animals that a prompt names, in its order."""
    table = nouns()
    words = WORD.findall(prompt.lower())
    found: list[Subject] = []
    for place, word in enumerate(words):
        noun = _noun(word, table)
        if noun is None or any(subject.noun == noun for subject in found):
            continue
        sign, kind, colour = table.nouns[noun]
        before = words[max(0, place - NEAR) : place]
        named = [each for each in before if each in table.materials]
        subject = Subject(
            noun=noun,
            sign=sign,
            kind=kind,
            material=named[-1] if named else colour,
            action=_action_after(words, place, table),
            faces_right=noun in table.facing["right"],
        )
        count = max((table.counts.get(each, 1) for each in before), default=1)
        found += [subject] * count
    return tuple(found[:MOST])


def read_action(prompt: str) -> str:
    """Return the first action that a prompt names, or nothing."""
    by_word = {word: action for action, words in nouns().actions.items() for word in words}
    for word in WORD.findall(prompt.lower()):
        if word in by_word:
            return by_word[word]
    return ""


def suited(subject: Subject, action: str) -> str:
    """Return what a subject does when it is told an action: one that its kind can do."""
    told = action or subject.nature
    return nouns().limits.get(subject.kind, {}).get(told, told)


def _action_after(words: list[str], place: int, table: Nouns) -> str:
    """Return the action between a noun and the next one."""
    for word in words[place + 1 :]:
        if _noun(word, table) is not None:
            return ""
        for action, forms in table.actions.items():
            if word in forms:
                return action
    return ""


def _noun(word: str, table: Nouns) -> str | None:
    for form in (word, word.removesuffix("s"), word.removesuffix("es"), _singular(word)):
        noun = table.synonyms.get(form, form)
        if noun in table.nouns:
            return noun
    return None


def _singular(word: str) -> str:
    irregular = {"mice": "mouse", "wolves": "wolf", "geese": "duck", "oxen": "ox"}
    if word in irregular:
        return irregular[word]
    return word[:-3] + "y" if word.endswith("ies") else word
