"""Reads from a prompt where each @reference is to be, how large, how near, and what it does."""

import re
from dataclasses import dataclass

from kinora.engines.studio.subjects.naming import read_action

MENTION = "\ue000"
"""Stands for a reference while the prompt is read; no prompt holds it."""

BEFORE, AFTER = 3, 7
"""How many words before and after its name belong to a reference."""

SIDES = {
    "left": -0.34,
    "right": 0.34,
    "centre": 0.0,
    "center": 0.0,
    "middle": 0.0,
    "leftmost": -0.40,
    "rightmost": 0.40,
}
NEARNESS = {
    "behind": 0.55,
    "background": 0.6,
    "far": 0.8,
    "distant": 0.8,
    "distance": 0.8,
    "front": -0.15,
    "foreground": -0.2,
    "close": -0.15,
    "closeup": -0.3,
}
SIZES = {
    "giant": 1.6,
    "huge": 1.5,
    "big": 1.25,
    "large": 1.2,
    "tall": 1.15,
    "small": 0.66,
    "little": 0.66,
    "tiny": 0.42,
    "miniature": 0.42,
}
ALOFT = {"above", "over", "sky", "air", "floating", "flying", "flies", "hovering"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reference is to be.

    `side` is -0.5 to 0.5 of the frame's width, None to be put in the row. `far` is 0 at the front
    and 1 in the distance. `size` multiplies its own. `action` is a word of `subjects.naming`.
    """

    order: int
    side: float | None
    far: float
    size: float
    aloft: bool
    action: str


def read_places(prompt: str, names: list[str]) -> dict[str, Place]:
    """Return a place for each name, in the order in which the prompt mentions them."""
    text = prompt
    # Longer names first, or @girl would be found in @girl_two.
    for number, name in sorted(enumerate(names), key=lambda each: -len(each[1])):
        text = text.replace(f"@{name}", f" {MENTION}{number} ")
    words = re.findall(rf"{MENTION}\d+|[\w'-]+", text.lower())
    places: dict[str, Place] = {}
    for position, word in enumerate(words):
        if not word.startswith(MENTION):
            continue
        name = names[int(word[1:])]
        if name not in places:
            places[name] = _place(words, position, order=len(places))
    for name in names:
        places.setdefault(name, Place(len(places), None, 0.0, 1.0, aloft=False, action=""))
    return places


def without_names(prompt: str, names: list[str]) -> str:
    """Return the prompt without its references, for whoever reads the rest."""
    for name in sorted(names, key=len, reverse=True):
        prompt = prompt.replace(f"@{name}", " ")
    return " ".join(prompt.split())


def _place(words: list[str], position: int, *, order: int) -> Place:
    own = _own_words(words, position)
    side = next((SIDES[word] for word in own if word in SIDES), None)
    far = next((NEARNESS[word] for word in own if word in NEARNESS), 0.0)
    size = next((SIZES[word] for word in own if word in SIZES), 1.0)
    aloft = any(word in ALOFT for word in own)
    return Place(order, side, far, size, aloft=aloft, action=read_action(" ".join(own)))


def _own_words(words: list[str], position: int) -> list[str]:
    """Return the words around a mention, up to the next mention."""
    later = words[position + 1 : position + 1 + AFTER + BEFORE]
    ends = next((n for n, word in enumerate(later) if word.startswith(MENTION)), None)
    if ends is not None and "and" in later[:ends]:
        # What follows "and" belongs to the next reference.
        ends = later.index("and")
    after = later[: AFTER if ends is None else min(ends, AFTER)]
    before = words[max(0, position - BEFORE) : position]
    stops = [n + 1 for n, word in enumerate(before) if word == "and" or word.startswith(MENTION)]
    return after + before[max(stops, default=0) :]
