"""Reads from words what is to be heard, and what is not."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[\u3040-\u30ff\u4e00-\u9fff]+")
CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
REACH = 2
"""How many words after "no" or "without" are meant by it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What words ask to hear: kinds in their order, a mood for music, and whether to be silent."""

    kinds: tuple[str, ...]
    mood: str
    silent: bool
    unwanted: frozenset[str]


@cache
def _table() -> tuple[dict[str, str], dict[str, str], frozenset[str], frozenset[str]]:
    text = (files("kinora.engines.studio.sound") / "words.toml").read_text("utf-8")
    table = tomllib.loads(text)
    sounds = {word: kind for kind, words in table["sounds"].items() for word in words}
    moods = {word: mood for mood, words in table["moods"].items() for word in words}
    without = table["without"]
    return sounds, moods, frozenset(without["words"]), frozenset(without["all"])


def listen(text: str) -> Heard:
    """Return what a text asks to hear."""
    sounds, moods, refusals, everything = _table()
    words = [part for word in WORD.findall(text.lower()) for part in _split(word, sounds, refusals)]
    denied = {
        index + step
        for index, word in enumerate(words)
        if word in refusals
        for step in range(1, REACH + 1)
    }
    wanted = [_known(word, sounds) for index, word in enumerate(words) if index not in denied]
    unwanted = {_known(words[index], sounds) for index in denied if index < len(words)}
    silent = any(
        words[index] in everything - {"silent", "silence"} for index in denied if index < len(words)
    ) or bool({"silent", "silence", "mute"} & set(words))
    mood = next((moods[word] for word in words if word in moods), "")
    kinds = tuple(dict.fromkeys(kind for kind in wanted if kind and kind not in unwanted))
    return Heard(kinds, mood, silent, frozenset(kind for kind in unwanted if kind))


def _known(word: str, sounds: dict[str, str]) -> str:
    return sounds.get(word) or sounds.get(word.removesuffix("s"), "")


def _split(word: str, sounds: dict[str, str], refusals: frozenset[str]) -> list[str]:
    """Return a word, or the known parts of a text that is written without spaces."""
    if not CJK.search(word):
        return [word]
    parts, at = [], 0
    while at < len(word):
        for length in (4, 3, 2, 1):
            part = word[at : at + length]
            if part in sounds or part in refusals:
                parts.append(part)
                break
        at += len(parts[-1]) if parts and word.startswith(parts[-1], at) else 1
    return parts
