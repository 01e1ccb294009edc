"""Tells a prompt's language, and takes what it denies and its false friends out of it."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from unicodedata import normalize

STOPS = {
    "en": frozenset(
        ["the", "a", "an", "of", "in", "on", "with", "and", "at", "is", "by", "over", "to", "while"]
    ),
    "es": frozenset(
        ["el", "la", "los", "las", "un", "una", "en", "con", "y", "del", "al", "por", "sobre", "de"]
    ),
    "fr": frozenset(
        [
            "le",
            "la",
            "les",
            "un",
            "une",
            "des",
            "du",
            "dans",
            "et",
            "sur",
            "avec",
            "il",
            "est",
            "au",
            "aux",
            "de",
        ]
    ),
    "de": frozenset(
        [
            "der",
            "die",
            "das",
            "ein",
            "eine",
            "einen",
            "einem",
            "und",
            "im",
            "am",
            "auf",
            "mit",
            "dem",
            "den",
            "ist",
        ]
    ),
}
"""Short words that tell a language; English is told where no other has more of them."""

BEHIND = frozenset({"無し", "なし"})
DENIES = frozenset({"no", "without", "sans", "ohne", "sin", "没有", "沒有", "没"}) | BEHIND
PEOPLE = frozenset({"人", "人们", "人們", "行人"})
"""Known only so that a denial before them takes away nothing else."""

REACH = 2
"""How many words after a denial it takes away; one in a text without spaces."""

CLAUSE = re.compile("[,.;:!?。、]")


def tongue(text: str) -> str:
    """Return the language of a text in Latin letters: `en`, `es`, `fr` or `de`."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    score = {name: sum(word in stops for word in words) for name, stops in STOPS.items()}
    return max(score, key=lambda name: score[name])


def clauses(text: str) -> list[str]:
    """Return a text's clauses, lower case, with false friends put as what they mean."""
    text = normalize("NFKC", text).lower()
    meanings, pattern = _friends(tongue(text))
    meant = pattern.sub(lambda found: meanings[found.group()], text)
    return CLAUSE.split(meant)


def undenied(words: list[str]) -> list[str]:
    """Return a clause's words without those that a denial takes away."""
    gone: set[int] = set()
    for at, word in enumerate(words):
        if word in BEHIND:
            gone |= {at - 1, at}
        elif word in DENIES:
            gone |= set(range(at, at + 1 + (REACH if word.isascii() else 1)))
    return [word for at, word in enumerate(words) if at not in gone]


@cache
def _friends(language: str) -> tuple[dict[str, str], re.Pattern[str]]:
    text = (files("kinora.engines.studio.words") / "friends.toml").read_text("utf-8")
    meanings: dict[str, str] = tomllib.loads(text)[language]
    return meanings, re.compile(rf"\b(?:{'|'.join(map(re.escape, meanings))})\b")
