"""Reads from a prompt where each @reference is to be, how large, how near, and what it does."""

import re
from dataclasses import dataclass
from itertools import pairwise

from kinora.engines.studio.subjects.naming import read_action

MENTION = "\ue000"
"""Stands for a reference while the prompt is read; no prompt holds it."""

BEFORE, AFTER = 6, 9
"""How many words before the first and after the last name belong to it."""

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
    "horizon": 0.9,
    "front": -0.15,
    "foreground": -0.2,
    "close": -0.15,
    "closeup": -0.3,
}
SIZES = {
    "giant": 1.6,
    "gigantic": 1.6,
    "huge": 1.5,
    "big": 1.25,
    "large": 1.2,
    "tall": 1.15,
    "small": 0.66,
    "little": 0.66,
    "tiny": 0.42,
    "miniature": 0.42,
}
ALOFT = {"above", "over", "sky", "air", "floating", "flying", "flies", "fly", "hovering", "hovers"}
RELATIONS = {
    "in front of": "before",
    "to the left of": "left",
    "left of": "left",
    "to the right of": "right",
    "right of": "right",
    "on top of": "on",
    "next to": "beside",
    "close to": "beside",
    "beside": "beside",
    "near": "beside",
    "alongside": "beside",
    "behind": "behind",
    "before": "before",
    "above": "above",
    "over": "above",
    "atop": "on",
    "on": "on",
    "onto": "on",
    "holding": "holds",
    "holds": "holds",
    "hold": "holds",
    "carrying": "holds",
    "carries": "holds",
    "riding": "rides",
    "rides": "rides",
    "ride": "rides",
}
"""What stands between two names, and what it makes the first one to the second one."""

DEPTHS = {"behind": 0.45, "before": -0.15}
LEADS = {"a", "an", "the", "his", "her", "their", "its", "another", "one", *SIZES}
"""Words that belong to the name after them."""

BREAKS = {",", ";", ".", "and", "while", "as", "with", "but", "then"}
ENDS = {".", ";", "camera"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reference is to be.

    `side` is -0.5 to 0.5 of the frame's width, None to be put in the row. `far` is 0 at the front
    and 1 in the distance. `size` multiplies its own, which nobody asked for when it is exactly 1.
    `action` is a word of `subjects.naming`. `relation` is what it is to the reference `anchor`.
    """

    order: int
    side: float | None = None
    far: float = 0.0
    size: float = 1.0
    aloft: bool = False
    action: str = ""
    relation: str = ""
    anchor: str = ""


def read_places(prompt: str, names: list[str]) -> dict[str, Place]:
    """Return a place for each name, in the order in which the prompt mentions them."""
    text = prompt
    # Longer names first, or @girl would be found in @girl_two.
    for number, name in sorted(enumerate(names), key=lambda each: -len(each[1])):
        text = text.replace(f"@{name}", f" {MENTION}{number} ")
    words = re.findall(rf"{MENTION}\d+|[\w'-]+|[,.;]", text.lower())
    spots = [spot for spot, word in enumerate(words) if word.startswith(MENTION)]
    mentions = [names[int(words[spot][1:])] for spot in spots]
    before, after = _shares(words, spots)
    places: dict[str, Place] = {}
    for turn, name in enumerate(mentions):
        if name not in places:
            follower = mentions[turn + 1] if turn + 1 < len(mentions) else ""
            places[name] = _place(before[turn], after[turn], follower, order=len(places))
    for name in names:
        places.setdefault(name, Place(len(places)))
    return places


def without_names(prompt: str, names: list[str]) -> str:
    """Return the prompt without its references, for whoever reads the rest."""
    for name in sorted(names, key=len, reverse=True):
        prompt = prompt.replace(f"@{name}", " ")
    return " ".join(prompt.split())


def _shares(words: list[str], spots: list[int]) -> tuple[list[list[str]], list[list[str]]]:
    """Return, for each mention, the words before and after it that are its own."""
    if not spots:
        return [], []
    first = words[max(0, spots[0] - BEFORE) : spots[0]]
    before, after = [first], []
    for spot, follower in pairwise(spots):
        mine, theirs = _parted(words[spot + 1 : follower])
        after.append(mine)
        before.append(theirs)
    tail = words[spots[-1] + 1 : spots[-1] + 1 + AFTER]
    stop = next((n for n, word in enumerate(tail) if word in ENDS), len(tail))
    return before, [*after, tail[:stop]]


def _parted(between: list[str]) -> tuple[list[str], list[str]]:
    """Return which of the words between two names belong to the first and which to the second."""
    breaks = [n for n, word in enumerate(between) if word in BREAKS]
    start = breaks[-1] + 1 if breaks else len(between)
    if not breaks:
        while start and between[start - 1] in LEADS:
            start -= 1
    return between[:start], between[start:]


def _place(before: list[str], after: list[str], follower: str, *, order: int) -> Place:
    relation, said = _relation(after) if follower else ("", after)
    own = said + before
    side = next((SIDES[word] for word in own if word in SIDES), None)
    far = next((NEARNESS[word] for word in own if word in NEARNESS), DEPTHS.get(relation, 0.0))
    size = next((SIZES[word] for word in own if word in SIZES), 1.0)
    return Place(
        order,
        side,
        far,
        size,
        aloft=any(word in ALOFT for word in own),
        action=read_action(" ".join(own)),
        relation=relation,
        anchor=follower if relation else "",
    )


def _relation(after: list[str]) -> tuple[str, list[str]]:
    """Return the relation that ends the words, and the words without it."""
    for length in (4, 3, 2, 1):
        relation = RELATIONS.get(" ".join(after[-length:]))
        if relation and len(after) >= length:
            return relation, after[:-length]
    return "", after
