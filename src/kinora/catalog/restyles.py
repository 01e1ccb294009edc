"""Styles that a film can be drawn in, by number or by words."""

import re
from functools import cache
from importlib.resources import files

import msgspec

from kinora.domain.errors import Invalid

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


class Restyle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One style: `name` is what engines know it by, `id` what the wire does."""

    id: int
    name: str
    display_name: str
    zh: str
    words: tuple[str, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    restyle: tuple[Restyle, ...]


@cache
def load_restyles() -> tuple[Restyle, ...]:
    """Read the table, in its order."""
    text = (files("kinora.catalog") / "restyles.toml").read_bytes()
    return msgspec.toml.decode(text, type=_File).restyle


def restyle_by_id(number: int) -> Restyle:
    """Return a style by its number; raise Invalid."""
    found = next((each for each in load_restyles() if each.id == number), None)
    if found is None:
        raise Invalid(f"restyle_id {number} is not on video/restyle/list")
    return found


def restyle_by_words(prompt: str) -> Restyle:
    """Return the style whose word stands first in a prompt; raise Invalid when none does."""
    text = " ".join(prompt.lower().split())
    places = [
        (at, -len(word), each)
        for each in load_restyles()
        for word in each.words
        if (at := _place(text, word)) >= 0
    ]
    if not places:
        names = ", ".join(each.display_name for each in load_restyles())
        raise Invalid(f"restyle_prompt names no style that is known: {names}")
    return min(places, key=lambda found: found[:2])[2]


def _place(text: str, word: str) -> int:
    if CJK.search(word):
        return text.find(word)
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)
    return found.start() if found else -1
